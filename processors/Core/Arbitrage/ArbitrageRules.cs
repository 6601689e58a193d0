namespace Sluice.Processors.Core.Arbitrage;

/// <summary>Thresholds of the arbitrage rules.</summary>
public static class ArbitrageRules
{
    /// <summary>
    /// A loss is rounding, and none, up to one part in this of what the swaps moved of the mint (or one base unit a leg).
    /// Routers leave such crumbs of intermediate tokens; a gain of that size is still a gain.
    /// </summary>
    public const int RoundingPart = 1_000_000;

    /// <summary>
    /// Where a leg settles through an order book, or was only seen by its movements, the balance may differ from the legs by
    /// one part in this of what they moved: earlier fills settle along, rebates come back.
    /// </summary>
    public const int SettlementPart = 100;

    /// <summary>
    /// Lamports that may leave the actor beside fee, tip and swaps when the profit cannot be compared with them: rent of a few
    /// accounts of a program, or what a relay asks.
    /// </summary>
    public const ulong MaxSolSpentUnpriced = 10_000_000;

    /// <summary>Gains beyond this many dollars are taken for a bug in the data (B.3: 50 million).</summary>
    public const long MaxProfitDollars = 50_000_000;

    /// <summary>The same in lamports, where the block tells no price of SOL: 50 million dollars at 100 dollars.</summary>
    public const long MaxProfitLamports = 500_000L * 1_000_000_000;
}
