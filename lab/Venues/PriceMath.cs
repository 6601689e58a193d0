using System.Numerics;

namespace Sluice.Lab.Venues;

/// <summary>Square-root prices and ticks as concentrated-liquidity programs report them, from reserves.</summary>
/// <remarks>Exact to about 31 bits, which is what the reports of a constant-product stand-in need.</remarks>
internal static class PriceMath
{
    /// <summary>sqrt(reserveB / reserveA) as a number with 64 binary places.</summary>
    public static UInt128 SqrtPriceX64(ulong reserveA, ulong reserveB)
    {
        if (reserveA == 0 || reserveB == 0) { return UInt128.Zero; }

        // Both reserves are normalised to 64 bits, so the quotient has 62 to 64 of them; an even shift goes to the root.
        var shiftA = BitOperations.LeadingZeroCount(reserveA);
        var shiftB = BitOperations.LeadingZeroCount(reserveB);
        var quotient = ((UInt128)(reserveB << shiftB) << 62) / (reserveA << shiftA); // price * 2^(62 + shiftB - shiftA)
        var exponent = 62 + shiftB - shiftA;
        if ((exponent & 1) != 0)
        {
            quotient >>= 1;
            exponent--;
        }

        var root = (UInt128)Root((ulong)quotient); // sqrt(price) * 2^(exponent / 2)
        var shift = 64 - (exponent / 2);
        return shift >= 0 ? root << shift : root >> -shift;
    }

    /// <summary>Floor of the logarithm of the price to base 1.0001, from a square-root price with 64 binary places.</summary>
    public static int Tick(UInt128 sqrtPriceX64)
    {
        if (sqrtPriceX64 == UInt128.Zero) { return 0; }

        // log2 with 16 binary places by squaring: each square doubles the logarithm, and its overflow is the next bit.
        var top = 127 - (int)UInt128.LeadingZeroCount(sqrtPriceX64);
        var log = (long)(top - 64) << 16;
        var mantissa = (ulong)(top >= 63 ? sqrtPriceX64 >> (top - 63) : sqrtPriceX64 << (63 - top));
        for (var bit = 15; bit >= 0; bit--)
        {
            var high = Math.BigMul(mantissa, mantissa, out var low);
            if (high >> 63 != 0)
            {
                log |= 1L << bit;
                mantissa = high;
            }
            else
            {
                mantissa = (high << 1) | (low >> 63);
            }
        }

        // log(1.0001) of the price = 2 * log2(sqrt price) / log2(1.0001); 2 / log2(1.0001) = 13,863.636...
        return (int)((log * 13_863_636 / 1_000) >> 16);
    }

    /// <summary>Liquidity of a full-range position: sqrt(reserveA * reserveB).</summary>
    public static UInt128 Liquidity(ulong reserveA, ulong reserveB)
    {
        var product = (UInt128)reserveA * reserveB;
        var shift = Math.Max(0, 64 - (int)UInt128.LeadingZeroCount(product));
        shift += shift & 1;
        return (UInt128)Root((ulong)(product >> shift)) << (shift / 2);
    }

    /// <summary>Floor of the square root.</summary>
    public static uint Root(ulong value)
    {
        ulong root = 0;
        for (var bit = 1UL << 31; bit != 0; bit >>= 1)
        {
            var next = root | bit;
            if (next * next <= value) { root = next; }
        }

        return (uint)root;
    }
}
