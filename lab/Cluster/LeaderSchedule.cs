using Sluice.Lab.Chain;

namespace Sluice.Lab.Cluster;

/// <summary>Which validator leads a slot, and whether it misses it: drawn by stake from the seed, in turns of four slots.</summary>
internal sealed class LeaderSchedule(ulong seed, ClusterState cluster, int skippedPerMille)
{
    /// <summary>Slots of a turn.</summary>
    public const int Turn = 4;

    /// <summary>The validator that leads the slot; its epoch's stakes must be known.</summary>
    public Validator LeaderOf(ulong slot)
    {
        var stakes = cluster.StakesOf(cluster.EpochOf(slot))
            ?? throw new ArgumentOutOfRangeException(nameof(slot), slot, "The leaders of this epoch are not drawn yet.");
        var random = new Prng(seed, stream: 0x1EAD_0000_0000 + (slot / Turn));
        return cluster.Validators.All[stakes.OwnerOf(random.Range(1, stakes.Total))];
    }

    /// <summary>Whether the slot gets no block. Half of the missed slots are in turns missed as a whole; delinquent leaders miss all.</summary>
    public bool IsSkipped(ulong slot)
    {
        var turn = new Prng(seed, stream: 0x5C1F_0000_0000 + (slot / Turn));
        if (turn.Below(2000) < skippedPerMille) { return true; }
        var single = new Prng(seed, stream: 0x5C1F_8000_0000 + slot);
        return single.Below(2000) < skippedPerMille || LeaderOf(slot).IsDelinquent;
    }
}
