using System.CommandLine;
using System.Globalization;
using Sluice.Cli.Output;
using Sluice.Ingest.Yellowstone;

namespace Sluice.Cli.Live;

/// <summary><c>--grpc URL</c>, or the same in the environment: nodes whose Yellowstone gRPC is listened to.</summary>
internal static class GrpcOption
{
    /// <summary>Environment variable with addresses, separated by spaces.</summary>
    private const string Variable = "SLUICE_GRPC";

    /// <summary>Environment variable with the token for addresses that have none themselves.</summary>
    private const string TokenVariable = "SLUICE_GRPC_TOKEN";

    public static Option<string[]> Create() => new("--grpc")
    {
        Description = $"Address of a node's Yellowstone gRPC, which streams blocks as they come, beside the requests to --rpc; repeatable. The token is {TokenVariable} or https://TOKEN@host:port. Default: {Variable}.",
        HelpName = "URL",
        Arity = ArgumentArity.OneOrMore,
    };

    /// <summary>Reads the addresses, of which there may be none; false, and said on standard error, where one is wrong.</summary>
    public static bool TryRead(string[]? given, out List<YellowstoneAddress> addresses)
    {
        addresses = [];
        var texts = given is { Length: > 0 } ? given : (Environment.GetEnvironmentVariable(Variable) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < texts.Length; i++)
        {
            if (!YellowstoneAddress.TryParse(texts[i], Environment.GetEnvironmentVariable(TokenVariable), out var address, out var wrong))
            {
                // The address itself is not printed: it may hold a token.
                Fail.Print(string.Create(CultureInfo.InvariantCulture, $"--grpc address {i + 1}: {wrong}."));
                return false;
            }

            addresses.Add(address!);
        }

        return true;
    }
}
