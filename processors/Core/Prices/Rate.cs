using Sluice.Processors.Core.Common;

namespace Sluice.Processors.Core.Prices;

/// <summary>A positive ratio of two amounts: <see cref="Mantissa"/> · 2^<see cref="Exponent"/> with 64 significant bits, so that ratios of any size are equally exact.</summary>
/// <remarks>Integers alone: the same input gives the same bits on every machine.</remarks>
internal readonly struct Rate : IComparable<Rate>
{
    private Rate(ulong mantissa, int exponent) => (Mantissa, Exponent) = (mantissa, exponent);

    /// <summary>Top bit set; 0 in the default value, which stands for no rate.</summary>
    public ulong Mantissa { get; }

    /// <summary>Power of two.</summary>
    public int Exponent { get; }

    /// <summary>False for the default value.</summary>
    public bool IsKnown => Mantissa != 0;

    /// <summary>numerator / denominator, rounded down to 64 significant bits; no rate when one of them is zero.</summary>
    public static Rate Of(UInt128 numerator, UInt128 denominator)
    {
        if (numerator == 0 || denominator == 0) { return default; }
        var (up, down) = ((int)UInt128.LeadingZeroCount(numerator), (int)UInt128.LeadingZeroCount(denominator));
        var (above, below) = (numerator << up, denominator << down);
        var exponent = down - up;

        // Both have the top bit now. Halving the numerator keeps the quotient below 2^64, doubling the power its top bit set.
        var isSmaller = above < below;
        UInt128 quotient;
        if ((ulong)below == 0) { quotient = (isSmaller ? above & ~UInt128.One : above >> 1) / (ulong)(below >> 64); } // as of amounts: one division is enough
        else { Wide.TryMulDiv(above >> 1, isSmaller ? (UInt128)1 << 65 : (UInt128)1 << 64, below, out quotient); }
        return new((ulong)quotient, exponent - (isSmaller ? 64 : 63));
    }

    /// <summary>The product of two rates.</summary>
    public Rate Times(Rate other)
    {
        if (!IsKnown || !other.IsKnown) { return default; }
        var high = Math.BigMul(Mantissa, other.Mantissa, out var low);
        return high >> 63 != 0
            ? new(high, Exponent + other.Exponent + 64)
            : new((high << 1) | (low >> 63), Exponent + other.Exponent + 63);
    }

    /// <summary>1 / rate.</summary>
    public Rate Inverse()
    {
        if (!IsKnown) { return default; }
        var one = Of(1, Mantissa);
        return new(one.Mantissa, one.Exponent - Exponent);
    }

    /// <summary>amount · rate, rounded to the nearest and halves away from zero; null without a rate or when the result is wider than 128 bits.</summary>
    public Int128? Apply(Int128 amount)
    {
        if (!IsKnown || amount == Int128.MinValue) { return null; }
        if (amount == 0) { return 0; }
        var (high, low) = Wide.Multiply((UInt128)Int128.Abs(amount), Mantissa);
        if (Exponent > 0)
        {
            if (high != 0 || Exponent > 126 || low > (UInt128)Int128.MaxValue >> Exponent) { return null; }
            return Signed(low << Exponent, amount);
        }

        var shift = -Exponent;
        if (shift == 0) { return high == 0 && low <= (UInt128)Int128.MaxValue ? Signed(low, amount) : null; }
        if (shift > 255) { return 0; }
        UInt128 result;
        if (shift >= 128)
        {
            if (shift == 128) { result = high + (low >> 127); }
            else { result = (high >> (shift - 128)) + ((high >> (shift - 129)) & 1); }
        }
        else
        {
            if (high >> shift != 0) { return null; }
            result = (high << (128 - shift)) | (low >> shift);
            if (result == UInt128.MaxValue) { return null; }
            result += (low >> (shift - 1)) & 1;
        }

        return result <= (UInt128)Int128.MaxValue ? Signed(result, amount) : null;
    }

    /// <inheritdoc/>
    public int CompareTo(Rate other) =>
        !IsKnown || !other.IsKnown ? Mantissa.CompareTo(other.Mantissa)
        : Exponent != other.Exponent ? Exponent.CompareTo(other.Exponent)
        : Mantissa.CompareTo(other.Mantissa);

    private static Int128 Signed(UInt128 value, Int128 like) => like < 0 ? -(Int128)value : (Int128)value;
}
