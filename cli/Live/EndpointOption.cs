using System.CommandLine;
using System.Globalization;
using Sluice.Cli.Output;
using Sluice.Ingest.Rpc;

namespace Sluice.Cli.Live;

/// <summary><c>--rpc URL</c>, or the same in the environment: the nodes that are asked.</summary>
internal static class EndpointOption
{
    /// <summary>Environment variable with endpoints, separated by spaces, so that a key need not stand in a command line.</summary>
    private const string Variable = "SLUICE_RPC";

    /// <summary>Whether the environment names nodes.</summary>
    public static bool HasDefault => !string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(Variable));

    public static Option<string[]> Create() => new("--rpc")
    {
        Description = $"Address of a node's JSON-RPC; repeatable. URL#weight=3 gets three times the requests of another. Default: {Variable}.",
        HelpName = "URL",
        Arity = ArgumentArity.OneOrMore,
    };

    /// <summary>Reads the endpoints; false, and said on standard error, where there are none or one is wrong.</summary>
    public static bool TryRead(string[]? given, out List<RpcEndpointAddress> endpoints)
    {
        endpoints = [];
        var texts = given is { Length: > 0 } ? given : (Environment.GetEnvironmentVariable(Variable) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (texts.Length == 0)
        {
            Fail.Print($"name a node to follow: --rpc https://… (repeatable), or {Variable} in the environment. 'sluice simulate --serve' is one to try with.");
            return false;
        }

        for (var i = 0; i < texts.Length; i++)
        {
            if (!RpcEndpointAddress.TryParse(texts[i], out var endpoint, out var wrong))
            {
                // The address itself is not printed: it may hold a key.
                Fail.Print(string.Create(CultureInfo.InvariantCulture, $"endpoint {i + 1}: {wrong}."));
                return false;
            }

            endpoints.Add(endpoint!);
        }

        return true;
    }
}
