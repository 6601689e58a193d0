using System.Text.Json;
using Sluice.Api.Contracts;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Sluice.Tests.Integration.Sinks;
using Sluice.Tests.Unit.Schemas;
using BundleRecord = Sluice.Schemas.Records.Bundle;
using FailedAttemptRecord = Sluice.Schemas.Records.FailedAttempt;
using JitRecord = Sluice.Schemas.Records.JitLiquidity;
using LiquidationRecord = Sluice.Schemas.Records.Liquidation;
using RoundTripRecord = Sluice.Schemas.Records.RoundTrip;
using SandwichRecord = Sluice.Schemas.Records.Sandwich;

namespace Sluice.Tests.Integration.Api;

/// <summary>Findings of every kind: contracts, pages that neither repeat nor lose a row, filters, one by id. Three of each kind in each of two slots.</summary>
[Collection(TestStore.Collection)]
public sealed class FindingTests(ApiServer server) : IClassFixture<ApiServer>, IAsyncLifetime
{
    private static readonly long[] Slots = [2_000, 2_001];
    private static bool _filled;

    public static TheoryData<string> Kinds => ["sandwiches", "round_trips", "jit", "liquidations", "failed_attempts", "bundles"];

    public async Task InitializeAsync()
    {
        if (server.Store is null || _filled) { return; }
        _filled = true;
        await server.InsertAsync(new BlockRowColumns(), [.. Slots.Select(Rows.Block)]);
        var places = Slots.SelectMany(slot => Enumerable.Range(0, 3).Select(tx => (slot, tx))).ToArray();
        await server.InsertAsync(new SandwichColumns(), [.. places.Select(p => Sandwich(p.slot, p.tx))]);
        await server.InsertAsync(new RoundTripColumns(), [.. places.Select(p => RoundTrip(p.slot, p.tx))]);
        await server.InsertAsync(new JitLiquidityColumns(), [.. places.Select(p => Jit(p.slot, p.tx))]);
        await server.InsertAsync(new LiquidationColumns(), [.. places.Select(p => Liquidation(p.slot, p.tx))]);
        await server.InsertAsync(new FailedAttemptColumns(), [.. places.Select(p => Attempt(p.slot, p.tx))]);
        await server.InsertAsync(new BundleColumns(), [.. places.Select(p => Bundle(p.slot, p.tx))]);
        var gone = Sandwich(2_001, 9);
        gone.Retracted = true;
        await server.InsertAsync(new SandwichColumns(), gone);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [EngineFact]
    public async Task What_the_store_writes_is_what_the_contracts_say()
    {
        var sandwich = (await ReadAsync<Page<Sluice.Api.Contracts.Sandwich>>("sandwiches?limit=1")).Data[0];
        Assert.Equal((2_001UL, "classic", 31_574_890, 6_304_978), (sandwich.Slot, sandwich.Class, (long)sandwich.Gross.Value, (long)sandwich.Net!.Value.Value));
        Assert.Equal(["front", "back"], sandwich.Legs.Select(l => l.Role));
        Assert.Equal(6_705_768_207_054, (long)sandwich.Victims[0].LimitAmount!.Value.Value);
        Assert.Null(sandwich.Victims[0].LossQuote ?? (object?)sandwich.Victims[0].SlippageUsed ?? sandwich.Victims[0].DontFrontMark);
        Assert.Equal(["multi_victim"], sandwich.Tags);
        Assert.Equal("wash_volume", (await ReadAsync<Page<Sluice.Api.Contracts.RoundTrip>>("round_trips")).Data[0].Class);
        Assert.Equal("yes", (await ReadAsync<Page<Sluice.Api.Contracts.JitLiquidity>>("jit")).Data[0].InRange);
        Assert.Equal(8_695_600_817, (long)(await ReadAsync<Page<Sluice.Api.Contracts.Liquidation>>("liquidations")).Data[0].SeizedAmount!.Value.Value);
        Assert.Equal("instruction", (await ReadAsync<Page<Sluice.Api.Contracts.FailedAttempt>>("failed_attempts")).Data[0].Evidence);
        Assert.Equal(3, (await ReadAsync<Page<Sluice.Api.Contracts.Bundle>>("bundles")).Data[0].Signers.Count);
    }

    [EngineTheory]
    [MemberData(nameof(Kinds))]
    public async Task Pages_of_any_size_give_every_row_once_and_newest_first(string kind)
    {
        var whole = await IdsAsync(kind, 1_000);
        Assert.Equal(6, whole.Distinct().Count());
        foreach (var size in (int[])[1, 2, 4]) { Assert.Equal(whole, await IdsAsync(kind, size)); }
        var page = await server.GetAsync($"/api/v1/{kind}");
        var slots = page.GetProperty("data").EnumerateArray().Select(r => r.GetProperty("slot").GetInt64()).ToArray();
        Assert.Equal(slots.OrderDescending(), slots);
    }

    [EngineTheory]
    [InlineData("sandwiches?class=classic", 6)]
    [InlineData("sandwiches?class=multi_slot", 0)]
    [InlineData("sandwiches?tag=multi_victim", 6)]
    [InlineData("sandwiches?tag=partial", 0)]
    [InlineData("sandwiches?victim=CRFDVv9csRhiA5kec6RS34xaZaTTLCMdy6qq5ZpDQLRa", 6)]
    [InlineData("sandwiches?signer=CRFDVv9csRhiA5kec6RS34xaZaTTLCMdy6qq5ZpDQLRa", 0)]
    [InlineData("sandwiches?signer=KKKzQmS38mSxHu7AaasGghGgVqoEt2DS8M5AcBMVK3j", 6)]
    [InlineData("sandwiches?signature=5MajX2HvcNcpbVTgPgy4BpAysatJnFbxypZaMYxnwp2xmbe9uQq8FcytnpaLdLL4SrrQ4oCDAaHhACnTc5GuyfDL&from_slot=2001", 3)]
    [InlineData("sandwiches?min_net_lamports=6304978", 6)]
    [InlineData("sandwiches?min_net_lamports=6304979", 0)]
    [InlineData("sandwiches?pool=5iwcWZzQn1PMxwvbHyiBWFgzdmf8KYvLWtFVHYZxJhq5&venue=meteora-damm-v2", 6)]
    [InlineData("round_trips?class=wash_volume", 6)]
    [InlineData("liquidations?protocol=solend", 6)]
    [InlineData("liquidations?protocol=kamino-lend", 0)]
    [InlineData("failed_attempts?class=liquidation&to_slot=2000", 3)]
    [InlineData("bundles?signer=CRFDVv9csRhiA5kec6RS34xaZaTTLCMdy6qq5ZpDQLRa", 6)]
    public async Task Lists_are_restricted_by(string query, int expected) =>
        Assert.Equal(expected, (await server.GetAsync("/api/v1/" + query)).GetProperty("data").GetArrayLength());

    [EngineTheory]
    [InlineData("sandwiches?class=cyclic", "class")]
    [InlineData("sandwiches?signature=abc", "signature")]
    [InlineData("liquidations?victim=CRFDVv9csRhiA5kec6RS34xaZaTTLCMdy6qq5ZpDQLRa", "victim")]
    [InlineData("bundles?class=inferred", "class")]
    [InlineData("sandwiches/sandwich:abc", "id")]
    public async Task A_wrong_parameter_is_named(string query, string parameter)
    {
        using var reply = await server.Client.GetAsync("/api/v1/" + query);
        Assert.Equal(400, (int)reply.StatusCode);
        using var problem = JsonDocument.Parse(await reply.Content.ReadAsStringAsync());
        Assert.Equal(parameter, problem.RootElement.GetProperty("parameter").GetString());
    }

    [EngineTheory]
    [InlineData("sandwiches")]
    [InlineData("jit")]
    [InlineData("liquidations")]
    public async Task One_by_its_id(string kind)
    {
        foreach (var id in await IdsAsync(kind, 1_000))
        {
            Assert.Equal(id, (await server.GetAsync($"/api/v1/{kind}/{Uri.EscapeDataString(id)}")).GetProperty("id").GetString());
        }

        using var reply = await server.Client.GetAsync($"/api/v1/{kind}/x:{Rows.Signature(7, 7)}:0.0");
        Assert.Equal(404, (int)reply.StatusCode);
    }

    private async Task<List<string>> IdsAsync(string kind, int limit)
    {
        var ids = new List<string>();
        string? cursor = null;
        do
        {
            var page = await server.GetAsync($"/api/v1/{kind}?limit={limit}" + (cursor is null ? "" : "&cursor=" + cursor));
            ids.AddRange(page.GetProperty("data").EnumerateArray().Select(r => r.GetProperty("id").GetString()!));
            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);
        return ids;
    }

    private async Task<T> ReadAsync<T>(string path)
    {
        using var reply = await server.Client.GetAsync("/api/v1/" + path);
        var text = await reply.Content.ReadAsStringAsync();
        Assert.True(reply.IsSuccessStatusCode, text);
        return (T)JsonSerializer.Deserialize(text, typeof(T), ApiJson.Default)!;
    }

    private static SandwichRecord Sandwich(long slot, int tx)
    {
        var record = MevExamples.Sandwich();
        (record.Slot, record.FirstSlot, record.LastSlot, record.BlockTimeUnixMs) = (slot, slot, slot, Rows.TimeOf(slot));

        // Two of a transaction differ by instruction.
        record.Id = FindingId.Sandwich(Rows.Signature(slot, tx / 2), tx, -1, 0);
        record.Legs![0].Signature = Rows.Signature(slot, tx / 2);
        record.Tags!.Add("multi_victim");
        return record;
    }

    private static RoundTripRecord RoundTrip(long slot, int tx)
    {
        var record = MevExamples.RoundTrip();
        (record.Slot, record.Id) = (slot, FindingId.RoundTrip(Rows.Signature(slot, tx), 1, 2, 0));
        return record;
    }

    private static JitRecord Jit(long slot, int tx)
    {
        var record = MevExamples.Jit();
        (record.Slot, record.FirstSlot, record.LastSlot, record.Id) = (slot, slot, slot, FindingId.Jit(Rows.Signature(slot, tx), 1, 2));
        record.Changes!.Add().Signature = Rows.Signature(slot, tx);
        return record;
    }

    private static LiquidationRecord Liquidation(long slot, int tx)
    {
        var record = MevExamples.Liquidation();
        (record.Slot, record.TxIndex, record.Signature, record.IxIndex, record.InnerIxIndex) = (slot, tx / 2, Rows.Signature(slot, tx / 2), tx, -1);
        record.Id = FindingId.Liquidation(record.Signature, tx, -1);
        return record;
    }

    private static FailedAttemptRecord Attempt(long slot, int tx)
    {
        var record = MevExamples.Attempt();
        (record.Slot, record.TxIndex, record.Signature) = (slot, tx, Rows.Signature(slot, tx));
        record.Id = FindingId.Attempt(record.Signature);
        return record;
    }

    private static BundleRecord Bundle(long slot, int tx)
    {
        var record = MevExamples.Bundle();
        (record.Slot, record.FirstTxIndex, record.Id) = (slot, tx * 5, FindingId.Bundle(Rows.Signature(slot, tx)));
        return record;
    }
}
