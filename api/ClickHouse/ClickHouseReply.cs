using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sluice.Api.Statements;
using Sluice.Sinks;

namespace Sluice.Api.ClickHouse;

/// <summary>Sends a result: whole, or in pieces as they come from the engine.</summary>
/// <remarks>
/// The status goes out with the first piece. When a statement fails later, the error stands at the end of the body between marks that the header
/// X-ClickHouse-Exception-Tag announces, and the body ends without its last chunk, so that no client takes it for whole.
/// Source: ClickHouse's documentation, HTTP interface, response codes; src/Server/HTTP/WriteBufferFromHTTPServerResponse.cpp.
/// </remarks>
internal sealed class ClickHouseReply(HttpContext http, ClickHouseCall call)
{
    private const int TagLength = 16;

    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly ArrayBufferWriter<byte> _rewritten = new();
    private bool _isPacked;

    private bool IsNative => call.Revision > 0 && call.Format == "Native";

    public async Task SendAsync(IClickHouse store, ClickHouseQuery query)
    {
        if (call.WaitsForEnd || !StatementFormat.ComesInPieces(query.Format))
        {
            var result = await store.QueryAsync(query, http.RequestAborted);
            var bytes = Translated(result.Bytes);
            SetHeaders(result.Rows, result.Bytes.Length, bytes.IsEmpty);
            var whole = Open();
            await whole.WriteAsync(bytes, http.RequestAborted);
            await CloseAsync(whole);
            return;
        }

        await using var pieces = store.StreamAsync(query, http.RequestAborted).GetAsyncEnumerator(http.RequestAborted);
        var hasPiece = await pieces.MoveNextAsync();
        var piece = hasPiece ? Translated(pieces.Current) : default;
        var tag = RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz", TagLength);
        http.Response.Headers["X-ClickHouse-Exception-Tag"] = tag;
        SetHeaders(0, 0, isEmpty: !hasPiece);
        var body = Open();
        try
        {
            while (hasPiece)
            {
                await body.WriteAsync(piece, http.RequestAborted);
                hasPiece = await pieces.MoveNextAsync();
                if (hasPiece) { piece = Translated(pieces.Current); }
            }

            await CloseAsync(body);
        }
        catch (ClickHouseException e)
        {
            await body.WriteAsync(Interruption(e, tag), http.RequestAborted);
            await body.FlushAsync(http.RequestAborted);

            // The server ends a body that failed without its last chunk.
            throw;
        }
    }

    private static byte[] Interruption(ClickHouseException error, string tag)
    {
        var message = StatementRefusal.TextOf(error);
        return Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"\r\n__exception__\r\n{tag}\r\n{message}{Encoding.UTF8.GetByteCount(message)} {tag}\r\n__exception__\r\n"));
    }

    private ReadOnlyMemory<byte> Translated(ReadOnlyMemory<byte> bytes)
    {
        if (!IsNative) { return bytes; }
        _rewritten.ResetWrittenCount();
        NativeRevision.Rewrite(bytes.Span, call.Revision, _rewritten);
        return _rewritten.WrittenMemory;
    }

    /// <summary>Rows read are not known from the engine and stand as 0, as in a server's answer that has only begun.</summary>
    private void SetHeaders(long rows, long bytes, bool isEmpty)
    {
        var headers = http.Response.Headers;
        http.Response.ContentType = StatementFormat.MediaTypeOf(call.Format);
        headers["X-ClickHouse-Format"] = call.Format;
        headers["X-ClickHouse-Summary"] = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"read_rows":"0","read_bytes":"0","written_rows":"0","written_bytes":"0","total_rows_to_read":"0","result_rows":"{{rows}}","result_bytes":"{{bytes}}","elapsed_ns":"{{Stopwatch.GetElapsedTime(_started).TotalNanoseconds:0}}"}""");

        // Nothing, packed, is still nothing here, and no reader of gzip would take that.
        _isPacked = call.WantsGzip && !isEmpty;
        if (_isPacked) { headers.ContentEncoding = "gzip"; }
    }

    private Stream Open()
    {
        var body = http.Response.Body;
        if (_isPacked) { body = new GZipStream(body, CompressionLevel.Fastest, leaveOpen: true); }
        return call.WantsFrames ? new CompressedFrames(body) : body;
    }

    /// <summary>Ends what is packed; the response itself ends with the request.</summary>
    private ValueTask CloseAsync(Stream body) => _isPacked ? body.DisposeAsync() : ValueTask.CompletedTask;
}
