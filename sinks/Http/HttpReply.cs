using System.Buffers;

namespace Sluice.Sinks.Http;

/// <summary>A reply whose head said that all is well; its body may still end in an error.</summary>
internal sealed class HttpReply : IDisposable
{
    private readonly string _address;

    private HttpReply(HttpResponseMessage message, Stream body, string address) => (Message, Body, _address) = (message, body, address);

    public HttpResponseMessage Message { get; }

    public Stream Body { get; }

    /// <summary>What went wrong after the head, once the body has been read to its end.</summary>
    public ClickHouseException? Failure { get; private set; }

    public static async Task<HttpReply> OfAsync(HttpResponseMessage message, string address, CancellationToken ct)
    {
        try
        {
            return new HttpReply(message, await message.Content.ReadAsStreamAsync(ct).ConfigureAwait(false), address);
        }
        catch
        {
            message.Dispose();
            throw;
        }
    }

    /// <summary>Looks at the end of the body.</summary>
    /// <param name="tail">Its last bytes.</param>
    /// <param name="broken">What broke it off, if it was.</param>
    /// <param name="mayBeBare">True when the server may have written an error without a frame behind the rows.</param>
    public void End(ReadOnlySpan<byte> tail, Exception? broken, bool mayBeBare)
    {
        var tag = HttpErrors.TagOf(Message);
        if (tag is not null || broken is not null || mayBeBare) { Failure = HttpErrors.Find(tail, tag); }
        if (Failure is null && broken is not null) { Failure = HttpErrors.BrokenOff(_address, broken); }
    }

    /// <summary>The whole body; what went wrong on the way is in <see cref="Failure"/>.</summary>
    public async Task<byte[]> ReadAllAsync(long limit, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(64 << 10);
        var length = 0;
        try
        {
            Exception? broken = null;
            while (true)
            {
                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(2 * length);
                    buffer.CopyTo(larger, 0);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }

                int count;
                try
                {
                    count = await Body.ReadAsync(buffer.AsMemory(length), ct).ConfigureAwait(false);
                }
                catch (Exception e) when (e is IOException or HttpRequestException or InvalidDataException)
                {
                    broken = e;
                    break;
                }

                if (count == 0) { break; }
                length += count;
                if (length > limit)
                {
                    throw new ClickHouseException(
                        ClickHouseException.TooManyRowsOrBytes,
                        $"The result is larger than {limit >> 20} MiB: add a LIMIT or narrow the question.",
                        ClickHouseErrorKind.Reject);
                }
            }

            End(buffer.AsSpan(Math.Max(0, length - HttpErrors.Tail), Math.Min(length, HttpErrors.Tail)), broken, mayBeBare: false);
            return buffer.AsSpan(0, length).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Dispose() => Message.Dispose();
}
