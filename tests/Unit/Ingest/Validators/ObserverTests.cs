using Sluice.Ingest.Rpc;
using Sluice.Ingest.Validators;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Ingest.Validators;

/// <summary>What nodes tell of validators, put together; what they do not tell is null.</summary>
public sealed class ObserverTests
{
    [Fact]
    public async Task Everything_that_is_told_is_in_the_observation()
    {
        var cluster = new MadeCluster();
        var seen = await cluster.Observer().ObserveAsync(default);
        var one = seen.Single(v => v.VoteAccount == MadeCluster.Vote(0));
        Assert.Equal(($"validator:{MadeCluster.Vote(0)}:7040", MadeCluster.Identity(0), 7L, 7_040L, "a"), (one.Id, one.Identity, one.Epoch, one.Slot, one.Source));
        Assert.Equal((1_000UL, false, 5, (int?)null), (one.ActivatedStakeLamports, one.IsDelinquent, one.Commission, one.CommissionBps));
        Assert.Equal((50L, 7_039L, 7_008L), (one.Credits, one.LastVoteSlot, one.RootSlot));
        Assert.Equal([(6L, 300L, 100L), (7L, 350L, 300L)], one.EpochCredits!.Span.ToArray().Select(c => (c.Epoch, c.Credits, c.PreviousCredits)));
        Assert.Equal((8, 5, 4, 1), (one.LeaderSlots, one.LeaderSlotsSoFar, one.ProducedBlocks, one.SkippedSlots));
        Assert.Equal((7_000L, 7_040L), (one.ProductionFirstSlot, one.ProductionLastSlot));
        Assert.Equal(("3.0.6", 3_604_001_754L, "198.18.0.1:8001", "198.18.0.1:8009"), (one.Version, one.FeatureSet, one.GossipAddress, one.TpuAddress));
        Assert.Equal((6L, 2_500UL, 7_000L, 500), (one.RewardEpoch, one.RewardLamports, one.RewardSlot, one.RewardCommissionBps));
        Assert.Equal((true, 800, 5_000_000_000UL), (one.IsJito, one.MevCommissionBps, one.TipDistributionLamports));
    }

    [Fact]
    public async Task What_a_validator_does_not_have_is_null_or_none()
    {
        var cluster = new MadeCluster();
        var other = (await cluster.Observer().ObserveAsync(default)).Single(v => v.VoteAccount == MadeCluster.Vote(1));
        Assert.Equal((2, 1, 0, 0), (other.LeaderSlots, other.LeaderSlotsSoFar, other.ProducedBlocks, other.SkippedSlots));
        Assert.Null(other.Version ?? other.GossipAddress ?? other.TpuAddress);
        Assert.Equal((6L, (ulong?)null, false, (int?)null), (other.RewardEpoch, other.RewardLamports, other.IsJito, other.MevCommissionBps));
    }

    [Theory]
    [InlineData("getVoteAccounts", ObservedPart.VoteAccounts)]
    [InlineData("getLeaderSchedule", ObservedPart.LeaderSchedule)]
    [InlineData("getBlockProduction", ObservedPart.BlockProduction)]
    [InlineData("getClusterNodes", ObservedPart.ClusterNodes)]
    [InlineData("getInflationReward", ObservedPart.InflationRewards)]
    [InlineData("getMultipleAccounts", ObservedPart.TipDistributions)]
    public async Task A_part_that_nodes_refuse_leaves_its_fields_null_and_no_other(string method, ObservedPart part)
    {
        var cluster = new MadeCluster();
        var refused = new List<ObservedPart>();
        var observer = cluster.Observer((p, _) => refused.Add(p));
        var whole = Text((await observer.ObserveAsync(default))[0]);

        // The next epoch: nothing is remembered of the one before but who there is.
        (cluster.Epoch, cluster.Slot) = (8, 8_040);
        cluster.Instead[method] = null;
        var partial = Text((await observer.ObserveAsync(default))[0]);
        Assert.Equal([part], refused);
        Assert.Equal(FieldsOf(part), whole.Keys.Where(name => whole[name] is not null && partial[name] is null));

        cluster.Instead.Remove(method);
        var again = Text((await observer.ObserveAsync(default))[0]);
        Assert.DoesNotContain(FieldsOf(part), name => again[name] is null);
    }

