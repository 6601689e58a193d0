using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;

namespace Sluice.Ingest.Yellowstone.Grpc;

/// <summary>Cuts a stream of bytes into gRPC messages: a byte that says whether it is compressed, its length as a big-endian u32, the message.</summary>
/// <param name="stream">Bytes of the response.</param>
/// <param name="maxBytes">Largest message that is taken.</param>
internal sealed class GrpcMessageReader(Stream stream, int maxBytes)
{
    private const int PrefixBytes = 5;

    /// <summary>A buffer grows with what has come, not with what a prefix claims.</summary>
    private const int FirstBuffer = 1 << 18;

    private readonly byte[] _prefix = new byte[PrefixBytes];

    /// <summary>The next message; null when the stream ends between two.</summary>
    /// <exception cref="GrpcException">It ends within one, or a message cannot be taken.</exception>
    public async ValueTask<GrpcMessage?> ReadAsync(CancellationToken cancel)
    {
        var read = await stream.ReadAtLeastAsync(_prefix, PrefixBytes, throwOnEndOfStream: false, cancel).ConfigureAwait(false);
        if (read == 0) { return null; }
        if (read < PrefixBytes) { throw Cut(); }
        if (_prefix[0] != 0) { throw new GrpcException("a message is compressed, which was not asked for and is not read"); }
        var stated = BinaryPrimitives.ReadUInt32BigEndian(_prefix.AsSpan(1));
        if (stated > maxBytes)
        {
            throw new GrpcException(string.Create(CultureInfo.InvariantCulture, $"a message of {stated >> 20} MiB; {maxBytes >> 20} MiB are taken at most"));
        }

        return await ReadAsync((int)stated, cancel).ConfigureAwait(false);
    }

    private async ValueTask<GrpcMessage> ReadAsync(int stated, CancellationToken cancel)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Min(stated, FirstBuffer));
        var length = 0;
        try
        {
            while (length < stated)
            {
                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(stated, buffer.Length * 2L));
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }

                var read = await stream.ReadAsync(buffer.AsMemory(length, Math.Min(stated, buffer.Length) - length), cancel).ConfigureAwait(false);
                if (read == 0) { throw Cut(); }
                length += read;
            }

            return new GrpcMessage(buffer, length);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    private static GrpcException Cut() => new("the stream ended within a message");
}
