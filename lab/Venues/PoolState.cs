namespace Sluice.Lab.Venues;

/// <summary>What a pool keeps beside the amounts in its vaults: prices, ranges of liquidity, fees that it owes.</summary>
internal abstract class PoolState
{
    private PoolState? _kept;

    /// <summary>Keeps the state as it is, in place of what was kept before.</summary>
    public void Keep()
    {
        if (_kept is null) { _kept = Copy(); }
        else { _kept.Restore(this); }
    }

    /// <summary>Goes back to what was kept last.</summary>
    public void PutBack() => Restore(_kept!);

    /// <summary>A copy that does not change with this state.</summary>
    public abstract PoolState Copy();

    /// <summary>Takes over everything of a copy made before.</summary>
    public abstract void Restore(PoolState copy);
}
