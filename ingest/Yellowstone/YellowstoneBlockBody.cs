using System.Collections.Concurrent;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Blocks.Json;
using Sluice.Ingest.Buffers;
using Sluice.Ingest.Decoding.Model;
using Sluice.Ingest.Live;
using Sluice.Ingest.Yellowstone.Wire;

namespace Sluice.Ingest.Yellowstone;

/// <summary>A block as gRPC brought it: the bytes of <c>SubscribeUpdateBlock</c>, in the pooled buffer in which the message came.</summary>
/// <param name="readers">Readers that are not at work; shared by the bodies of a source.</param>
internal sealed class YellowstoneBlockBody(byte[] buffer, ByteRange block, string source, ConcurrentBag<GeyserBlockReader> readers) : BlockBody
{
    private byte[]? _buffer = buffer;

    public override string Source => source;

    public override ReadOnlySpan<byte> Bytes => _buffer is null ? throw new ObjectDisposedException(nameof(YellowstoneBlockBody)) : _buffer.AsSpan(block.Start, block.Length);

    public override ReadResult Read(BlockReader json, RawBlock block)
    {
        if (!readers.TryTake(out var reader)) { reader = new GeyserBlockReader(); }
        var result = reader.Read(Bytes, source, block);
        readers.Add(reader);
        return result;
    }

    internal override bool TryReadHeader(JsonScratch scratch, out BlockHeader header)
    {
        var isRead = GeyserHeader.TryRead(Bytes, out var read);
        header = read.Header;
        return isRead;
    }

    public override void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } rented) { MessageBuffers.Shared.Return(rented); }
    }
}
