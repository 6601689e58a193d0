using System.Globalization;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Ingest.Validators;

/// <summary>All that nodes told at one moment, of which the observations of single validators are made. A null was not told.</summary>
internal sealed class ObservationDraft(EpochInfo info, string source, long observedAtUnixMs)
{
    public LeaderSlots? Leaders { get; init; }

    public BlockProduction? Production { get; init; }

    public Dictionary<Pubkey, ClusterNode>? Nodes { get; init; }

    /// <summary>By vote account; one that is not there was not asked for, one that is null was paid nothing.</summary>
    public required IReadOnlyDictionary<Pubkey, InflationReward?> Rewards { get; init; }

    /// <summary>By vote account; one that is not there was not asked for, one that is null has no such account.</summary>
    public required IReadOnlyDictionary<Pubkey, TipDistributionAccount?> Tips { get; init; }

    public ValidatorObservation Of(VoteAccount vote)
    {
        ValidatorObservation seen = default;
        seen.Reset();
        seen.Id = string.Create(CultureInfo.InvariantCulture, $"validator:{vote.Vote}:{info.Slot}");
        (seen.VoteAccount, seen.Identity) = (vote.Vote, vote.Identity);
        (seen.Epoch, seen.Slot, seen.ObservedAtUnixMs, seen.Source) = ((long)info.Epoch, (long)info.Slot, observedAtUnixMs, source);
        (seen.ActivatedStakeLamports, seen.IsDelinquent, seen.Commission, seen.CommissionBps) = (vote.Stake, vote.IsDelinquent, vote.Commission, vote.CommissionBps);
        (seen.LastVoteSlot, seen.RootSlot) = (vote.LastVote, vote.Root);
        foreach (var (epoch, credits, previous) in vote.Credits)
        {
            ref var told = ref seen.EpochCredits!.Add();
            (told.Epoch, told.Credits, told.PreviousCredits) = (epoch, credits, previous);
            if (epoch == seen.Epoch) { seen.Credits = credits - previous; }
        }

        // Without an entry for the epoch the account has not voted in it yet.
        if (vote.IsDelinquent is not null) { seen.Credits ??= 0; }
        FillSlots(ref seen);
        if (Nodes?.TryGetValue(vote.Identity, out var node) == true)
        {
            (seen.Version, seen.FeatureSet, seen.GossipAddress, seen.TpuAddress) = (node.Version, node.FeatureSet, node.Gossip, node.Tpu);
        }

        FillMoney(ref seen);
        return seen;
    }

    private void FillSlots(ref ValidatorObservation seen)
    {
        if (Leaders is not null) { (seen.LeaderSlots, seen.LeaderSlotsSoFar) = Leaders.Of(in seen.Identity, info.Slot - info.FirstSlot); }
        if (Production is null) { return; }
        var (led, produced) = Production.ByIdentity.GetValueOrDefault(seen.Identity);
        (seen.ProducedBlocks, seen.SkippedSlots) = (produced, led - produced);
        (seen.ProductionFirstSlot, seen.ProductionLastSlot) = ((long)Production.FirstSlot, (long)Production.LastSlot);
    }

    private void FillMoney(ref ValidatorObservation seen)
    {
        if (Rewards.TryGetValue(seen.VoteAccount, out var paid))
        {
            seen.RewardEpoch = seen.Epoch - 1;
            (seen.RewardLamports, seen.RewardSlot, seen.RewardCommissionBps) = (paid?.Lamports, paid?.Slot, paid?.CommissionBps);
        }

        if (Tips.TryGetValue(seen.VoteAccount, out var tips))
        {
            seen.IsJito = tips is not null;
            (seen.MevCommissionBps, seen.TipDistributionLamports) = (tips?.CommissionBps, tips?.Lamports);
        }
    }
}
