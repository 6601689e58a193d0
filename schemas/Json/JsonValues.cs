using System.Text.Json;
using Sluice.Schemas.Chain;

namespace Sluice.Schemas.Json;

/// <summary>One value of a record as JSON. Amounts are strings, since JavaScript's numbers stop at 2^53; keys are base58.</summary>
internal static class JsonValues
{
    private const int MaxDigits = 40; // Int128's 39 and a sign

    public static void Amount(Utf8JsonWriter writer, Int128 value)
    {
        Span<byte> text = stackalloc byte[MaxDigits];
        value.TryFormat(text, out var length);
        writer.WriteStringValue(text[..length]);
    }

    public static void Amount(Utf8JsonWriter writer, ulong value)
    {
        Span<byte> text = stackalloc byte[MaxDigits];
        value.TryFormat(text, out var length);
        writer.WriteStringValue(text[..length]);
    }

    public static void Amount(Utf8JsonWriter writer, long value)
    {
        Span<byte> text = stackalloc byte[MaxDigits];
        value.TryFormat(text, out var length);
        writer.WriteStringValue(text[..length]);
    }

    public static void Write(Utf8JsonWriter writer, bool value) => writer.WriteBooleanValue(value);

    public static void Write(Utf8JsonWriter writer, long value) => writer.WriteNumberValue(value);

    /// <summary>Null for what JSON has no number for.</summary>
    public static void Write(Utf8JsonWriter writer, double value)
    {
        if (double.IsFinite(value)) { writer.WriteNumberValue(value); }
        else { writer.WriteNullValue(); }
    }

    public static void Write(Utf8JsonWriter writer, string? value) => writer.WriteStringValue(value ?? "");

    /// <summary>Bytes as base64.</summary>
    public static void Write(Utf8JsonWriter writer, byte[]? value) => writer.WriteBase64StringValue(value);

    public static void Write(Utf8JsonWriter writer, in Pubkey value)
    {
        Span<byte> text = stackalloc byte[Base58.MaxChars32];
        writer.WriteStringValue(text[..value.Format(text)]);
    }

    public static void Write(Utf8JsonWriter writer, in Signature value)
    {
        Span<byte> text = stackalloc byte[Base58.MaxChars64];
        writer.WriteStringValue(text[..value.Format(text)]);
    }

    public static void Write(Utf8JsonWriter writer, in FindingId value)
    {
        if (value.Kept is { } kept)
        {
            writer.WriteStringValue(kept);
            return;
        }

        Span<byte> text = stackalloc byte[FindingId.MaxBytes];
        writer.WriteStringValue(text[..value.Format(text)]);
    }
}
