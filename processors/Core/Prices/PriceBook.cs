using Sluice.Processors.Core.Common;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Prices;

/// <summary>What tokens are worth in SOL and dollars, by the swaps of one leader group's window.</summary>
public sealed class PriceBook
{
    private readonly BlockContext _block = new();
    private long _newest = -1;

    /// <summary>Forgets everything and turns to a group: the window of slots 4·group − 1 to 4·group + 4.</summary>
    public void BeginGroup(long group)
    {
        _newest = -1;
        Group = group;
    }

    /// <summary>The group.</summary>
    public long Group { get; private set; }

    /// <summary>Takes a block's swaps. Slots ascend; a slot that was taken already is ignored.</summary>
    public void Add(in Block block)
    {
        if (block.Slot <= _newest) { return; }
        _newest = block.Slot;
        _block.Begin(block);
    }

    /// <summary>What an amount is worth by the swaps taken so far.</summary>
    /// <param name="mint">Token.</param>
    /// <param name="amount">Base units, also below zero.</param>
    /// <param name="slot">Slot that the age counts to.</param>
    public Valuation Value(in Pubkey mint, Int128 amount, long slot)
    {
        if (mint == WellKnown.WrappedSol) { return new(amount, null, "native", 0, null); }
        var unit = KnownMints.UnitOf(mint);
        return unit == MintUnit.Dollar ? new(null, amount, "par", 0, null) : default;
    }
}
