namespace Sluice.Processors.Core.Pools;

/// <summary>Thresholds of replays.</summary>
public static class PoolRules
{
    /// <summary>A share above this is no fee, so a law that needs it is the wrong one, basis points.</summary>
    public const int MaxFeeBps = 1_000;
}
