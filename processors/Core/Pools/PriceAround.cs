using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Pools;

/// <summary>The marginal price of what a swap buys in what it pays, before and after the swap; it rises by the swap. No rate where the swap does not tell.</summary>
/// <remarks>Of a constant product's reserves, when they give the swap's amounts up to a fee; of a pool's bins, when the amounts tell its step; else of the square-root prices: stated, as the swap before left them, or worked out of what the swap moved.</remarks>
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
        var law = PoolModels.LawOf(swap);
        if (law is PoolLaw.ConstantProduct or PoolLaw.VirtualReserves) { return OfReserves(swap); }
        if (law == PoolLaw.Bins) { return OfBins(swap); }
        if (swap.SqrtPriceX64 is not { } to || to <= 0) { return default; }
        var before = swap.SqrtPriceBeforeX64 ?? rootBefore ?? (Concentrated.TryRootBefore(swap, out var root) ? (Int128)root : null);
        if (before is { } from) { return from > 0 && from != to ? OfRoots(from, to) : default; }
        return law == PoolLaw.OneRange ? OfMean(swap, to) : default;
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

    private static PriceAround OfBins(in Swap swap)
    {
        if (swap.TickBefore is { } bin && bin == swap.TickAfter)
        {
            var price = NetOf(swap);
            return new(price, price);
        }

        var bins = BinPrices.Of(swap);
        if (!bins.IsKnown) { return default; }
        var one = (UInt128)1 << 64;
        return bins.PaysMore ? new(Rate.Of(bins.Before, one), Rate.Of(bins.After, one)) : new(Rate.Of(one, bins.Before), Rate.Of(one, bins.After));
    }

    /// <summary>What a swap pays for what it buys without the fee that its event states; no rate where none is stated.</summary>
    private static Rate NetOf(in Swap swap)
    {
        if (swap.FeeAmount is not { } fee || (swap.FeeMint != swap.MintIn && swap.FeeMint != swap.MintOut)) { return default; }
        var isOnIn = swap.FeeMint == swap.MintIn;
        return isOnIn && fee >= swap.AmountIn ? default : Rate.Of(swap.AmountIn - (isOnIn ? fee : 0), (UInt128)swap.AmountOut + (isOnIn ? 0 : fee));
    }

    /// <summary>With one liquidity on the way, what a swap pays without its fee is the geometric mean of the prices before and after it.</summary>
    private static PriceAround OfMean(in Swap swap, Int128 root)
    {
        var mean = NetOf(swap);
        if (!mean.IsKnown) { return default; }

        // Which token is the first is not said: the price after is the one of the two that the swap can have reached.
        var price = Squared(root);
        var (isUp, isDown) = (IsReached(price, mean), IsReached(price.Inverse(), mean));
        if (isUp == isDown) { return default; }
        var after = isUp ? price : price.Inverse();
        return new(mean.Times(mean).Times(after.Inverse()), after);
    }

    private static bool IsReached(Rate after, Rate mean) => after.CompareTo(mean) >= 0 && after.CompareTo(mean.Times(Rate.Of(PriceRules.MaxApart, 1))) <= 0;

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
