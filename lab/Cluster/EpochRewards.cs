using Sluice.Lab.Chain;
using Sluice.Lab.Json;

namespace Sluice.Lab.Cluster;

/// <summary>Pays an epoch's inflation: commissions in the first block of the next epoch, stakes in the blocks after it.</summary>
/// <remarks>
/// A stake account earns its part of the pool by points, credits times lamports; the validator keeps its commission of that. Both
/// sides are rounded down, and nothing is paid where one of them would be nothing. Source: Agave, inflation_rewards and
/// partitioned epoch rewards. A vote account that keeps no commission is listed with 0 lamports.
/// </remarks>
internal sealed class EpochRewards(World world, ValidatorSet validators, ClusterOptions options, RunTotals totals)
{
    private readonly Queue<List<(StakeAccount Stake, ulong Lamports, byte Commission)>> _due = new();
    private EpochResult? _result;
    private ulong _paid;

    /// <summary>Computes the rewards of an epoch that ended, and pays the vote accounts.</summary>
    /// <returns>Blocks that it takes to pay the stakes.</returns>
    public int EndEpoch(EpochResult result, ulong slot, Utf8Buffer json)
    {
        _result = result;
        var count = validators.All.Sum(v => v.Stakes.Length);
        var partitions = (int)Math.Clamp((ulong)((count + options.StakeRewardsPerBlock - 1) / options.StakeRewardsPerBlock), 1, Math.Max(1, options.EpochSlots / 10));
        var parts = new List<(StakeAccount, ulong, byte)>[partitions];
        for (var i = 0; i < partitions; i++) { parts[i] = []; }
        UInt128 points = 0;
        foreach (var validator in validators.All) { points += (UInt128)CreditsOf(validator) * validator.Delegated; }
        var at = 0;
        foreach (var validator in validators.All)
        {
            ulong kept = 0;
            foreach (var stake in validator.Stakes)
            {
                var part = parts[at++ % partitions];
                if (points == 0) { continue; }
                var reward = Share((UInt128)CreditsOf(validator) * stake.Delegated, points, result.PoolLamports);
                var (toVoter, toStaker) = Split(reward, validator.Commission);
                if (reward == 0 || (validator.Commission is > 0 and < 100 && (toVoter == 0 || toStaker == 0))) { continue; }
                kept += toVoter;
                part.Add((stake, toStaker, validator.Commission));
            }

            if (CreditsOf(validator) > 0) { Pay(validator.VoteAccount, kept, validator.Commission, "Voting"u8, slot, json); }
        }

        foreach (var part in parts) { _due.Enqueue(part); }
        return partitions;
    }

    /// <summary>Pays the stakes that are due in the next block, if any.</summary>
    public void PayPartition(ulong slot, Utf8Buffer json)
    {
        if (!_due.TryDequeue(out var part)) { return; }
        foreach (var (stake, lamports, commission) in part)
        {
            if (lamports == 0) { continue; }
            stake.Delegated += lamports;
            Pay(stake.Account, lamports, commission, "Staking"u8, slot, json);
        }
    }

    /// <summary>Pays all that is due.</summary>
    public void PayRest(ulong slot, Utf8Buffer json)
    {
        while (_due.Count > 0) { PayPartition(slot, json); }
    }

    /// <summary>Lamports paid since this was last asked.</summary>
    public ulong TakePaid()
    {
        var paid = _paid;
        _paid = 0;
        return paid;
    }

    private ulong CreditsOf(Validator validator) => validator.IsDelinquent ? 0 : validator.CreditsFor(_result!.Blocks);

    /// <summary>part / whole × pool, rounded down. An account's points are below 2^78 and the pool below 2^50.</summary>
    private static ulong Share(UInt128 part, UInt128 whole, ulong pool) => (ulong)(part * pool / whole);

    private static (ulong ToVoter, ulong ToStaker) Split(ulong reward, byte commission) => commission switch
    {
        0 => (0, reward),
        100 => (reward, 0),
        _ => ((ulong)((UInt128)reward * commission / 100), (ulong)((UInt128)reward * (100 - (uint)commission) / 100)),
    };

    private void Pay(int account, ulong lamports, byte commission, ReadOnlySpan<byte> type, ulong slot, Utf8Buffer json)
    {
        ref var paid = ref world.Accounts[account];
        paid.Lamports += lamports;
        _paid += lamports;
        totals.InflationLamports += lamports;
        _result!.Paid[paid.Key] = new InflationReward(lamports, paid.Lamports, slot, commission);
        json.Raw("{\"commission\":"u8);
        json.Number(commission);
        json.Raw(",\"lamports\":"u8);
        json.Number(lamports);
        json.Raw(",\"postBalance\":"u8);
        json.Number(paid.Lamports);
        json.Raw(",\"pubkey\":\""u8);
        json.Raw(paid.TextUtf8);
        json.Raw("\",\"rewardType\":\""u8);
        json.Raw(type);
        json.Raw("\"},"u8);
    }
}
