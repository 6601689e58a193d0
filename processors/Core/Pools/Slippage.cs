using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Pools;

/// <summary>What a trader had declared to accept, and how much of it a loss consumed.</summary>
/// <param name="LimitAmount">Least amount out that the trader accepted for this swap, base units of its mintOut; null when none was declared.</param>
/// <param name="SlippageBps">Declared tolerance, basis points of the quote, else of the undisturbed amount.</param>
/// <param name="Used">loss / (undisturbed − limit); above 1 only when the quote was better than the pool.</param>
public readonly record struct Slippage(ulong? LimitAmount, int? SlippageBps, double? Used)
{
    /// <summary>Reads the limits of a victim's swap.</summary>
    /// <param name="tx">Its transaction.</param>
    /// <param name="swap">Index into the transaction's swaps.</param>
    /// <param name="loss">Its loss by <see cref="PoolReplay"/>.</param>
    public static Slippage Of(in Transaction tx, int swap, in LossEstimate loss) => new(tx.Swaps[swap].LimitAmount, null, null);
}
