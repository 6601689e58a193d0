using System.Buffers;
using System.IO.Compression;
using System.Net;

namespace Sluice.Sinks.Http;

/// <summary>The body of an insert: blocks go to the connection as they are written, a piece at a time, and are never whole in memory.</summary>
internal sealed class NativeBody : HttpContent
{
    private readonly Action<IBufferWriter<byte>> _writeBlocks;
    private readonly bool _compress;

    public NativeBody(Action<IBufferWriter<byte>> writeBlocks, bool compress)
    {
        (_writeBlocks, _compress) = (writeBlocks, compress);
        if (compress) { Headers.ContentEncoding.Add("gzip"); }
    }

    /// <summary>What the writer of the blocks threw; the request was broken off because of it.</summary>
    public Exception? WriterFailure { get; private set; }

    /// <summary>Ends when the blocks are not being written any more, whatever became of them: only then may they change.</summary>
    public Task Written { get; private set; } = Task.CompletedTask;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <remarks>The writer is synchronous, so it has a thread while the connection takes its bytes.</remarks>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        Written = Task.Run(() => Write(stream), cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private void Write(Stream stream)
    {
        using var gzip = _compress ? new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true) : null;
        using var pieces = new PieceWriter(gzip ?? stream);
        try
        {
            _writeBlocks(pieces);
        }
        catch (Exception e) when (!pieces.HasFailed)
        {
            WriterFailure = e;
            throw;
        }

        pieces.Flush();
    }

    /// <summary>Gathers bytes into pieces of a size that is worth a call.</summary>
    private sealed class PieceWriter(Stream output) : IBufferWriter<byte>, IDisposable
    {
        private const int Piece = 256 << 10;

        private byte[] _buffer = ArrayPool<byte>.Shared.Rent(Piece);
        private int _used;

        /// <summary>True when the connection failed, not the writer.</summary>
        public bool HasFailed { get; private set; }

        public void Advance(int count) => _used += count;

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            MakeRoom(sizeHint);
            return _buffer.AsMemory(_used);
        }

        public Span<byte> GetSpan(int sizeHint = 0)
        {
            MakeRoom(sizeHint);
            return _buffer.AsSpan(_used);
        }

        public void Flush()
        {
            if (_used == 0) { return; }
            try
            {
                output.Write(_buffer, 0, _used);
            }
            catch
            {
                HasFailed = true;
                throw;
            }

            _used = 0;
        }

        public void Dispose()
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }

        private void MakeRoom(int sizeHint)
        {
            var needed = Math.Max(1, sizeHint);
            if (_buffer.Length - _used >= needed) { return; }
            Flush();
            if (_buffer.Length >= needed) { return; }
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = ArrayPool<byte>.Shared.Rent(needed);
        }
    }
}
