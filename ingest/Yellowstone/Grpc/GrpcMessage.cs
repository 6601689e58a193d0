using System.Buffers;

namespace Sluice.Ingest.Yellowstone.Grpc;

/// <summary>One message of a stream, in a pooled buffer that goes back when it is disposed of, or goes on with <see cref="Detach"/>.</summary>
internal sealed class GrpcMessage(byte[] buffer, int length) : IDisposable
{
    private byte[]? _buffer = buffer;

    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, length);

    /// <summary>Gives the buffer away, to be returned to the shared pool by whoever takes it.</summary>
    public byte[] Detach()
    {
        var buffer = _buffer!;
        _buffer = null;
        return buffer;
    }

    public void Dispose()
    {
        if (_buffer is not null) { ArrayPool<byte>.Shared.Return(_buffer); }
        _buffer = null;
    }
}
