using System.Text.Json;
using Sluice.Api.Contracts;
using Sluice.Schemas.Records;
using Sluice.Tests.Integration.Sinks;
using Arbitrage = Sluice.Api.Contracts.Arbitrage;
using Swap = Sluice.Api.Contracts.Swap;

namespace Sluice.Tests.Integration.Api;

/// <summary>What the store writes is exactly what the contracts say: no field more, none less, none of another type.</summary>
[Collection(TestStore.Collection)]
public sealed class ContractTests(ApiServer server) : IClassFixture<ApiServer>, IAsyncLifetime
{
    public async Task InitializeAsync()
    {
        if (server.Store is null) { return; }
        await server.InsertAsync(new BlockRowColumns(), Rows.Block(1_000), Rows.Block(1_001));
        await server.InsertAsync(new QualityRowColumns(), Rows.Quality(1_000));
        await server.InsertAsync(new SkippedSlotRowColumns(), new SkippedSlotRow { Slot = 999, ProvenBySlot = 1_000, Version = 3 });
        var bare = Rows.Swap(1_000, tx: 1);
        (bare.BlockTimeUnixMs, bare.Wrapper, bare.ReserveIn, bare.ReserveOut, bare.SqrtPriceX64) = (null, null, null, null, null);
        await server.InsertAsync(new PoolSwapColumns(), Rows.Swap(1_000), bare);
        var poor = Rows.Arbitrage(1_001);
        poor.OtherProfits!.Clear();
        poor.LinkedAccounts!.Clear();
        (poor.Net, poor.CostInProfitMint, poor.Leader, poor.Wrapper, poor.WrapperName, poor.Gross) = (null, null, null, null, null, 1);
        await server.InsertAsync(new ArbitrageColumns(), Rows.Arbitrage(1_000), poor);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [EngineFact]
    public async Task A_produced_slot()
    {
        var slot = Assert.IsType<ProducedSlot>(await ReadAsync<Slot>("/api/v1/slots/1000"));
        Assert.Equal((1_000UL, 0UL, 999UL, 3UL), (slot.Number, slot.Epoch, slot.ParentSlot, slot.Version));
        Assert.Equal((Rows.Key(1_000).ToString(), Rows.Key(999).ToString()), (slot.Blockhash, slot.PreviousBlockhash));
        Assert.Equal(new DateTime(2024, 3, 14, 18, 41, 18, DateTimeKind.Utc), slot.BlockTime);
        Assert.Equal(Rows.FirstTimeUnixMs, slot.BlockTimeUnixMs);
        Assert.Equal(
            new SlotCounts { Transactions = 602, Votes = 158, Failed = 305, FailedVotes = 2, Tipped = 6, Swaps = 300, Arbitrages = 1 },
            slot.Counts);
        Assert.Equal(ulong.MaxValue, (UInt128)slot.Money.TipsLamports.Value);
        Assert.Equal(16_906_623, slot.Money.LeaderRewardLamports!.Value.Value);
        Assert.Equal(new Check { Checked = 602, Failed = 0 }, slot.Quality!.FeeFormula);
        Assert.Equal(("continuous", true, 4, 5), (slot.Quality.Parent, slot.Quality.Passed, slot.Quality.DecodeRejected, slot.Quality.DriftedSwaps));
    }

    [EngineFact]
    public async Task A_produced_slot_that_was_not_checked()
    {
        Assert.Null(Assert.IsType<ProducedSlot>(await ReadAsync<Slot>("/api/v1/slots/1001")).Quality);
    }

    [EngineFact]
    public async Task A_skipped_slot_names_its_proof()
    {
        var slot = Assert.IsType<SkippedSlot>(await ReadAsync<Slot>("/api/v1/slots/999"));
        Assert.Equal((999UL, 1_000UL), (slot.Number, slot.ProvenBySlot));
    }

    [EngineFact]
    public async Task Swaps()
    {
        var page = await ReadAsync<Page<Swap>>("/api/v1/swaps");
        Assert.Null(page.NextCursor);
        Assert.Equal([1, 0], page.Data.Select(s => s.TxIndex));
        var (bare, full) = (page.Data[0], page.Data[1]);
        Assert.Null(bare.BlockTime ?? (object?)bare.BlockTimeUnixMs ?? bare.Wrapper ?? (object?)bare.ReserveIn ?? bare.SqrtPriceX64);
        Assert.Equal(ulong.MaxValue, (UInt128)full.AmountIn.Value);
        Assert.Equal(Int128.One << 100, full.SqrtPriceX64!.Value.Value);
        Assert.Equal((Rows.Sol.ToString(), Rows.Usdc.ToString()), (full.MintIn, full.MintOut));
        Assert.Equal(("both", "raydium-amm-v4", -1), (full.Source, full.Venue, full.InnerIxIndex));
        Assert.Equal(Rows.Signature(1_000, 0).ToString(), full.Signature);
    }

    [EngineFact]
    public async Task Arbitrages()
    {
        var page = await ReadAsync<Page<Arbitrage>>("/api/v1/arbitrages");
        var (poor, full) = (page.Data[0], page.Data[1]);
        Assert.Null(poor.Net ?? (object?)poor.CostInProfitMint ?? poor.Leader ?? poor.Wrapper ?? poor.WrapperName);
        Assert.Empty(poor.OtherProfits);
        Assert.Equal(Int128.MaxValue, full.Gross.Value);
        Assert.Equal(-5, full.Net!.Value.Value);
        Assert.Equal("cross_pair", full.Class);
        Assert.Equal(0.95, full.Confidence);
        Assert.Equal([new MintAmountPair(Rows.Usdc.ToString(), 31_007)], full.OtherProfits.Select(p => new MintAmountPair(p.Mint, p.Amount.Value)));
        Assert.Equal([Rows.Key(8).ToString()], full.LinkedAccounts);
        Assert.Equal(["orca-whirlpool", "raydium-clmm"], full.Legs.Select(l => l.Venue));
        Assert.Equal((2, 1, (UInt128)ulong.MaxValue), (full.Legs[1].IxIndex, full.Legs[1].InnerIxIndex, (UInt128)full.Legs[1].AmountOut.Value));
        Assert.Equal([("closed_cycle", 0.95)], full.ConfidenceParts.Select(p => (p.Name, p.Weight)));
        Assert.Equal(["closed_cycle"], full.RulesPassed);
    }

    [EngineTheory]
    [InlineData("")]
    [InlineData("arbitrage:")]
    public async Task One_arbitrage_by_signature_or_id(string prefix)
    {
        var found = await ReadAsync<Arbitrage>($"/api/v1/arbitrages/{prefix}{Rows.Signature(1_000, 0)}");
        Assert.Equal($"arbitrage:{Rows.Signature(1_000, 0)}", found.Id);
    }

    [EngineFact]
    public async Task The_summary()
    {
        var summary = await ReadAsync<Summary>("/api/v1/summary");
        Assert.Equal((1_000UL, 1_001UL, 2L, 1L), (summary.FirstSlot, summary.LastSlot, summary.Slots, summary.SkippedSlots));
        Assert.Equal((1_204L, 316L, 610L, 12L, 600L), (summary.Transactions, summary.Votes, summary.Failed, summary.Tipped, summary.Swaps));
        Assert.Equal(2 * (Int128)ulong.MaxValue, summary.TipsLamports.Value);
        Assert.Equal((1L, 1L, 1.0), (summary.Quality.Checked, summary.Quality.Passed, summary.Quality.Share));
        Assert.Equal(new Check { Checked = 1_000, Failed = 0 }, summary.Quality.Tokens);
        var finding = Assert.Single(summary.Findings);
        Assert.Equal(("cross_pair", 2L, 1L, (Int128)(-5)), (finding.Class, finding.Count, finding.CountWithNet, finding.Net.Value));
    }

    [EngineFact]
    public async Task Leaderboards()
    {
        var pools = await ReadAsync<Leaderboard<PoolRank>>("/api/v1/leaderboards/pools?epoch=0");
        Assert.Equal((Rows.Key(4).ToString(), 2L, 1L), (pools.Data[0].Pool, pools.Data[0].Swaps, pools.Data[0].Traders));
        var searchers = await ReadAsync<Leaderboard<SearcherRank>>("/api/v1/leaderboards/searchers");
        Assert.Equal((0UL, 2L, 1L), (searchers.Epoch, searchers.Data[0].Arbitrages, searchers.Data[0].ArbitragesWithNet));
        Assert.Empty((await ReadAsync<Leaderboard<PoolRank>>("/api/v1/leaderboards/pools?epoch=7")).Data);
    }

    [EngineFact]
    public async Task Health()
    {
        Assert.Equal("live", (await ReadAsync<Liveness>("/health/live")).Status);
        var ready = await ReadAsync<Readiness>("/health/ready");
        Assert.Equal(("ready", "store", true), (ready.Status, ready.Checks[0].Name, ready.Checks[0].Ok));
    }

    private async Task<T> ReadAsync<T>(string path)
    {
        using var reply = await server.Client.GetAsync(path);
        var text = await reply.Content.ReadAsStringAsync();
        Assert.True(reply.IsSuccessStatusCode, text);
        Assert.Equal("application/json", reply.Content.Headers.ContentType?.MediaType);
        return (T)JsonSerializer.Deserialize(text, typeof(T), ApiJson.Default)!;
    }

    private sealed record MintAmountPair(string Mint, Int128 Amount);
}
