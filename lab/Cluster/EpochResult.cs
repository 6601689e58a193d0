using System.Collections.Concurrent;
using Sluice.Schemas.Chain;

namespace Sluice.Lab.Cluster;

/// <summary>What an epoch came to.</summary>
/// <param name="Epoch">Its number.</param>
/// <param name="Blocks">Blocks of the cluster in it.</param>
/// <param name="PoolLamports">What inflation gave all stakes together, before rounding.</param>
internal sealed record EpochResult(ulong Epoch, ulong Blocks, ulong PoolLamports)
{
    /// <summary>What vote and stake accounts were paid so far; it grows during the first blocks of the next epoch.</summary>
    public ConcurrentDictionary<Pubkey, InflationReward> Paid { get; } = [];
}

/// <summary>One account's inflation reward of an epoch.</summary>
/// <param name="Lamports">What it got.</param>
/// <param name="PostBalance">What it held then.</param>
/// <param name="Slot">Slot of the block that paid.</param>
/// <param name="Commission">The validator's commission in percent.</param>
internal readonly record struct InflationReward(ulong Lamports, ulong PostBalance, ulong Slot, byte Commission);
