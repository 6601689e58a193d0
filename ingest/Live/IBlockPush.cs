namespace Sluice.Ingest.Live;

/// <summary>A block that came by itself.</summary>
/// <param name="Slot">Its slot.</param>
/// <param name="Header">Its place in the chain.</param>
/// <param name="Body">The block; whoever takes it disposes of it.</param>
public readonly record struct PushedBlock(ulong Slot, BlockHeader Header, BlockBody Body);

/// <summary>Takes what a source pushes. Safe for concurrent use; returns at once.</summary>
public interface IBlockPushTaker
{
    /// <summary>The chain has come to a slot: the block may be asked for. Nothing is promised.</summary>
    void TakeSlot(ulong slot);

    /// <summary>A block at the commitment that is followed; may come twice, late, out of order, or be of a fork.</summary>
    void TakeBlock(in PushedBlock block);

    /// <summary>The source listens now.</summary>
    void Connected(string source);

    /// <summary>The source lost its connection, or could not make one; it tries again by itself.</summary>
    /// <param name="source">As <see cref="IBlockPush.Shown"/>.</param>
    /// <param name="why">For a person; without keys.</param>
    void Disconnected(string source, string why);
}

/// <summary>A source that pushes slots and blocks as they come: a node's WebSocket, a Yellowstone gRPC stream. It is never trusted alone.</summary>
public interface IBlockPush
{
    /// <summary>Host and port, as a person may see them.</summary>
    string Shown { get; }

    /// <summary>Listens until cancelled, and connects again, with growing pauses and jitter, whenever the connection is lost.</summary>
    Task RunAsync(IBlockPushTaker taker, CancellationToken cancel);
}
