using System.Text.Json;
using Sluice.Schemas.Records;
using Sluice.Tests.Integration.Sinks;

namespace Sluice.Tests.Integration.Api;

/// <summary>Filters and pages over a store with gaps: slots 1,000 to 1,009, and 90,000 far above.</summary>
[Collection(TestStore.Collection)]
public sealed class ListTests(ApiServer server) : IClassFixture<ApiServer>, IAsyncLifetime
{
    private const long Far = 90_000;
    private static bool _filled;

    public async Task InitializeAsync()
    {
        if (server.Store is null || _filled) { return; }
        _filled = true;
        long[] slots = [.. Enumerable.Range(1_000, 10), Far];
        await server.InsertAsync(new BlockRowColumns(), [.. slots.Select(Rows.Block)]);
        await server.InsertAsync(new PoolSwapColumns(), [.. slots.SelectMany(slot => Enumerable.Range(0, 5).Select(tx => Swap(slot, tx)))]);
        await server.InsertAsync(new ArbitrageColumns(), [.. slots.SelectMany(slot => Enumerable.Range(0, 3).Select(tx => Arbitrage(slot, tx)))]);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [EngineTheory]
    [InlineData("", 55)]
    [InlineData("from_slot=1009", 10)]
    [InlineData("to_slot=1001", 10)]
    [InlineData("from_slot=1003&to_slot=1004", 10)]
    [InlineData("from_slot=1010&to_slot=2000", 0)]
    [InlineData("from_slot=90001", 0)]
    [InlineData("from_time=2024-03-14T18:41:21.600Z&to_time=2024-03-14T18:41:22Z", 5)]
    [InlineData("to_time=1710441678", 5)]
    [InlineData("from_time=2030-01-01", 0)]
    [InlineData("pool={pool2}", 11)]
    [InlineData("pool={nowhere}", 0)]
    [InlineData("mint={usdc}", 55)]
    [InlineData("mint={pool2}", 0)]
    [InlineData("signer={signer1}", 22)]
    [InlineData("venue=orca-whirlpool", 11)]
    [InlineData("signer={signer1}&venue=orca-whirlpool&from_slot=1005", 0)]
    public async Task Swaps_are_restricted_by(string filter, int expected)
    {
        var page = await server.GetAsync("/api/v1/swaps?limit=1000&" + Fill(filter));
        Assert.Equal(expected, page.GetProperty("data").GetArrayLength());
    }

    [EngineTheory]
    [InlineData("", 33)]
    [InlineData("from_slot=1009&to_slot=1009", 3)]
    [InlineData("class=cyclic", 11)]
    [InlineData("class=stable", 0)]
    [InlineData("pool={pool40}", 33)]
    [InlineData("pool={nowhere}", 0)]
    [InlineData("mint={usdc}", 33)]
    [InlineData("mint={nowhere}", 0)]
    [InlineData("venue=raydium-clmm", 33)]
    [InlineData("venue=raydium", 0)]
    [InlineData("profit_mint={sol}&min_profit=200", 11)]
    [InlineData("profit_mint={sol}&min_profit=201", 0)]
    [InlineData("profit_mint={usdc}&min_profit=0", 0)]
    [InlineData("signer={signer1}&from_time=2024-03-14T18:41:20Z&to_time=2024-03-14T18:41:20Z", 1)]
    public async Task Arbitrages_are_restricted_by(string filter, int expected)
    {
        var page = await server.GetAsync("/api/v1/arbitrages?limit=1000&" + Fill(filter));
        Assert.Equal(expected, page.GetProperty("data").GetArrayLength());
    }

    [EngineTheory]
    [InlineData("swaps", "")]
    [InlineData("swaps", "&pool={pool2}")]
    [InlineData("swaps", "&from_slot=1002&to_slot=1007")]
    [InlineData("arbitrages", "")]
    [InlineData("arbitrages", "&class=cross_pair")]
    public async Task Pages_put_together_are_the_whole_query_whatever_their_size(string list, string filter)
    {
        filter = Fill(filter);
        var whole = Keys(await server.GetAsync($"/api/v1/{list}?limit=1000{filter}"));
        Assert.Equal(whole.Order(Comparer<string>.Create((a, b) => string.CompareOrdinal(b, a))), whole);
        foreach (var size in new[] { whole.Count < 12 ? 1 : 7, whole.Count - 1, whole.Count, whole.Count + 1 })
        {
            var together = new List<string>();
            string? cursor = null;
            do
            {
                var page = await server.GetAsync($"/api/v1/{list}?limit={size}{filter}" + (cursor is null ? "" : $"&cursor={cursor}"));
                var keys = Keys(page);
                Assert.InRange(keys.Count, cursor is null ? 0 : 1, size);
                together.AddRange(keys);
                cursor = page.GetProperty("next_cursor").GetString();
                Assert.Equal(cursor is not null, together.Count < whole.Count);
            }
            while (cursor is not null);

            Assert.Equal(whole, together);
        }
    }

    [EngineFact]
    public async Task Rows_that_come_in_while_somebody_reads_neither_shift_nor_repeat_the_rest()
    {
        var whole = Keys(await server.GetAsync("/api/v1/swaps?limit=1000&to_slot=2000"));
        var first = await server.GetAsync("/api/v1/swaps?limit=20&to_slot=2000");
        await server.InsertAsync(new BlockRowColumns(), Rows.Block(1_500));
        await server.InsertAsync(new PoolSwapColumns(), Rows.Swap(1_500));
        var rest = await server.GetAsync($"/api/v1/swaps?limit=1000&to_slot=2000&cursor={first.GetProperty("next_cursor").GetString()}");
        await server.Store.ExecuteAsync("DELETE FROM swaps WHERE slot = 1500");
        await server.Store.ExecuteAsync("DELETE FROM blocks WHERE slot = 1500");

        Assert.Equal(whole, [.. Keys(first), .. Keys(rest)]);
    }

    [EngineFact]
    public async Task A_row_that_was_stored_twice_is_shown_once_in_its_newest_version()
    {
        var newer = Swap(1_003, 2);
        (newer.Version, newer.AmountOut) = (4, 77);
        await server.InsertAsync(new PoolSwapColumns(), newer);
        var swaps = (await server.GetAsync("/api/v1/swaps?from_slot=1003&to_slot=1003")).GetProperty("data").EnumerateArray().ToArray();
        await server.InsertAsync(new PoolSwapColumns(), Swap(1_003, 2) with { Version = 5 });

        Assert.Equal(5, swaps.Length);
        Assert.Equal("77", swaps[2].GetProperty("amount_out").GetString());
    }

    [EngineFact]
    public async Task A_retracted_finding_is_not_shown()
    {
        var retracted = Arbitrage(1_004, 1);
        (retracted.Retracted, retracted.RuleVersion) = (true, 2);
        await server.InsertAsync(new ArbitrageColumns(), retracted);
        var page = await server.GetAsync("/api/v1/arbitrages?from_slot=1004&to_slot=1004");
        var one = await server.Client.GetAsync($"/api/v1/arbitrages/{retracted.Signature}");
        await server.InsertAsync(new BlockRowColumns(), Rows.Block(1_004));
        var slot = await server.GetAsync("/api/v1/slots/1004");
        var restored = Arbitrage(1_004, 1);
        restored.RuleVersion = 3;
        await server.InsertAsync(new ArbitrageColumns(), restored);

        Assert.Equal(2, page.GetProperty("data").GetArrayLength());
        Assert.Equal(2, slot.GetProperty("counts").GetProperty("arbitrages").GetInt32());
        Assert.Equal(404, (int)one.StatusCode);
    }

    [EngineFact]
    public async Task A_cursor_belongs_to_its_query()
    {
        var cursor = (await server.GetAsync("/api/v1/swaps?limit=1")).GetProperty("next_cursor").GetString();
        foreach (var path in new[] { $"/api/v1/swaps?from_slot=1&cursor={cursor}", $"/api/v1/arbitrages?cursor={cursor}" })
        {
            var reply = await server.Client.GetAsync(path);
            var problem = JsonDocument.Parse(await reply.Content.ReadAsStringAsync()).RootElement;
            Assert.Equal(400, (int)reply.StatusCode);
            Assert.Equal("urn:sluice:problem:cursor-of-another-query", problem.GetProperty("type").GetString());
        }
    }

    private static PoolSwap Swap(long slot, int tx) => Rows.Swap(slot, tx, ix: tx % 2, inner: tx - 1) with
    {
        Signer = Rows.Key(100 + (tx / 2)),
        Pool = Rows.Key(200 + tx),
        Venue = tx == 4 ? "orca-whirlpool" : "raydium-amm-v4",
    };

    private static Arbitrage Arbitrage(long slot, int tx)
    {
        var row = Rows.Arbitrage(slot, tx);
        row.Gross = tx * 100;
        row.Signer = Rows.Key(100 + tx);
        row.Class = tx == 0 ? ArbitrageClass.Cyclic : ArbitrageClass.CrossPair;
        return row;
    }

    private static string Fill(string filter) => filter
        .Replace("{sol}", Rows.Sol.ToString())
        .Replace("{usdc}", Rows.Usdc.ToString())
        .Replace("{pool2}", Rows.Key(202).ToString())
        .Replace("{pool40}", Rows.Key(40).ToString())
        .Replace("{nowhere}", Rows.Key(999).ToString())
        .Replace("{signer1}", Rows.Key(101).ToString());

    /// <summary>What orders the rows, as text that orders likewise.</summary>
    private static List<string> Keys(JsonElement page) =>
    [
        .. page.GetProperty("data").EnumerateArray().Select(row => $"{row.GetProperty("slot").GetUInt64():D12} {row.GetProperty("tx_index").GetInt32():D6}"),
    ];
}
