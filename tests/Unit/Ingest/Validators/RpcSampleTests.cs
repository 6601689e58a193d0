using System.Text.Json;
using Sluice.Ingest.Validators;
using Sluice.Schemas.Chain;

namespace Sluice.Tests.Unit.Ingest.Validators;

/// <summary>Answers as clients keep them for their own tests are read.</summary>
public sealed class RpcSampleTests
{
    [RealDataFact]
    public void Vote_accounts()
    {
        var all = VoteAccount.ReadAll(Result("GetVoteAccountsResponse"))!;
        Assert.Equal([false, true], all.Select(v => v.IsDelinquent));
        Assert.Equal((Pubkey.Parse("3ZT31jkAGhUaw8jsy4bTknwBMP8i4Eueh52By4zXcsVw"), 42UL, 0, 147L, 81_274_518L), (all[0].Vote, all[0].Stake, all[0].Commission, all[0].LastVote, all[0].Root));
        Assert.Equal([(1, 64, 0), (2, 192, 64)], all[0].Credits);
        Assert.Equal((127, 0), (all[1].Commission, all[1].Credits.Length));
    }

    [RealDataFact]
    public void Epoch_info() => Assert.Equal(new EpochInfo(27, 166_598, 163_808), EpochInfo.Read(Result("GetEpochInfoResponse")));

    [RealDataFact]
    public void Leader_schedule() =>
        Assert.Equal((7, 4), LeaderSlots.Read(Result("GetLeaderScheduleResponse"))!.Of(Pubkey.Parse("4Qkev8aNZcqFNSRhQzwyLMFSsi94jHqE8WNVTJzTP99F"), 3));

    [RealDataTheory]
    [InlineData("GetBlockProductionNoArgsResponse", 79_580_256UL, 79_712_285UL, "123vij84ecQEKUvQ7gYMKxKwKF6PbYSzCzzURYA4xULY", 128, 98)]
    [InlineData("GetBlockProductionIdentityResponse", 79_580_256UL, 79_712_285UL, "Bbe9EKucmRtJr2J4dd5Eb5ybQmY7Fm7jYxKXxmmkLFsu", 96, 71)]
    [InlineData("GetBlockProductionIdentityRangeResponse", 79_000_000UL, 79_500_000UL, "Bbe9EKucmRtJr2J4dd5Eb5ybQmY7Fm7jYxKXxmmkLFsu", 416, 341)]
    [InlineData("GetBlockProductionRangeStartResponse", 79_714_135UL, 79_714_275UL, "2Ceu5z672tACCDB6cmB3n4tih7B8dikv6k6kfYr3Li1e", 4, 0)]
    public void Block_production(string file, ulong first, ulong last, string leader, int led, int produced)
    {
        var read = BlockProduction.Read(Result(file))!;
        Assert.Equal((first, last), (read.FirstSlot, read.LastSlot));
        Assert.Equal((led, produced), read.ByIdentity[Pubkey.Parse(leader)]);
    }

    [RealDataFact]
    public void Cluster_nodes()
    {
        var nodes = ClusterNode.ReadAll(Result("GetClusterNodesResponse"))!;
        Assert.Equal(5, nodes.Count);
        Assert.Equal(
            new ClusterNode("1.6.10", 3_533_521_759, "88.99.59.47:8001", "88.99.59.47:8004"), nodes[Pubkey.Parse("C4N1bMSzbfDwHGMitxyufNZPaAkNYx8vJxHRnHWrptAT")]);
    }

    [RealDataTheory]
    [InlineData("GetInflationRewardResponse", 2_500UL, 224L)]
    [InlineData("GetInflationRewardNoEpochResponse", 1_758_149_777_313UL, 81_216_004L)]
    public void Inflation_rewards(string file, ulong lamports, long slot) =>
        Assert.Equal([new InflationReward(lamports, slot, null), null], InflationReward.ReadAll(Result(file), 2)!);

    private static JsonElement Result(string file) =>
        JsonDocument.Parse(File.ReadAllBytes(RealData.PathOf("rpc_samples", file + ".json"))).RootElement.GetProperty("result");
}
