using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Pools;

/// <summary>What a victim lost to the swaps before it: amounts in base units of what it received, after Token-2022 fees.</summary>
/// <param name="AmountOutWithout">What it would have received without the attacker; null where only bounds are known.</param>
/// <param name="LossLow">Least loss, 0 or more; null when nothing is known.</param>
/// <param name="LossHigh">Greatest loss; equal to the least where the pool's state is known; null when there is no bound.</param>
/// <param name="Method">How it was worked out.</param>
public readonly record struct LossEstimate(ulong? AmountOutWithout, ulong? LossLow, ulong? LossHigh, LossMethod Method);
