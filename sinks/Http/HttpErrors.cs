using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Sluice.Sinks.Http;

/// <summary>What a server's refusals and a connection's failures mean.</summary>
internal static class HttpErrors
{
    /// <summary>Header with ClickHouse's code; older servers only write it into the text.</summary>
    public const string CodeHeader = "X-ClickHouse-Exception-Code";

    /// <summary>Header with the mark that frames an error inside a body.</summary>
    public const string TagHeader = "X-ClickHouse-Exception-Tag";

    /// <summary>Bytes at the end of a body in which an error is looked for. Servers cut the message to 16 KiB before they frame it.</summary>
    public const int Tail = 20 << 10;

    private const int MostText = 64 << 10;

    /// <summary>True when another server may do what this one did not: a gateway's error, or one that is going down.</summary>
    public static bool IsUnavailable(HttpResponseMessage reply) =>
        reply.StatusCode is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
        && !reply.Headers.Contains(CodeHeader);

    /// <summary>True when the request has certainly not reached a server.</summary>
    public static bool IsBeforeSending(HttpRequestException e) => e.HttpRequestError is HttpRequestError.ConnectionError
        or HttpRequestError.NameResolutionError or HttpRequestError.ProxyTunnelError or HttpRequestError.SecureConnectionError;

    /// <summary>Reads what a server says about a request that it refused.</summary>
    public static async Task<ClickHouseException> ReadAsync(HttpResponseMessage reply, string address, CancellationToken ct)
    {
        var text = await TextAsync(reply, ct).ConfigureAwait(false);
        if (Coded(text, HeaderCode(reply)) is { } error) { return error; }
        var status = (int)reply.StatusCode;
        var said = text.Length == 0 ? "" : $": {Shorten(text)}";
        return status switch
        {
            401 or 403 => Error($"{address} refused the user or the password (HTTP {status}){said}", ClickHouseErrorKind.Stop),
            404 or 405 => Error($"{address} is not ClickHouse's HTTP interface (HTTP {status}): check host and port{said}", ClickHouseErrorKind.Stop),
            >= 300 and < 400 => Error($"{address} sends elsewhere (HTTP {status}): give the address itself{said}", ClickHouseErrorKind.Stop),
            408 or 429 or >= 500 => Error($"{address} could not answer (HTTP {status}){said}", ClickHouseErrorKind.Retry),
            _ => Error($"{address} refused the request (HTTP {status}){said}", ClickHouseErrorKind.Reject),
        };
    }

    /// <summary>What a failed connection means.</summary>
    public static ClickHouseException OfConnection(Exception e, string address)
    {
        for (Exception? inner = e; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case AuthenticationException:
                    return Error(
                        $"{address} has no certificate that is trusted here: name its authority with ?tls_ca=FILE in the address. ({Shorten(inner.Message)})",
                        ClickHouseErrorKind.Stop,
                        e);
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData }:
                    return Error($"{address} cannot be found: the name is not known.", ClickHouseErrorKind.Retry, e);
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }:
                    return Error($"{address} does not answer: nothing listens there.", ClickHouseErrorKind.Retry, e);
            }
        }

        return Error($"{address} broke the connection: {Shorten((e.InnerException ?? e).Message)}", ClickHouseErrorKind.Retry, e);
    }

    public static ClickHouseException BrokenOff(string address, Exception e) =>
        Error($"{address} broke its answer off: {Shorten(e.Message)}", ClickHouseErrorKind.Retry, e);

    public static ClickHouseException Error(string message, ClickHouseErrorKind kind, Exception? inner = null) => new(0, message, kind, inner);

    /// <summary>Mark of the error's frame in this body; null from servers that have none.</summary>
    public static string? TagOf(HttpResponseMessage reply) =>
        reply.Headers.TryGetValues(TagHeader, out var values) ? values.FirstOrDefault() : null;

    /// <summary>Finds an error that came up after the server had begun to answer, and so stands at the end of a body.</summary>
    /// <param name="tail">Last bytes of the body, <see cref="Tail"/> of them if there are so many.</param>
    /// <param name="tag">Mark of the frame, where the server has named one.</param>
    public static ClickHouseException? Find(ReadOnlySpan<byte> tail, string? tag)
    {
        if (tag is not null)
        {
            // \r\n__exception__\r\n<tag>\r\n<message>\n<length> <tag>\r\n__exception__\r\n
            var open = Encoding.ASCII.GetBytes($"__exception__\r\n{tag}\r\n");
            var start = tail.IndexOf(open);
            if (start < 0) { return null; }
            var message = tail[(start + open.Length)..];
            var close = message.LastIndexOf(Encoding.ASCII.GetBytes($" {tag}\r\n"));
            if (close >= 0) { message = message[..Math.Max(0, message[..close].LastIndexOf((byte)'\n'))]; }
            var text = Encoding.UTF8.GetString(message);
            return Coded(text, 0) ?? Error(Shorten(text), ClickHouseErrorKind.Retry);
        }

        // Servers without a frame write the bare text as the last thing. Rows may hold such texts too, but do not end with them.
        var end = tail.TrimEnd("\r\n"u8);
        if (!end.EndsWith(")"u8) && !end.EndsWith("DB::Exception"u8)) { return null; }
        for (var from = 0; ;)
        {
            var at = tail[from..].IndexOf("Code: "u8);
            if (at < 0) { return null; }
            at += from;
            from = at + 6;
            if (!Utf8Parser.TryParse(tail[from..], out int _, out var digits) || digits == 0) { continue; }
            var rest = tail[(from + digits)..];
            var prefix = rest[..Math.Min(rest.Length, 40)].IndexOf("DB::"u8);
            if (rest.Length == 0 || (rest[0] != '.' && rest[0] != ',') || prefix < 0) { continue; }
            return Coded(Encoding.UTF8.GetString(tail[at..]), 0);
        }
    }

    private static int HeaderCode(HttpResponseMessage reply) =>
        reply.Headers.TryGetValues(CodeHeader, out var values) && int.TryParse(values.FirstOrDefault(), CultureInfo.InvariantCulture, out var code) ? code : 0;

    /// <summary>The error of a text that has a code of ClickHouse's, in it or beside it.</summary>
    private static ClickHouseException? Coded(string text, int headerCode)
    {
        // What stands before the code, such as rows that had been made, is not the message.
        var at = text.IndexOf("Code: ", StringComparison.Ordinal);
        var error = ClickHouseException.Parse(at > 0 ? text[at..] : text);
        if (error.Code != 0) { return error; }
        return headerCode == 0 ? null : new ClickHouseException(headerCode, Shorten(error.Message), ClickHouseException.KindOf(headerCode));
    }

    private static async Task<string> TextAsync(HttpResponseMessage reply, CancellationToken ct)
    {
        try
        {
            var stream = await reply.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
            var bytes = new byte[MostText];
            var length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, ct).ConfigureAwait(false);
            return Encoding.UTF8.GetString(bytes, 0, length).Trim();
        }
        catch (Exception e) when (e is IOException or HttpRequestException or InvalidDataException)
        {
            return ""; // the status alone must do
        }
    }

    private static string Shorten(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.Length <= 300 ? line : line[..300] + "…";
    }
}
