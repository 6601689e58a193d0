using Sluice.Schemas.Records;
using Sluice.Sinks;
using Sluice.Sinks.Migrations;
using Sluice.Tests.Integration.Sinks;

namespace Sluice.Tests.Integration.Api;

/// <summary>The api answers the same whatever store it asks.</summary>
[Collection(TestStore.Collection)]
public sealed class AnyStoreTests
{
    private static readonly string[] Paths =
    [
        "/api/v1/summary", "/api/v1/swaps", "/api/v1/swaps?limit=3", "/api/v1/arbitrages", "/api/v1/slots/1001",
        "/api/v1/leaderboards/pools", "/api/v1/leaderboards/searchers",
    ];

    [EngineTheory]
    [StoreKinds(Clusters = true)]
    public async Task Answers_are_those_of_the_embedded_engine(StoreKind kind)
    {
        var expected = await AnswersAsync(StoreKind.Embedded);
        if (kind != StoreKind.Embedded) { Assert.Equal(expected, await AnswersAsync(kind)); }
        Assert.All(expected, a => Assert.StartsWith("200 ", a));
        Assert.Contains(expected, a => a.Contains(Rows.Signature(1_002, 0).ToString()));
    }

    private static async Task<string[]> AnswersAsync(StoreKind kind)
    {
        await using var stores = new Stores();
        await using var store = await stores.OpenAsync(kind, "api_test");
        await SchemaMigrations.ApplyAsync(store);
        for (var run = 0; run < 2; run++) // the second time replaces every row
        {
            var slots = Enumerable.Range(1_000, 5).Select(s => (long)s).ToArray();
            await InsertAsync(store, Tables.WriterOf<PoolSwap>(), [.. slots.Select(s => Rows.Swap(s))]);
            await InsertAsync(store, Tables.WriterOf<Arbitrage>(), [.. slots.Select(s => Rows.Arbitrage(s))]);
            await InsertAsync(store, Tables.WriterOf<QualityRow>(), [.. slots.Select(s => Rows.Quality(s))]);
            await InsertAsync(store, Tables.WriterOf<BlockRow>(), [.. slots.Select(Rows.Block)]);
        }

        await using var app = await Running.StartAsync(store);
        var answers = new List<string>();
        foreach (var path in Paths)
        {
            using var reply = await app.Client.GetAsync(path);
            answers.Add($"{(int)reply.StatusCode} {path} {await reply.Content.ReadAsStringAsync()}");
        }

        return [.. answers];
    }

    private static Task InsertAsync<T>(IClickHouse store, IColumnWriter<T> columns, T[] rows)
        where T : struct, IRecord
    {
        foreach (var row in rows) { columns.Append(row); }
        return store.InsertAsync(columns.Table, columns.ColumnList, columns.WriteTo, Guid.NewGuid().ToString());
    }
}
