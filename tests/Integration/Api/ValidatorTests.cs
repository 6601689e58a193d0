using System.Text.Json;
using Sluice.Api.Contracts;
using Sluice.Schemas.Records;
using Sluice.Tests.Integration.Sinks;
using Sluice.Tests.Unit.Schemas;

namespace Sluice.Tests.Integration.Api;

/// <summary>The list of validators: the last observation of each in each epoch.</summary>
[Collection(TestStore.Collection)]
public sealed class ValidatorTests(ApiServer server) : IClassFixture<ApiServer>, IAsyncLifetime
{
    private const int Validators = 7;
    private static bool _filled;

    public async Task InitializeAsync()
    {
        if (server.Store is null || _filled) { return; }
        _filled = true;
        long[] slots = [432_000 - 5, 432_010, 432_020];
        await server.InsertAsync(
            new ValidatorObservationColumns(), [.. slots.SelectMany(slot => Enumerable.Range(0, Validators).Select(v => Observation(v, slot, stake: 1)))]);

        // The last one once more, later.
        await server.InsertAsync(new ValidatorObservationColumns(), [.. Enumerable.Range(0, Validators).Select(v => Observation(v, 432_020, stake: 2, later: 5_000))]);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [EngineTheory]
    [InlineData("", 2 * Validators)]
    [InlineData("epoch=1", Validators)]
    [InlineData("epoch=2", 0)]
    [InlineData("vote_account={vote3}", 2)]
    [InlineData("vote_account={vote3}&epoch=0", 1)]
    [InlineData("identity={identity3}", 2)]
    [InlineData("identity={vote3}", 0)]
    public async Task It_is_restricted_by(string filter, int expected)
    {
        filter = filter.Replace("{vote3}", Rows.Key(103).ToString()).Replace("{identity3}", Rows.Key(203).ToString());
        var page = await server.GetAsync("/api/v1/validators?" + filter);
        Assert.Equal(expected, page.GetProperty("data").GetArrayLength());
    }

    [EngineFact]
    public async Task The_last_observation_counts_and_one_that_came_again_once()
    {
        var page = await server.GetAsync("/api/v1/validators");
        Assert.All(page.GetProperty("data").EnumerateArray(), v => Assert.Equal(
            v.GetProperty("epoch").GetInt32() == 1 ? (432_020, "2") : (431_995, "1"),
            (v.GetProperty("slot").GetInt32(), v.GetProperty("activated_stake_lamports").GetString())));
        var view = await server.Store.TextAsync("SELECT count(), sum(activated_stake_lamports) FROM validators_latest");
        Assert.Equal($"{2 * Validators}\t{3 * Validators}", view);
    }

    [EngineFact]
    public async Task Pages_have_every_validator_once()
    {
        var (seen, next) = (new List<string>(), "");
        do
        {
            var page = await server.GetAsync("/api/v1/validators?limit=3" + next);
            seen.AddRange(page.GetProperty("data").EnumerateArray().Select(v => $"{v.GetProperty("epoch").GetInt32()} {v.GetProperty("vote_account").GetString()}"));
            next = page.GetProperty("next_cursor").GetString() is { } cursor ? "&cursor=" + cursor : "";
        }
        while (next.Length > 0);
        Assert.Equal(2 * Validators, seen.Distinct().Count());
        Assert.Equal(seen.OrderByDescending(s => s, StringComparer.Ordinal), seen);
    }

    [EngineFact]
    public async Task A_row_is_what_the_contract_says()
    {
        var text = await server.Client.GetStringAsync($"/api/v1/validators?epoch=1&vote_account={Rows.Key(103)}");
        var seen = Assert.Single(((Page<Sluice.Api.Contracts.ValidatorObservation>)JsonSerializer.Deserialize(text, typeof(Page<Sluice.Api.Contracts.ValidatorObservation>), ApiJson.Default)!).Data);
        Assert.Equal((1L, 432_020UL, Rows.TimeOf(1_000) + 5_000), (seen.Epoch, seen.Slot, seen.ObservedAtUnixMs));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(seen.ObservedAtUnixMs).UtcDateTime, seen.ObservedAt);
        Assert.Equal((588L, 211_800_000L, 210_000_000L), (seen.EpochCredits[0].Epoch, seen.EpochCredits[0].Credits, seen.EpochCredits[0].PreviousCredits));
        Assert.Equal((false, 5, 800, true), (seen.IsDelinquent, seen.Commission, seen.MevCommissionBps, seen.IsJito));
        Assert.Null(seen.CommissionBps ?? seen.RewardCommissionBps);
    }

    private static Sluice.Schemas.Records.ValidatorObservation Observation(int number, long slot, ulong stake, long later = 0)
    {
        var seen = ContractExamples.Validator();
        (seen.VoteAccount, seen.Identity, seen.Epoch, seen.Slot) = (Rows.Key(100 + number), Rows.Key(200 + number), slot / 432_000, slot);
        (seen.ActivatedStakeLamports, seen.ObservedAtUnixMs, seen.CommissionBps, seen.RewardCommissionBps) = (stake, Rows.TimeOf(1_000) + later, null, null);
        seen.Id = $"validator:{seen.VoteAccount}:{slot}";
        return seen;
    }
}
