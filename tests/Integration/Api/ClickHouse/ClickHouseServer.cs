using Microsoft.AspNetCore.Builder;
using Sluice.Api.ClickHouse;
using Sluice.Sinks;
using Sluice.Sinks.Embedded;
using Sluice.Sinks.Migrations;
using Sluice.Tests.Integration.Sinks;

namespace Sluice.Tests.Integration.Api.ClickHouse;

/// <summary>The port that answers ClickHouse's protocol, over a store of its own.</summary>
public sealed class ClickHouseServer : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private WebApplication? _app;

    internal EmbeddedClickHouse Store { get; private set; } = null!;

    public HttpClient Client { get; } = new();

    public string Url => _app!.Urls.Single();

    public string StorePath => _folder.Sub("store");

    public async Task InitializeAsync()
    {
        if (!EngineLibrary.IsPresent) { return; }
        Store = await _folder.OpenAsync("clickhouse_test");
        await SchemaMigrations.ApplyAsync(Store);
        _app = await StartAsync(Store);
        Client.BaseAddress = new Uri(Url);
    }

    internal static async Task<WebApplication> StartAsync(IClickHouse store, ClickHouseOptions? options = null)
    {
        var app = ClickHouseHost.Build(options ?? new ClickHouseOptions { Port = 0 }, store);
        await app.StartAsync();
        return app;
    }

    /// <summary>The answer to a statement, which must be good.</summary>
    public async Task<byte[]> BytesAsync(string sql, string query = "")
    {
        using var reply = await Client.PostAsync("/?" + query, new StringContent(sql));
        Assert.True(reply.IsSuccessStatusCode, await reply.Content.ReadAsStringAsync());
        return await reply.Content.ReadAsByteArrayAsync();
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        if (_app is not null) { await _app.DisposeAsync(); }
        if (Store is not null) { await Store.DisposeAsync(); }
        _folder.Dispose();
    }
}
