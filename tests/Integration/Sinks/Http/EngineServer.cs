using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Sluice.Sinks;
using Sluice.Sinks.Embedded;

namespace Sluice.Tests.Integration.Sinks.Http;

/// <summary>The embedded engine behind ClickHouse's HTTP protocol, writing included, so that the client speaks to a current dialect.</summary>
/// <remarks>It is as strict as a server where that matters here: names of settings are checked, and readonly is obeyed.</remarks>
internal sealed partial class EngineServer : IAsyncDisposable
{
    private static readonly HashSet<string> Own =
        ["query", "query_id", "database", "default_format", "wait_end_of_query", "enable_http_compression", "insert_deduplication_token"];

    private readonly WebApplication _app;
    private readonly string _folder;
    private readonly ConcurrentDictionary<string, Task<EmbeddedClickHouse>> _databases = new();
    private HashSet<string> _settings = [];

    private EngineServer(string folder)
    {
        _folder = folder;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(o => o.Limits.MaxRequestBodySize = null);
        _app = builder.Build();
        _app.MapPost("/", AnswerAsync);
    }

    /// <summary>As in <c>127.0.0.1:40123</c>.</summary>
    public string Authority => new Uri(_app.Urls.Single()).Authority;

    /// <param name="folder">Folder of the store.</param>
    public static async Task<EngineServer> StartAsync(string folder)
    {
        var server = new EngineServer(folder);
        var known = await (await server.DatabaseAsync("default")).TextAsync("SELECT name FROM system.settings UNION ALL SELECT alias_for FROM system.settings UNION ALL SELECT name FROM system.merge_tree_settings");
        server._settings = [.. known.Split('\n')];
        await server._app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        foreach (var database in _databases.Values) { await (await database).DisposeAsync(); }
    }

    private Task<EmbeddedClickHouse> DatabaseAsync(string name) => _databases.GetOrAdd(
        name, n => EmbeddedClickHouse.OpenAsync(new EmbeddedOptions { Path = _folder, Database = n }));

    private async Task AnswerAsync(HttpContext context)
    {
        context.Features.Get<IHttpBodyControlFeature>()!.AllowSynchronousIO = true;
        try
        {
            await AnswerAsync(context.Request, context.Response, context.RequestAborted);
        }
        catch (ClickHouseException e)
        {
            context.Response.StatusCode = e.Kind == ClickHouseErrorKind.Reject ? 400 : 500;
            context.Response.Headers["X-ClickHouse-Exception-Code"] = e.Code.ToString(CultureInfo.InvariantCulture);
            await context.Response.WriteAsync($"Code: {e.Code}. DB::Exception: {e.Message} (version 26.7.3.1)\n");
        }
        catch (OperationCanceledException)
        {
            context.Abort();
        }
    }

    private async Task AnswerAsync(HttpRequest request, HttpResponse response, CancellationToken ct)
    {
        var parameters = new Dictionary<string, string>();
        var settings = new Dictionary<string, string>();
        foreach (var (name, value) in request.Query)
        {
            if (name.StartsWith("param_", StringComparison.Ordinal)) { parameters[name[6..]] = value.ToString(); }
            else if (Own.Contains(name) || _settings.Contains(name)) { settings[name] = value.ToString(); }
            else { throw new ClickHouseException(115, $"Unknown setting '{name}'. (UNKNOWN_SETTING)", ClickHouseErrorKind.Reject); }
        }

        var gzip = request.Headers.ContentEncoding == "gzip";
        await using var body = gzip ? new GZipStream(request.Body, CompressionMode.Decompress) : request.Body;
        using var bytes = new MemoryStream();
        await body.CopyToAsync(bytes, ct);
        var data = bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
        var database = settings.GetValueOrDefault("database", "default");
        if (settings.ContainsKey("database") && await (await DatabaseAsync("default")).TextAsync($"SELECT count() FROM system.databases WHERE name = '{database}'") == "0")
        {
            throw new ClickHouseException(81, $"Database {database} does not exist. (UNKNOWN_DATABASE)", ClickHouseErrorKind.Reject);
        }

        var store = await DatabaseAsync(database);
        if (settings.TryGetValue("query", out var sql))
        {
            var insert = Insert().Match(sql);
            await store.InsertAsync(insert.Groups["table"].Value, insert.Groups["columns"].Value, o => System.Buffers.BuffersExtensions.Write(o, data.Span), "", ct);
            return;
        }

        sql = Encoding.UTF8.GetString(data.Span);
        if (sql.StartsWith("KILL QUERY", StringComparison.Ordinal)) { return; } // the aborted request has stopped it
        if (settings.GetValueOrDefault("readonly") != "1")
        {
            await store.ExecuteAsync(sql, ct);
            return;
        }

        var result = await store.QueryAsync(
            new ClickHouseQuery(sql)
            {
                Format = settings.GetValueOrDefault("default_format", "TabSeparated"),
                Parameters = parameters,
                MaxRows = long.Parse(settings.GetValueOrDefault("max_result_rows", "0"), CultureInfo.InvariantCulture),
            },
            ct);
        response.Headers["X-ClickHouse-Summary"] = $$"""{"read_rows":"0","result_rows":"{{result.Rows}}"}""";
        await response.Body.WriteAsync(result.Bytes, ct);
    }

    [GeneratedRegex("^INSERT INTO `(?<table>\\w+)` \\((?<columns>.*)\\) FORMAT Native$", RegexOptions.Singleline)]
    private static partial Regex Insert();
}
