using Sluice.Ingest.Blocks;
using Sluice.Ingest.Blocks.Json;
using Sluice.Ingest.Decoding.Model;
using Sluice.Ingest.Rpc;

namespace Sluice.Ingest.Live;

/// <summary>A block as a source gave it, whatever its encoding; whoever takes it disposes of it, once.</summary>
public abstract class BlockBody : IDisposable
{
    /// <summary>Who gave it, as a person may see it: host and port, no key.</summary>
    public abstract string Source { get; }

    /// <summary>Its bytes, good until it is disposed of; what becomes a dead letter's payload where the block cannot be read.</summary>
    public abstract ReadOnlySpan<byte> Bytes { get; }

    /// <summary>Fills <paramref name="block"/>.</summary>
    /// <param name="json">The reader of one thread, for bodies that are JSON.</param>
    /// <param name="block">Emptied first.</param>
    public abstract ReadResult Read(BlockReader json, RawBlock block);

    /// <summary>Finds its place in the chain; false where its bytes do not say it.</summary>
    /// <param name="scratch">Working memory of one thread, for bodies that are JSON.</param>
    /// <param name="header">The header.</param>
    internal virtual bool TryReadHeader(JsonScratch scratch, out BlockHeader header) => BlockHeader.TryRead(Bytes, scratch, out header);

    public abstract void Dispose();
}

/// <summary>The reply to getBlock.</summary>
public sealed class RpcBlockBody(RpcReply reply, ulong slot) : BlockBody
{
    public override string Source => reply.Endpoint;

    public override ReadOnlySpan<byte> Bytes => reply.Body.Span;

    public override ReadResult Read(BlockReader json, RawBlock block) => json.Read(reply.Body.Span, new DocumentOrigin(reply.Endpoint, slot), block);

    public override void Dispose() => reply.Dispose();
}
