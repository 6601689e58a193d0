namespace Sluice.Lab.Venues;

/// <summary>A swap to be done again from another state.</summary>
/// <param name="AToB">Direction: the pool's first token in, its second out.</param>
/// <param name="Amount">Base units sold; of an exact-out swap those bought.</param>
/// <param name="IsExactOut">Whether the trader fixed what it buys.</param>
internal readonly record struct Replayed(bool AToB, ulong Amount, bool IsExactOut = false);

/// <summary>What swaps would have given from a pool's earlier state: the exact counterfactual of a planted attack.</summary>
internal static class Replay
{
    /// <summary>Does the swaps one after the other from an earlier state, then puts the pool back as it is now.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="from">Where to begin.</param>
    /// <param name="swaps">Swaps in order.</param>
    /// <param name="answers">
    /// Receives for each swap what the trader would have received, for an exact-out swap what it would have paid.
    /// </param>
    public static void Run(Pool pool, PoolSnapshot from, ReadOnlySpan<Replayed> swaps, Span<ulong> answers)
    {
        var now = pool.Snapshot();
        pool.Restore(from);
        for (var i = 0; i < swaps.Length; i++)
        {
            ref readonly var swap = ref swaps[i];
            answers[i] = swap.IsExactOut
                ? pool.Venue.ApplyExactOut(pool, swap.AToB, swap.Amount)
                : pool.Venue.Apply(pool, swap.AToB, swap.Amount);
        }

        pool.Restore(now);
    }
}
