using System.CommandLine;
using Sluice.Cli.Output;
using Sluice.Ingest.Live;
using Sluice.Ingest.Rpc;

namespace Sluice.Cli.Live;

/// <summary><c>--ws URL</c>: where nodes push slots and blocks.</summary>
internal static class SocketOption
{
    private const string Off = "off";

    public static Option<string[]> Create() => new("--ws")
    {
        Description = $"Address of a node's WebSocket; repeatable, or '{Off}'. Default: that of each --rpc by convention, the next port where a port is named.",
        HelpName = "URL",
        Arity = ArgumentArity.OneOrMore,
    };

    /// <summary>Reads the addresses; false, and said on standard error, where one is wrong.</summary>
    public static bool TryRead(string[]? given, IReadOnlyList<RpcEndpointAddress> endpoints, out List<RpcEndpointAddress> sockets)
    {
        sockets = [];
        if (given is null or { Length: 0 })
        {
            sockets = [.. endpoints.Select(WebSocketAddress.Of).Distinct()];
            return true;
        }

        if (given is [Off]) { return true; }
        for (var i = 0; i < given.Length; i++)
        {
            if (!WebSocketAddress.TryParse(given[i], out var address, out var wrong))
            {
                // The address itself is not printed: it may hold a key.
                Fail.Print(FormattableString.Invariant($"--ws {i + 1}: {wrong}."));
                return false;
            }

            sockets.Add(address!);
        }

        return true;
    }
}
