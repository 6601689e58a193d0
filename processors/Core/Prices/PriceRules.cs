namespace Sluice.Processors.Core.Prices;

/// <summary>Thresholds of prices.</summary>
public static class PriceRules
{
    /// <summary>A swap whose SOL side (or staked SOL side) is smaller is dust and no price source, lamports.</summary>
    public const ulong DustLamports = 10_000_000;

    /// <summary>The same for a dollar side, millionths of a dollar.</summary>
    public const ulong DustUsdMicros = 1_000_000;

    /// <summary>Two pools alone that are further apart give no price, basis points of the lower one: nobody can tell which of them is right.</summary>
    public const int TwoPoolsApartBps = 1_000;

    /// <summary>
    /// A constant-product pool's reserves tell its price when the swap's amount out lies at most this far below what they give, basis points.
    /// The dearest pools ask 10 %.
    /// </summary>
    public const int MaxFeeBps = 1_000;

    /// <summary>A stated price of more than this many times the executed one, or less than one part in it, is not believed.</summary>
    public const int MaxApart = 2;
}
