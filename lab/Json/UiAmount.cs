using System.Globalization;

namespace Sluice.Lab.Json;

/// <summary>Token amounts as a node shows them to people, beside the exact amount.</summary>
/// <remarks>
/// A node computes <c>amount / 10^decimals</c> in floating point and prints the shortest text that reads back to the same
/// number, with an exponent below 1e-5. Up to 15 digits that text is the decimal number itself, so only larger amounts go
/// through a <c>double</c>; its division and shortest text are defined by IEEE 754, the same on every machine.
/// </remarks>
internal static class UiAmount
{
    private const ulong ExactBelow = 1_000_000_000_000_000;

    private static readonly double[] Powers = BuildPowers();

    /// <summary>Writes the decimal text without trailing zeros: <c>uiAmountString</c>.</summary>
    public static void WriteString(Utf8Buffer json, ulong amount, int decimals)
    {
        Span<byte> digits = stackalloc byte[40];
        var length = PadDigits(amount, decimals, digits);
        var point = length - decimals;
        var end = length;
        while (end > point && digits[end - 1] == (byte)'0') { end--; }
        json.Raw(digits[..point]);
        if (end == point) { return; }
        json.Byte((byte)'.');
        json.Raw(digits[point..end]);
    }

    /// <summary>Writes the number, null for zero: <c>uiAmount</c>.</summary>
    public static void WriteNumber(Utf8Buffer json, ulong amount, int decimals)
    {
        if (amount == 0)
        {
            json.Raw("null"u8);
        }
        else if (amount >= ExactBelow)
        {
            WriteLarge(json, amount / Powers[decimals]);
        }
        else if (decimals > 5 && (UInt128)amount * 100_000 < (UInt128)Powers[decimals])
        {
            WriteSmall(json, amount, decimals);
        }
        else
        {
            var before = json.Length;
            WriteString(json, amount, decimals);
            if (json.Written[before..].IndexOf((byte)'.') < 0) { json.Raw(".0"u8); }
        }
    }

    private static void WriteSmall(Utf8Buffer json, ulong amount, int decimals)
    {
        Span<byte> digits = stackalloc byte[20];
        System.Buffers.Text.Utf8Formatter.TryFormat(amount, digits, out var length);
        var exponent = decimals - length + 1;
        while (length > 1 && digits[length - 1] == (byte)'0') { length--; }
        json.Byte(digits[0]);
        if (length > 1)
        {
            json.Byte((byte)'.');
            json.Raw(digits[1..length]);
        }

        json.Raw("e-"u8);
        json.Number((ulong)exponent);
    }

    private static void WriteLarge(Utf8Buffer json, double value)
    {
        Span<byte> text = stackalloc byte[40];
        value.TryFormat(text, out var length, "R", CultureInfo.InvariantCulture);
        text = text[..length];
        var mark = text.IndexOf((byte)'E');
        if (mark < 0)
        {
            json.Raw(text);
            if (text.IndexOf((byte)'.') < 0) { json.Raw(".0"u8); }
            return;
        }

        // The framework prints an exponent from 1e15 on ("1.234E+15"), a node from 1e16 on ("1.234e16").
        var mantissa = text[..mark];
        var exponent = text[(mark + 2)..];
        if (!exponent.SequenceEqual("15"u8))
        {
            json.Raw(mantissa);
            json.Byte((byte)'e');
            json.Raw(exponent);
            return;
        }

        var fraction = mantissa.Length > 2 ? mantissa[2..] : [];
        json.Byte(mantissa[0]);
        for (var i = 0; i < 15; i++) { json.Byte(i < fraction.Length ? fraction[i] : (byte)'0'); }
        json.Byte((byte)'.');
        json.Raw(fraction.Length > 15 ? fraction[15..] : "0"u8);
    }

    private static int PadDigits(ulong amount, int decimals, Span<byte> digits)
    {
        Span<byte> plain = stackalloc byte[20];
        System.Buffers.Text.Utf8Formatter.TryFormat(amount, plain, out var length);
        var pad = Math.Max(0, decimals + 1 - length);
        digits[..pad].Fill((byte)'0');
        plain[..length].CopyTo(digits[pad..]);
        return pad + length;
    }

    private static double[] BuildPowers()
    {
        var powers = new double[20];
        powers[0] = 1;
        for (var i = 1; i < powers.Length; i++) { powers[i] = powers[i - 1] * 10; }
        return powers;
    }
}
