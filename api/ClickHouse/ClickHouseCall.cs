using System.Globalization;
using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sluice.Api.Statements;
using Sluice.Sinks;

namespace Sluice.Api.ClickHouse;

/// <summary>A request in ClickHouse's HTTP protocol, taken apart.</summary>
/// <remarks>
/// The statement stands in <c>query</c>, in the body, or begins in the one and ends in the other; <c>param_x</c> gives <c>{x:Type}</c> its
/// value. What is no part of the protocol is a setting. Source: ClickHouse's documentation, HTTP interface.
/// </remarks>
internal sealed class ClickHouseCall
{
    private const string ParameterPrefix = "param_";
    private const int NotImplemented = 48;
    private const int BadArguments = 36;
    private const int TooLarge = 62;

    private readonly Dictionary<string, string> _parameters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal);
    private readonly StringBuilder _sql = new();
    private string _defaultFormat = StatementFormat.Default;

    private ClickHouseCall(HttpRequest request)
    {
        if (request.Headers["X-ClickHouse-Database"] is [{ Length: > 0 } database]) { Database = database; }
        if (request.Headers["X-ClickHouse-Format"] is [{ Length: > 0 } format]) { _defaultFormat = format; }
    }

    public string Sql => _sql.ToString();

    public string Format => StatementFormat.Of(Sql) ?? _defaultFormat;

    public IReadOnlyDictionary<string, string> Parameters => _parameters;

    public IReadOnlyDictionary<string, string> Settings => _settings;

    /// <summary>Database of names without one; null for the store's. ClickHouse's clients say <c>default</c> when nobody says anything.</summary>
    public string? Database { get; private set => field = value is "default" or "" ? null : value; }

    /// <summary>The caller's id of the statement; it is only given back.</summary>
    public string? QueryId { get; private set; }

    /// <summary>Answer with gzip.</summary>
    public bool WantsGzip { get; private set; }

    /// <summary>Answer in ClickHouse's own frames.</summary>
    public bool WantsFrames { get; private set; }

    /// <summary>Answer only when the result is complete.</summary>
    public bool WaitsForEnd { get; private set; }

    /// <summary>Protocol version of Native format; 0 for the plain one.</summary>
    public ulong Revision { get; private set; }

    /// <exception cref="ClickHouseException">The request asks for what is not served here.</exception>
    public static async Task<ClickHouseCall> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var call = new ClickHouseCall(request);
        foreach (var (name, values) in request.Query) { call.Take(name, values.ToString()); }
        if (HttpMethods.IsPost(request.Method)) { await call.ReadBodyAsync(request, cancellationToken); }
        call.WantsGzip &= request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase);
        return call;
    }

    private static bool IsTrue(string value) => value is "1" or "true";

    private void Take(string name, string value)
    {
        switch (name)
        {
            case "query": Append(value); break;
            case "query_id": QueryId = value; break;
            case "database": Database = value; break;
            case "default_format": _defaultFormat = value; break;
            case "enable_http_compression": WantsGzip = IsTrue(value); break;
            case "compress": WantsFrames = IsTrue(value); break;
            case "decompress" when IsTrue(value):
                throw new ClickHouseException(
                    NotImplemented, "Statements in ClickHouse's own compression (decompress=1) are not taken: send them plain or with Content-Encoding: gzip. (NOT_IMPLEMENTED)", ClickHouseErrorKind.Reject);
            case "decompress": break;
            case "client_protocol_version":
                Revision = ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
                    ? revision
                    : throw new ClickHouseException(BadArguments, $"client_protocol_version takes a number, not '{value}'. (BAD_ARGUMENTS)", ClickHouseErrorKind.Reject);
                break;
            default:
                if (name.StartsWith(ParameterPrefix, StringComparison.Ordinal)) { _parameters[name[ParameterPrefix.Length..]] = value; }
                else { _settings[name] = value; }
                if (name == "wait_end_of_query") { WaitsForEnd = IsTrue(value); }
                break;
        }
    }

    private async Task ReadBodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) == true)
        {
            var form = await request.ReadFormAsync(cancellationToken);
            if (form.Files.Count > 0)
            {
                throw new ClickHouseException(NotImplemented, "External tables are not taken here. (NOT_IMPLEMENTED)", ClickHouseErrorKind.Reject);
            }

            foreach (var (name, values) in form) { Take(name, values.ToString()); }
            return;
        }

        await using var body = Unpacked(request);
        var bytes = new MemoryStream();
        var buffer = new byte[16 << 10];
        for (int read; (read = await body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > ClickHouseHost.MaxBodyBytes)
            {
                throw new ClickHouseException(TooLarge, "The statement is larger than 1 MiB. (SYNTAX_ERROR)", ClickHouseErrorKind.Reject);
            }
        }

        Append(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length));
    }

    private static Stream Unpacked(HttpRequest request) => request.Headers.ContentEncoding.ToString() switch
    {
        "" or "identity" => request.Body,
        "gzip" => new GZipStream(request.Body, CompressionMode.Decompress),
        var other => throw new ClickHouseException(
            NotImplemented, $"Content-Encoding '{other}' is not taken: send the statement plain or with gzip. (NOT_IMPLEMENTED)", ClickHouseErrorKind.Reject),
    };

    private void Append(string text)
    {
        if (_sql.Length > 0 && text.Length > 0) { _sql.Append('\n'); }
        _sql.Append(text);
    }
}
