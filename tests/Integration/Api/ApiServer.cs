using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Sluice.Api;
using Sluice.Schemas.Records;
using Sluice.Sinks;
using Sluice.Sinks.Embedded;
using Sluice.Sinks.Migrations;
using Sluice.Tests.Integration.Sinks;

namespace Sluice.Tests.Integration.Api;

/// <summary>The api on a port of its own over an empty store of its own.</summary>
public sealed class ApiServer : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private WebApplication? _app;

    /// <summary>Fresh for each request, so that what a test inserts is seen at once.</summary>
    public static ApiOptions Options { get; } = new() { Port = 0, CacheFreshness = TimeSpan.Zero };

    public EmbeddedClickHouse Store { get; private set; } = null!;

    public HttpClient Client { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (!EngineLibrary.IsPresent) { return; }
        Store = await _folder.OpenAsync("api_test");
        await SchemaMigrations.ApplyAsync(Store);
        (_app, Client) = await StartAsync(Store, Options);
    }

    /// <summary>Another server over the same store.</summary>
    public static async Task<(WebApplication App, HttpClient Client)> StartAsync(
        IClickHouse store, ApiOptions options, Action<WebApplicationBuilder>? configure = null)
    {
        var app = ApiHost.Build(options, store, configure: configure);
        await app.StartAsync();
        return (app, new HttpClient { BaseAddress = new Uri(app.Urls.Single()) });
    }

    public async Task InsertAsync<T>(IColumnWriter<T> columns, params T[] rows)
        where T : struct, IRecord
    {
        foreach (var row in rows) { columns.Append(row); }
        await Store.InsertAsync(columns.Table, columns.ColumnList, columns.WriteTo, Guid.NewGuid().ToString());
    }

    public async Task<JsonElement> GetAsync(string path) => await Client.GetFromJsonAsync<JsonElement>(path);

    public async Task DisposeAsync()
    {
        Client?.Dispose();
        if (_app is not null) { await _app.DisposeAsync(); }
        if (Store is not null) { await Store.DisposeAsync(); }
        _folder.Dispose();
    }
}
