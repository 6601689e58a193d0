namespace Sluice.Processors.Core.Common;

/// <summary>Products of two 128-bit numbers, and their quotients: what prices and curves need and <see cref="UInt128"/> has no room for.</summary>
internal static class Wide
{
    /// <summary>left · right / divisor, rounded down.</summary>
    /// <returns>False when the divisor is zero or the result is wider than 128 bits.</returns>
    public static bool TryMulDiv(UInt128 left, UInt128 right, UInt128 divisor, out UInt128 quotient) =>
        TryMulDiv(left, right, divisor, out quotient, out _);

    /// <summary>left · right / divisor, rounded up.</summary>
    /// <returns>False when the divisor is zero or the result is wider than 128 bits.</returns>
    public static bool TryMulDivUp(UInt128 left, UInt128 right, UInt128 divisor, out UInt128 quotient)
    {
        if (!TryMulDiv(left, right, divisor, out quotient, out var remainder)) { return false; }
        if (remainder == 0) { return true; }
        if (quotient == UInt128.MaxValue) { return false; }
        quotient++;
        return true;
    }

    /// <summary>−1, 0 or 1 as left · right is less than, equal to or greater than otherLeft · otherRight.</summary>
    public static int CompareProducts(UInt128 left, UInt128 right, UInt128 otherLeft, UInt128 otherRight)
    {
        var (high, low) = Multiply(left, right);
        var (otherHigh, otherLow) = Multiply(otherLeft, otherRight);
        return high != otherHigh ? high.CompareTo(otherHigh) : low.CompareTo(otherLow);
    }

    /// <summary>The 256-bit product.</summary>
    public static (UInt128 High, UInt128 Low) Multiply(UInt128 left, UInt128 right)
    {
        var (a, b) = ((ulong)(left >> 64), (ulong)left);
        var (c, d) = ((ulong)(right >> 64), (ulong)right);
        var low = (UInt128)b * d;
        var crossOne = (UInt128)a * d;
        var crossTwo = (UInt128)b * c;
        var middle = (low >> 64) + (ulong)crossOne + (ulong)crossTwo;
        var high = ((UInt128)a * c) + (crossOne >> 64) + (crossTwo >> 64) + (middle >> 64);
        return (high, (middle << 64) | (ulong)low);
    }

    private static bool TryMulDiv(UInt128 left, UInt128 right, UInt128 divisor, out UInt128 quotient, out UInt128 remainder)
    {
        var (high, low) = Multiply(left, right);
        (quotient, remainder) = (0, 0);
        if (high >= divisor) { return false; } // also a divisor of zero
        if (high == 0)
        {
            (quotient, remainder) = UInt128.DivRem(low, divisor);
            return true;
        }

        // Long division, a bit at a time: the remainder stays below the divisor, and its lost top bit means it was larger.
        remainder = high;
        for (var bit = 127; bit >= 0; bit--)
        {
            var carry = remainder >> 127 != 0;
            remainder = (remainder << 1) | ((low >> bit) & 1);
            quotient <<= 1;
            if (carry || remainder >= divisor)
            {
                remainder = unchecked(remainder - divisor);
                quotient |= 1;
            }
        }

        return true;
    }
}
