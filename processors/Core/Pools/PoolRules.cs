namespace Sluice.Processors.Core.Pools;

/// <summary>Thresholds of replays.</summary>
public static class PoolRules
{
    /// <summary>A share above this is no fee, so a law that needs it is the wrong one, basis points.</summary>
    public const int MaxFeeBps = 1_000;

    /// <summary>
    /// Liquidity of a concentrated pool is known from amounts rounded to a base unit. Where that leaves a loss open by more than one part in this, it is told as bounds.
    /// </summary>
    public const int PointPrecision = 1_000_000;
}
