using System.Net.Http.Json;
using System.Text.Json;
using Sluice.Api;
using Sluice.Schemas.Records;
using Sluice.Sinks;
using Sluice.Sinks.Embedded;
using Sluice.Sinks.Migrations;
using Sluice.Tests.Integration.Sinks;

namespace Sluice.Tests.Integration.Api;

/// <summary>The api on a port of its own over an empty store of its own: the embedded engine, or the server that is named for tests.</summary>
public sealed class ApiServer : IAsyncLifetime
{
    private readonly Stores _stores = new();
    private Running? _running;

    private static StoreKind Kind => Stores.Server is null ? StoreKind.Embedded : StoreKind.Server;

    /// <summary>Fresh for each request, so that what a test inserts is seen at once.</summary>
    public static ApiOptions Options { get; } = new() { Port = 0, CacheFreshness = TimeSpan.Zero, QueryTimeout = TimeSpan.FromMinutes(2), RequestAllowance = TimeSpan.FromMinutes(2) };

    public IClickHouse Store { get; private set; } = null!;

    public HttpClient Client => _running!.Client;

    public async Task InitializeAsync()
    {
        if (!EngineLibrary.IsPresent) { return; }
        Store = await _stores.OpenAsync(Kind, "api_test");
        await SchemaMigrations.ApplyAsync(Store);
        _running = await Running.StartAsync(Store, Options);
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
        if (_running is not null) { await _running.DisposeAsync(); }
        if (Store is not null) { await Store.DisposeAsync(); }
        await _stores.DisposeAsync();
    }
}
