using System.Buffers;
using System.Buffers.Binary;

namespace Sluice.Api.ClickHouse;

/// <summary>A stream in ClickHouse's own framing (<c>compress=1</c>), which its JDBC driver asks for unless told otherwise.</summary>
/// <remarks>
/// Frame: 16 bytes checksum of what follows, 1 byte method, u32 length of the frame without the checksum, u32 length of the data,
/// the data. The data is LZ4 that consists of one run of literals: valid for every reader, and over loopback there is nothing to
/// gain from making it smaller. Source: ClickHouse, src/Compression/CompressedWriteBuffer.cpp and ICompressionCodec.h; LZ4 block format.
/// </remarks>
internal sealed class CompressedFrames(Stream inner) : Stream
{
    /// <summary>Bytes of data in one frame; ClickHouse's own max_compress_block_size.</summary>
    private const int MaxData = 1 << 20;

    private const byte Lz4 = 0x82;
    private const int ChecksumLength = 16;
    private const int HeaderLength = 9;

    /// <summary>Token and length bytes of one run of literals: a byte for each 255.</summary>
    private const int MaxPrefix = 2 + (MaxData / 255);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var data = buffer[..Math.Min(buffer.Length, MaxData)];
            var frame = ArrayPool<byte>.Shared.Rent(ChecksumLength + HeaderLength + MaxPrefix + data.Length);
            try
            {
                var length = Frame(data.Span, frame);
                await inner.WriteAsync(frame.AsMemory(0, length), cancellationToken);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(frame);
            }

            buffer = buffer[data.Length..];
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask DisposeAsync() => inner.DisposeAsync();

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Writes one frame, and returns its length.</summary>
    private static int Frame(ReadOnlySpan<byte> data, Span<byte> frame)
    {
        var at = ChecksumLength + HeaderLength;
        if (data.Length < 15)
        {
            frame[at++] = (byte)(data.Length << 4);
        }
        else
        {
            frame[at++] = 0xf0;
            var left = data.Length - 15;
            for (; left >= 255; left -= 255) { frame[at++] = 255; }
            frame[at++] = (byte)left;
        }

        data.CopyTo(frame[at..]);
        at += data.Length;
        frame[ChecksumLength] = Lz4;
        BinaryPrimitives.WriteInt32LittleEndian(frame[(ChecksumLength + 1)..], at - ChecksumLength);
        BinaryPrimitives.WriteInt32LittleEndian(frame[(ChecksumLength + 5)..], data.Length);
        var (low, high) = CityHash.Hash128(frame[ChecksumLength..at]);
        BinaryPrimitives.WriteUInt64LittleEndian(frame, low);
        BinaryPrimitives.WriteUInt64LittleEndian(frame[8..], high);
        return at;
    }
}