    [Theory]
    [InlineData("""{"current":7}""")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"current":[{"nodePubkey":"no key","votePubkey":5},{}],"delinquent":null}""")]
    public async Task Nonsense_is_no_validator(string result)
    {
        var cluster = new MadeCluster { Instead = { ["getVoteAccounts"] = result } };
        Assert.Empty(await cluster.Observer().ObserveAsync(default));
    }

    [Theory]
    [InlineData("getBlockProduction", """{"value":{"byIdentity":{"x":["a"]},"range":{"firstSlot":"7"}}}""")]
    [InlineData("getLeaderSchedule", """null""")]
    [InlineData("getLeaderSchedule", """{"11111111111111111111111111111112":["x"]}""")]
    [InlineData("getInflationReward", """[null]""")]
    [InlineData("getMultipleAccounts", """{"value":[]}""")]
    [InlineData("getClusterNodes", """{}""")]
    public async Task An_answer_of_another_shape_is_a_part_that_was_not_given(string method, string result)
    {
        var cluster = new MadeCluster { Instead = { [method] = result } };
        var refused = new List<RpcFault>();
        Assert.Equal(2, (await cluster.Observer((_, why) => refused.Add(why.Fault)).ObserveAsync(default)).Length);
        Assert.Equal([RpcFault.BadReply], refused);
    }

    [Fact]
    public async Task Commissions_in_hundredths_of_a_percent_are_taken_where_nodes_give_them()
    {
        var cluster = new MadeCluster(1)
        {
            Instead =
            {
                ["getVoteAccounts"] = $$"""{"current":[{"commission":7,"inflationRewardsCommissionBps":725,"nodePubkey":"{{MadeCluster.Identity(0)}}","votePubkey":"{{MadeCluster.Vote(0)}}"}]}""",
                ["getInflationReward"] = """[{"amount":1,"commission":null,"commissionBps":650,"effectiveSlot":7000,"epoch":6,"postBalance":1}]""",
            },
        };
        var seen = Assert.Single(await cluster.Observer().ObserveAsync(default));
        Assert.Equal((7, 725, 650), (seen.Commission, seen.CommissionBps, seen.RewardCommissionBps));
        Assert.Equal((0L, (ulong?)null), (seen.Credits, seen.ActivatedStakeLamports));
    }

    [Theory]
    [InlineData(true, "4R3gSG8BpU4t19KYj8CfnbtRpnT8gtk4dvTHxVRwc2r7", 1_234)]
    [InlineData(false, "4R3gSG8BpU4t19KYj8CfnbtRpnT8gtk4dvTHxVRwc2r7", 1_234)]
    [InlineData(false, "11111111111111111111111111111111", null)] // somebody sent lamports to the address
    public async Task A_tip_distribution_account_is_read_with_its_merkle_root_or_without(bool hasRoot, string owner, int? commission)
    {
        var cluster = new MadeCluster(1) { Instead = { ["getMultipleAccounts"] = $$"""{"value":[{{MadeCluster.Account(MadeCluster.TipData(1_234, hasRoot), owner)}}]}""" } };
        var seen = Assert.Single(await cluster.Observer().ObserveAsync(default));
        Assert.Equal((commission is not null, commission), (seen.IsJito!.Value, seen.MevCommissionBps));
    }

    [Fact]
    public async Task Lists_are_asked_for_in_batches_and_what_holds_for_an_epoch_once_in_it()
    {
        var cluster = new MadeCluster(250);
        var observer = cluster.Observer();
        Assert.Equal(250, (await observer.ObserveAsync(default)).Length);
        Assert.Equal([100, 100, 50], cluster.ParametersOf("getMultipleAccounts").Select(p => p[0].GetArrayLength()));
        Assert.Equal([100, 100, 50], cluster.ParametersOf("getInflationReward").Select(p => p[0].GetArrayLength()));
        await observer.ObserveAsync(default);
        Assert.Equal((6, 3, 1), (cluster.CountOf("getMultipleAccounts"), cluster.CountOf("getInflationReward"), cluster.CountOf("getLeaderSchedule")));
        (cluster.Epoch, cluster.Slot) = (8, 8_000);
        await observer.ObserveAsync(default);
        Assert.Equal((9, 6, 2), (cluster.CountOf("getMultipleAccounts"), cluster.CountOf("getInflationReward"), cluster.CountOf("getLeaderSchedule")));
        Assert.Equal(7, cluster.ParametersOf("getInflationReward").Last()[1].GetProperty("epoch").GetInt32());
    }

    [Fact]
    public async Task An_epoch_that_begins_meanwhile_is_observed_anew()
    {
        var cluster = new MadeCluster();
        cluster.Asked = request =>
        {
            if (request.Method == "getClusterNodes" && cluster.Epoch == 7) { (cluster.Epoch, cluster.Slot) = (8, 8_001); }
        };
        var seen = await cluster.Observer().ObserveAsync(default);
        Assert.All(seen, v => Assert.Equal((8L, 8_001L, 7L), (v.Epoch, v.Slot, v.RewardEpoch)));
        Assert.Equal(2, cluster.CountOf("getVoteAccounts"));
    }

    [Fact]
    public async Task Blocks_that_a_node_counts_for_another_epoch_are_not_taken()
    {
        var cluster = new MadeCluster { Instead = { ["getBlockProduction"] = """{"value":{"byIdentity":{},"range":{"firstSlot":6000,"lastSlot":6999}}}""" } };
        Assert.All(await cluster.Observer().ObserveAsync(default), v => Assert.Null(v.ProducedBlocks ?? v.ProductionFirstSlot));
    }

    [Fact]
    public async Task Without_the_epoch_there_is_no_observation()
    {
        var cluster = new MadeCluster { Instead = { ["getEpochInfo"] = null } };
        var refused = new List<ObservedPart>();
        await Assert.ThrowsAsync<RpcException>(() => cluster.Observer((p, _) => refused.Add(p)).ObserveAsync(default));
        Assert.Equal([ObservedPart.Epoch], refused);
    }

    /// <summary>Fields by name; an empty list is null.</summary>
    private static SortedDictionary<string, object?> Text(ValidatorObservation seen)
    {
        var fields = new SortedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var field in typeof(ValidatorObservation).GetFields())
        {
            var value = field.GetValue(seen);
            fields[field.Name] = value is RecordList<EpochCredits> { Count: 0 } ? null : value;
        }

        return fields;
    }

    private static IEnumerable<string> FieldsOf(ObservedPart part) => (part switch
    {
        ObservedPart.VoteAccounts => (string[])["ActivatedStakeLamports", "Commission", "Credits", "EpochCredits", "IsDelinquent", "LastVoteSlot", "RootSlot"],
        ObservedPart.LeaderSchedule => ["LeaderSlots", "LeaderSlotsSoFar"],
        ObservedPart.BlockProduction => ["ProducedBlocks", "ProductionFirstSlot", "ProductionLastSlot", "SkippedSlots"],
        ObservedPart.ClusterNodes => ["FeatureSet", "GossipAddress", "TpuAddress", "Version"],
        ObservedPart.InflationRewards => ["RewardCommissionBps", "RewardEpoch", "RewardLamports", "RewardSlot"],
        _ => ["IsJito", "MevCommissionBps", "TipDistributionLamports"],
    }).Order(StringComparer.Ordinal);
}
