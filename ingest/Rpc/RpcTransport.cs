using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Sluice.Ingest.Buffers;

namespace Sluice.Ingest.Rpc;

/// <summary>One request to one endpoint: sends it, reads the answer into a pooled buffer, and tells answers from faults.</summary>
internal sealed class RpcTransport(RpcOptions options, HttpMessageHandler? handler = null) : IDisposable
{
    private const int FirstBuffer = 1 << 16, MaxErrorBytes = 1 << 16;
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient _http = new(handler ?? new SocketsHttpHandler
    {
        AllowAutoRedirect = false, // a key goes where it was meant to go
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5), // a name may come to mean another address
        UseCookies = false,
        UseProxy = !options.Endpoints.All(e => e.Url.IsLoopback),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan, // each request has its own
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrHigher,
    };

    private int _usual; // bytes of the last large answer

    /// <summary>Sends the request.</summary>
    /// <exception cref="RpcException">There is no answer.</exception>
    public async Task<RpcReply> SendAsync(Uri url, string shown, ReadOnlyMemory<byte> request, CancellationToken cancel)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ReadOnlyMemoryContent(request) };
        message.Content.Headers.ContentType = Json;
        try
        {
            using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false);
            using var body = await ReadAsync(response, shown, cancel).ConfigureAwait(false);
            var error = Judge(response, body.Bytes, shown);
            return new RpcReply(body.Detach(), body.Length, shown) { Error = error };
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new RpcException(RpcFault.Unreachable, shown, HttpFault.Reason(e), null, e);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<MessageBuffer> ReadAsync(HttpResponseMessage response, string shown, CancellationToken cancel)
    {
        var stated = response.Content.Headers.ContentLength;
        if (stated > options.MaxReplyBytes) { throw TooLarge(shown); }
        var body = new MessageBuffer((int)Math.Max(stated + 1 ?? 0, FirstBuffer), _usual);
        try
        {
            using var stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
            while (await stream.ReadAsync(body.Free(options.MaxReplyBytes + 1), cancel).ConfigureAwait(false) is > 0 and var read)
            {
                body.Advance(read);
                if (body.Length > options.MaxReplyBytes) { throw TooLarge(shown); }
            }

            if (body.Length > FirstBuffer) { _usual = body.Length; }
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>The error that is an answer, null for a result; throws for what is no answer.</summary>
    private RpcError? Judge(HttpResponseMessage response, ReadOnlySpan<byte> body, string shown)
    {
        var status = response.StatusCode;
        if (status == HttpStatusCode.TooManyRequests) { throw new RpcException(RpcFault.RateLimited, shown, "too many requests", RetryAfter(response)); }
        if ((int)status >= 500 || status == HttpStatusCode.RequestTimeout)
        {
            throw new RpcException(RpcFault.Unavailable, shown, Text($"HTTP {(int)status}"), RetryAfter(response));
        }

        var error = ErrorIn(body, shown);
        if (error is { Code: not -32600 }) { return Judge(error, shown); }
        if (status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.PaymentRequired)
        {
            throw new RpcException(RpcFault.Refused, shown, Text($"HTTP {(int)status}: the key is missing, wrong or used up; check the address that was given"));
        }

        if (!response.IsSuccessStatusCode)
        {
            throw new RpcException(RpcFault.Refused, shown, Text($"HTTP {(int)status}: no JSON-RPC is answered at this address; check host, port and path"));
        }

        return error;
    }

    private static RpcError Judge(RpcError error, string shown) => error.Code switch
    {
        429 or -32029 or -32429 => throw new RpcException(RpcFault.RateLimited, shown, error.Message),
        -32005 or -32603 => throw new RpcException(RpcFault.Unavailable, shown, error.Message), // behind, or an error of the node's own
        -32001 => throw new RpcException(RpcFault.Gone, shown, error.Message),
        -32004 or -32014 or -32016 or -32019 => throw new RpcException(RpcFault.NotThere, shown, error.Message),
        -32601 => throw new RpcException(RpcFault.Refused, shown, error.Message),
        _ => error,
    };

    /// <summary>The error of a reply. A large one is a result: errors are short.</summary>
    private static RpcError? ErrorIn(ReadOnlySpan<byte> body, string shown)
    {
        var json = body.TrimStart(" \r\n\t"u8);
        if (json.IsEmpty || json[0] != '{') { throw new RpcException(RpcFault.BadReply, shown, "the answer is not JSON-RPC"); }
        if (json.Length > MaxErrorBytes) { return null; }
        try
        {
            var reader = new Utf8JsonReader(json);
            using var document = JsonDocument.ParseValue(ref reader);
            if (!document.RootElement.TryGetProperty("error", out var error) || error.ValueKind != JsonValueKind.Object)
            {
                return document.RootElement.TryGetProperty("result", out _) ? null : throw new RpcException(RpcFault.BadReply, shown, "the answer has neither result nor error");
            }

            var code = error.TryGetProperty("code", out var number) && number.TryGetInt32(out var value) ? value : 0;
            return new RpcError(code, error.TryGetProperty("message", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "no message");
        }
        catch (JsonException e)
        {
            throw new RpcException(RpcFault.BadReply, shown, "the answer is not whole", null, e);
        }
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var after = response.Headers.RetryAfter;
        var wait = after?.Delta ?? (after?.Date is { } date ? date - options.Time.GetUtcNow() : null);
        return wait > TimeSpan.Zero ? wait : null;
    }

    private RpcException TooLarge(string shown) =>
        new(RpcFault.BadReply, shown, Text($"the answer has more than {options.MaxReplyBytes >> 20} MiB"));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
