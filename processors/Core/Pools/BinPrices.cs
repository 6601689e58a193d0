using Sluice.Processors.Core.Common;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Pools;

/// <summary>Prices of a pool whose liquidity lies in bins, told by a swap: of bin n it is (1 + step / 10,000)^n base units of the pool's second token for one of its first.</summary>
/// <remarks>
/// Source of the formula: MeteoraAg/dlmm-sdk, commons/src/math/price_math.rs. The step is in the pool's account and in no event. It is found by what a swap paid without its fee: that
/// lies between the prices of the bins that the swap began and ended in, which, so far from bin 0, only one whole number of basis points makes true. Where none does, or several, nothing is told.
/// Which token is the first need not be known: above bin 0 one of it is worth more than one of the second, below it less.
/// </remarks>
internal readonly struct BinPrices
{
    /// <summary>No program allows bins so far apart, basis points.</summary>
    private const int MaxStep = 1_000;

    private const int MaxBin = 443_636, Places = 64;

    private BinPrices(int step, int before, int after, bool paysMore) => (Step, Before, After, PaysMore) = (step, At(step, before), At(step, after), paysMore);

    /// <summary>Basis points between bins; 0 where it is not told. 1 stands for any in bin 0.</summary>
    public int Step { get; }

    /// <summary>Base units of the token of which there are more, for one of the other, in the bin where the swap began; 1 is 2^64.</summary>
    public UInt128 Before { get; }

    /// <summary>The same in the bin where it ended, which is the pool's price after it.</summary>
    public UInt128 After { get; }

    /// <summary>True when that token, of which there are more, is what the trader paid.</summary>
    public bool PaysMore { get; }

    /// <summary>True when the prices are known.</summary>
    public bool IsKnown => Step > 0;

    /// <summary>Reads the prices around a swap.</summary>
    /// <param name="paid">What went in, without the fee, base units.</param>
    /// <param name="received">What came out, with a fee that was taken of it, base units.</param>
    /// <param name="before">Bin in which the swap began.</param>
    /// <param name="after">Bin in which it ended.</param>
    public static BinPrices Of(UInt128 paid, UInt128 received, int before, int after)
    {
        // In each bin an amount and a fee are rounded to the whole unit.
        var crossed = Math.Abs((long)after - before);
        var rounding = (UInt128)(ulong)(2 * (crossed + 1));
        var (near, far) = (Math.Min(Math.Abs((long)before), Math.Abs((long)after)), Math.Max(Math.Abs((long)before), Math.Abs((long)after)));
        if ((long)before * after < 0 || far > MaxBin || paid <= rounding || received <= rounding) { return default; }
        var paysMore = paid > received;
        var (more, less) = paysMore ? (paid, received) : (received, paid);
        if (more > ulong.MaxValue || (crossed > 0 && paysMore != (far == Math.Abs((long)after)))) { return default; } // who pays raises the price of what he buys
        if (far == 0) { return more - less <= rounding ? new(1, 0, 0, paysMore) : default; }

        // The least step that takes the far bin's price up to what was paid must leave the near one's below it, and the next one must not.
        var least = First((int)far, less + rounding, more - rounding);
        return least <= MaxStep && !IsBeyond(least, (int)near, less - rounding, more + rounding) && IsBeyond(least + 1, (int)near, less - rounding, more + rounding)
            ? new(least, before, after, paysMore) : default;
    }

    /// <summary>Reads the prices around a swap of a pool with bins; none where the swap does not tell the bins or the pool has another law.</summary>
    public static BinPrices Of(in Swap swap)
    {
        if (PoolModels.LawOf(swap) != PoolLaw.Bins || swap.TickBefore is not { } before || swap.TickAfter is not { } after) { return default; }
        var fee = swap.FeeAmount ?? 0;
        var (paid, received) = ((UInt128)swap.AmountIn, (UInt128)swap.AmountOut);
        if (swap.FeeMint == swap.MintIn) { paid -= UInt128.Min(fee, paid); }
        else if (swap.FeeMint == swap.MintOut) { received += fee; }
        return Of(paid, received, before, after);
    }

    private static bool IsBeyond(int step, int bin, UInt128 less, UInt128 more) => Wide.CompareProducts(At(step, bin), less, more, (UInt128)1 << Places) > 0;

    private static bool Reaches(int step, int bin, UInt128 less, UInt128 more) => Wide.CompareProducts(At(step, bin), less, more, (UInt128)1 << Places) >= 0;

    /// <summary>The least step at which a bin's price reaches more / less; one beyond the greatest for none.</summary>
    private static int First(int bin, UInt128 less, UInt128 more)
    {
        // The logarithm says where to look; what is found there is held against whole numbers, so that it decides nothing.
        var (low, high) = (1, MaxStep + 1);
        var guess = (int)Math.Clamp(Math.Ceiling(10_000 * (Math.Exp(Math.Log((double)more / (double)less) / bin) - 1)), low, high);
        if ((guess == high || Reaches(guess, bin, less, more)) && (guess == low || !Reaches(guess - 1, bin, less, more))) { return guess; }
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Reaches(middle, bin, less, more)) { high = middle; }
            else { low = middle + 1; }
        }

        return low;
    }

    /// <summary>(1 + step / 10,000)^|bin| with 64 binary places, by squaring; the greatest number where there is no room.</summary>
    internal static UInt128 At(int step, int bin)
    {
        var square = ((UInt128)1 << Places) + (((UInt128)step << Places) / 10_000);
        var result = (UInt128)1 << Places;
        for (var left = Math.Abs(bin); left != 0; left >>= 1)
        {
            if ((left & 1) != 0) { result = Product(result, square); }
            if (left > 1) { square = Product(square, square); }
        }

        return result;
    }

    private static UInt128 Product(UInt128 left, UInt128 right)
    {
        if (left == UInt128.MaxValue || right == UInt128.MaxValue) { return UInt128.MaxValue; }
        var (high, low) = Wide.Multiply(left, right);
        return high >> Places != 0 ? UInt128.MaxValue : (high << Places) | (low >> Places);
    }
}
