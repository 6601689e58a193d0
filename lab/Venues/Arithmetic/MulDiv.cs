using System.Diagnostics.CodeAnalysis;

namespace Sluice.Lab.Venues.Arithmetic;

/// <summary>Products of two 128-bit numbers divided by a third, exact, as the programs do them in 256 bits.</summary>
internal static class MulDiv
{
    /// <summary>left x right / divisor, rounded down.</summary>
    /// <exception cref="OverflowException">The result has more than 128 bits.</exception>
    public static UInt128 Down(UInt128 left, UInt128 right, UInt128 divisor) => Divide(left, right, divisor, out _);

    /// <summary>left x right / divisor, rounded up.</summary>
    /// <exception cref="OverflowException">The result has more than 128 bits.</exception>
    public static UInt128 Up(UInt128 left, UInt128 right, UInt128 divisor)
    {
        var quotient = Divide(left, right, divisor, out var remainder);
        return remainder == UInt128.Zero ? quotient : checked(quotient + 1);
    }

    /// <summary>left x right without the lowest bits, rounded down.</summary>
    /// <param name="left">First factor.</param>
    /// <param name="right">Second factor.</param>
    /// <param name="bits">1 to 128.</param>
    /// <param name="roundUp">Whether a remainder counts as one.</param>
    /// <exception cref="OverflowException">The result has more than 128 bits.</exception>
    public static UInt128 Shift(UInt128 left, UInt128 right, int bits, bool roundUp = false)
    {
        var (high, low) = Multiply(left, right);
        UInt128 result, rest;
        if (bits == 128)
        {
            (result, rest) = (high, low);
        }
        else
        {
            if (high >> bits != UInt128.Zero) { Overflow(); }
            result = (high << (128 - bits)) | (low >> bits);
            rest = low << (128 - bits);
        }

        return roundUp && rest != UInt128.Zero ? checked(result + 1) : result;
    }

    /// <summary>The 256 bits of the product.</summary>
    public static (UInt128 High, UInt128 Low) Multiply(UInt128 left, UInt128 right)
    {
        var (a, b) = ((ulong)(left >> 64), (ulong)left);
        var (c, d) = ((ulong)(right >> 64), (ulong)right);
        var low = Product(b, d);
        var first = Product(a, d);
        var second = Product(b, c);
        var middle = (low >> 64) + (ulong)first + (ulong)second;
        return (Product(a, c) + (first >> 64) + (second >> 64) + (middle >> 64), (middle << 64) | (ulong)low);
    }

    private static UInt128 Product(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return new UInt128(high, low);
    }

    private static UInt128 Divide(UInt128 left, UInt128 right, UInt128 divisor, out UInt128 remainder)
    {
        var (high, low) = Multiply(left, right);
        if (high >= divisor) { Overflow(); }
        if (high == UInt128.Zero)
        {
            (var quotient, remainder) = UInt128.DivRem(low, divisor);
            return quotient;
        }

        // Schoolbook division by a divisor of two 64-bit digits whose top bit is set: two digits of quotient.
        var shift = (int)UInt128.LeadingZeroCount(divisor);
        if (shift > 0)
        {
            divisor <<= shift;
            high = (high << shift) | (low >> (128 - shift));
            low <<= shift;
        }

        var top = Digit(ref high, (ulong)(low >> 64), divisor);
        var bottom = Digit(ref high, (ulong)low, divisor);
        remainder = high >> shift;
        return new UInt128(top, bottom);
    }

    /// <summary>One digit of the quotient; the remainder stays in <paramref name="rest"/>, which is less than the divisor.</summary>
    private static ulong Digit(ref UInt128 rest, ulong next, UInt128 divisor)
    {
        var (first, second) = ((ulong)(divisor >> 64), (ulong)divisor);
        UInt128 left;
        ulong digit;
        if ((ulong)(rest >> 64) >= first)
        {
            digit = ulong.MaxValue;
            left = rest - Product(digit, first);
        }
        else
        {
            digit = (ulong)(rest / first);
            left = rest - Product(digit, first);
        }

        // The estimate from the first digit is at most two too large.
        while (left >> 64 == UInt128.Zero && Product(digit, second) > new UInt128((ulong)left, next))
        {
            digit--;
            left += first;
        }

        rest = unchecked(((rest << 64) | next) - (divisor * digit));
        return digit;
    }

    [DoesNotReturn]
    private static void Overflow() => throw new OverflowException("A quotient has more than 128 bits.");
}
