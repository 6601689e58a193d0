using Sluice.Ingest.Blocks;
using Sluice.Ingest.Buffers;
using Sluice.Ingest.Decoding.Model;

namespace Sluice.Ingest.Live;

/// <summary>The block of a notice, in the pooled buffer in which the message came.</summary>
internal sealed class WebSocketBlockBody(byte[] buffer, int offset, int length, string source, ulong slot) : BlockBody
{
    private byte[]? _buffer = buffer;

    public override string Source => source;

    public override ReadOnlySpan<byte> Bytes => _buffer is null ? throw new ObjectDisposedException(nameof(WebSocketBlockBody)) : _buffer.AsSpan(offset, length);

    public override ReadResult Read(BlockReader json, RawBlock block) => json.Read(Bytes, new DocumentOrigin(source, slot), block);

    public override void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } rented) { MessageBuffers.Shared.Return(rented); }
    }
}
