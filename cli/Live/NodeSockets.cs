using Sluice.Ingest.Live;
using Sluice.Ingest.Rpc;

namespace Sluice.Cli.Live;

/// <summary>WebSockets of nodes as sources that push.</summary>
internal static class NodeSockets
{
    /// <summary>Largest message that is taken. Blocks of November 2025 have 4 to 8 MB.</summary>
    private const int MaxMessageBytes = 256 << 20;

    /// <summary>Slots come every 0.4 s: a connection that tells none for so long is broken.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    public static IBlockPush Of(RpcEndpointAddress address, Commitment commitment = Commitment.Confirmed) =>
        new WebSocketPush(address, MaxMessageBytes, Silence, TimeProvider.System, commitment);
}
