using Sluice.Ingest.Validators;
using Sluice.Lab.Cluster;
using Sluice.Schemas.Records;
using Sluice.Tests.Unit.Rpc;
using Sluice.Tests.Unit.Sinks;

namespace Sluice.Tests.Simulation.Lab.Node;

/// <summary>A simulated node tells all that is observed of validators, and it adds up.</summary>
public sealed class ObservedValidatorsTests
{
    private const int EpochSlots = 64;

    [Fact]
    public async Task Of_a_simulated_cluster_everything_is_told()
    {
        // The second epoch, a few slots after what was paid for the first one is final.
        var node = new TestNode(slots: EpochSlots + 50);
        var seen = await ObserveAsync(node);
        Assert.Equal(30, seen.Length);
        Assert.All(seen, v => Assert.Equal((TestNode.FirstSlot / EpochSlots) + 1, (ulong)v.Epoch));
        Assert.All(seen, v => Assert.NotNull(v.ActivatedStakeLamports));
        Assert.All(seen, v => Assert.NotNull(v.Version ?? v.GossipAddress));
        Assert.Equal(EpochSlots, seen.Sum(v => v.LeaderSlots));
        var slots = (int)(seen[0].ProductionLastSlot!.Value - seen[0].ProductionFirstSlot!.Value + 1);
        Assert.Equal(slots, seen.Sum(v => v.ProducedBlocks + v.SkippedSlots));
        Assert.All(seen, v => Assert.Equal(v.LeaderSlotsSoFar, v.ProducedBlocks + v.SkippedSlots));
        Assert.Contains(seen, v => v.SkippedSlots > 0);
        Assert.Contains(seen, v => v.IsDelinquent == true && v.Credits == 0);
        Assert.All(seen.Where(v => v.IsDelinquent == false), v => Assert.InRange(v.Credits!.Value, 1, slots * 16));
        Assert.Contains(seen, v => v.RewardLamports > 0);
        Assert.All(seen, v => Assert.Equal(v.Epoch - 1, v.RewardEpoch));
        Assert.All(seen.Where(v => v.RewardLamports > 0), v => Assert.Equal(v.Commission * 100, v.RewardCommissionBps));
        Assert.Contains(seen, v => v.IsJito == true && v.MevCommissionBps is >= 0 and <= 10_000 && v.TipDistributionLamports >= TipDistribution.Rent);
        Assert.Contains(seen, v => v is { IsJito: false, MevCommissionBps: null, TipDistributionLamports: null });
    }

    private static async Task<ValidatorObservation[]> ObserveAsync(TestNode node)
    {
        var time = new ManualTime();
        var nodes = new FakeNodes(request => FakeNodes.Answer.Result(node.Ask(request.Method, request.Parameters.GetRawText()).GetRawText()));
        using var rpc = nodes.Client(ValidatorObserver.OptionsFor(FakeNodes.Options(time, "http://a").Endpoints));
        var refused = new List<ObservedPart>();
        var seen = await new ValidatorObserver(rpc, null, time) { Refused = (part, _) => refused.Add(part) }.ObserveAsync(CancellationToken.None);
        Assert.Empty(refused);
        return seen;
    }
}
