using System.Buffers.Binary;
using System.Globalization;
using Sluice.Ingest.Buffers;

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
    private int _usual; // bytes of the last large message

    /// <summary>The next message; null when the stream ends between two.</summary>
    /// <exception cref="GrpcException">It ends within one, or a message cannot be taken.</exception>
    public async ValueTask<MessageBuffer?> ReadAsync(CancellationToken cancel)
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

    private async ValueTask<MessageBuffer> ReadAsync(int stated, CancellationToken cancel)
    {
        var message = new MessageBuffer(Math.Min(stated, FirstBuffer), next: Math.Min(stated, _usual));
        try
        {
            while (message.Length < stated)
            {
                var read = await stream.ReadAsync(message.Free(stated), cancel).ConfigureAwait(false);
                if (read == 0) { throw Cut(); }
                message.Advance(read);
            }

            if (stated > FirstBuffer) { _usual = stated; }
            return message;
        }
        catch
        {
            message.Dispose();
            throw;
        }
    }

    private static GrpcException Cut() => new("the stream ended within a message");
}
