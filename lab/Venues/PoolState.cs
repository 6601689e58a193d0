namespace Sluice.Lab.Venues;

/// <summary>What a pool keeps beside the amounts in its vaults: prices, ranges of liquidity, fees that it owes.</summary>
internal abstract class PoolState
{
    /// <summary>A copy that does not change with this state.</summary>
    public abstract PoolState Copy();

    /// <summary>Takes over everything of a copy made before.</summary>
    public abstract void Restore(PoolState copy);
}
