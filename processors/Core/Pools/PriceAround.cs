using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Pools;

/// <summary>The marginal price of what a swap buys in what it pays, before and after the swap; it rises by the swap. No rate where the swap does not tell.</summary>
/// <remarks>Of a constant product's reserves, when they give the swap's amounts up to a fee; else of the stated square-root prices.</remarks>
internal readonly struct PriceAround
{
    private PriceAround(Rate before, Rate after) => (Before, After) = (before, after);

    /// <summary>Price before.</summary>
    public Rate Before { get; }

    /// <summary>Price after.</summary>
    public Rate After { get; }

    /// <summary>True when both are known.</summary>
    public bool IsKnown => Before.IsKnown && After.IsKnown;

    /// <summary>Reads the prices around a swap.</summary>
    /// <param name="swap">Swap.</param>
    /// <param name="rootBefore">Square root of the price that the swap before left in the pool, where the swap itself does not tell; null when unknown.</param>
    public static PriceAround Of(in Swap swap, Int128? rootBefore = null)
    {
        if (PoolModels.LawOf(swap) is PoolLaw.ConstantProduct or PoolLaw.VirtualReserves) { return OfReserves(swap); }
        var before = swap.SqrtPriceBeforeX64 ?? rootBefore;
        return before is { } from && swap.SqrtPriceX64 is { } to && from > 0 && to > 0 && from != to ? OfRoots(from, to) : default;
    }

    /// <summary>What two swaps of one direction paid, one after the other: the least that the price rose by the later one, as far as amounts tell.</summary>
    public static PriceAround Executed(in Swap earlier, in Swap later) => new(Rate.Of(earlier.AmountIn, earlier.AmountOut), Rate.Of(later.AmountIn, later.AmountOut));

    private static PriceAround OfReserves(in Swap swap)
    {
        if (swap.ReserveIn is not > 0 || swap.ReserveOut is not { } reserveOut || reserveOut <= swap.AmountOut) { return default; }
        UInt128 reserveIn = swap.ReserveIn.Value;
        var most = (UInt128)reserveOut * swap.AmountIn / (reserveIn + swap.AmountIn);
        if (swap.AmountOut > most || (UInt128)swap.AmountOut * 10_000 < most * (10_000 - PoolRules.MaxFeeBps)) { return default; }
        return new(Rate.Of(reserveIn, reserveOut), Rate.Of(reserveIn + swap.AmountIn, reserveOut - swap.AmountOut));
    }

    /// <summary>A falling price of the first token means that the second is bought, and the other way round.</summary>
    private static PriceAround OfRoots(Int128 before, Int128 after)
    {
        var (from, to) = (Squared(before), Squared(after));
        return before < after ? new(from, to) : new(from.Inverse(), to.Inverse());
    }

    private static Rate Squared(Int128 root)
    {
        var rate = Rate.Of((UInt128)root, (UInt128)1 << 64);
        return rate.Times(rate);
    }
}
