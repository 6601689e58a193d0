using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Sluice.Schemas.Chain;

/// <summary>Base58 (Bitcoin alphabet) for the two sizes that Solana uses, 32 and 64 bytes, and for free-length data.</summary>
/// <remarks>
/// Decoding multiplies limbs of 64 bits by 58^10 a step (ten digits fit below 2^59); encoding is
/// in <see cref="Base58Encoder"/>. Decoding is total: bad input gives <c>false</c>.
/// </remarks>
public static class Base58
{
    /// <summary>Longest text of 32 bytes.</summary>
    public const int MaxChars32 = 44;

    /// <summary>Longest text of 64 bytes.</summary>
    public const int MaxChars64 = 88;

    private const int Invalid = 0xFF;

    internal static ReadOnlySpan<byte> Alphabet => "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"u8;

    private static readonly byte[] Digits = BuildDigits();

    private static readonly ulong[] Powers = BuildPowers();

    /// <summary>Reads exactly 32 bytes from their base58 text (32 to 44 characters).</summary>
    public static bool TryDecode32(ReadOnlySpan<byte> text, Span<byte> destination) =>
        text.Length is >= 32 and <= MaxChars32 && TryDecodeFixed(text, destination[..32]);

    /// <summary>Reads exactly 64 bytes from their base58 text (64 to 88 characters).</summary>
    public static bool TryDecode64(ReadOnlySpan<byte> text, Span<byte> destination) =>
        text.Length is >= 64 and <= MaxChars64 && TryDecodeFixed(text, destination[..64]);

    /// <summary>Writes the base58 text of 32 or 64 bytes (any multiple of four up to 64) and returns its length.</summary>
    public static int Encode(ReadOnlySpan<byte> bytes, Span<byte> destination) => bytes.Length == 32
        ? Base58Encoder.Keys.Encode(bytes, destination)
        : Base58Encoder.Signatures.Encode(bytes, destination);

    /// <summary>Reads data of any length. Meant for instruction data, whose size a transaction bounds at 1,232 bytes.</summary>
    /// <param name="text">Base58 characters; empty text is empty data.</param>
    /// <param name="destination">At least <c>text.Length</c> bytes.</param>
    /// <param name="written">Bytes written.</param>
    public static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> destination, out int written)
    {
        written = 0;
        var zeros = 0;
        while (zeros < text.Length && text[zeros] == '1') { zeros++; }
        var rest = text[zeros..];
        if (rest.Length > MaxFreeChars || destination.Length < text.Length) { return false; }

        // ceil(length * log2(58) / 64) limbs, least significant first.
        Span<ulong> limbs = stackalloc ulong[(rest.Length * 5858 / 64_000) + 2];
        var used = 0;
        var digits = Digits;
        for (var at = 0; at < rest.Length;)
        {
            var take = Math.Min(10, rest.Length - at);
            ulong group = 0;
            for (var i = 0; i < take; i++)
            {
                var digit = digits[rest[at + i]];
                if (digit == Invalid) { return false; }
                group = (group * 58) + digit;
            }

            at += take;
            var factor = Powers[take];
            var carry = group;
            for (var i = 0; i < used; i++)
            {
                var high = Math.BigMul(limbs[i], factor, out var low);
                low += carry;
                carry = high + (low < carry ? 1UL : 0UL);
                limbs[i] = low;
            }

            if (carry != 0) { limbs[used++] = carry; }
        }

        var significant = used == 0 ? 0 : (used * 8) - (System.Numerics.BitOperations.LeadingZeroCount(limbs[used - 1]) / 8);
        destination[..zeros].Clear();
        for (var i = 0; i < significant; i++)
        {
            destination[zeros + significant - 1 - i] = (byte)(limbs[i / 8] >> (i % 8 * 8));
        }

        written = zeros + significant;
        return true;
    }

    /// <summary>Longest text that <see cref="TryDecode"/> takes, beyond leading ones: above any transaction's data.</summary>
    public const int MaxFreeChars = 20_000;

    private static bool TryDecodeFixed(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        Span<ulong> limbs = stackalloc ulong[8]; // least significant first
        var limbCount = destination.Length / 8;
        limbs = limbs[..limbCount];
        limbs.Clear();
        ref var digits = ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(Digits);
        var used = 0;
        for (var at = 0; at < text.Length;)
        {
            var take = Math.Min(10, text.Length - at);
            ulong group = 0;
            uint bad = 0;
            for (var i = 0; i < take; i++)
            {
                uint digit = System.Runtime.CompilerServices.Unsafe.Add(ref digits, text[at + i]);
                bad |= digit & 0x80;
                group = (group * 58) + digit;
            }

            if (bad != 0) { return false; }
            at += take;
            var factor = Powers[take];
            var carry = group;
            for (var i = 0; i < used; i++)
            {
                var high = Math.BigMul(limbs[i], factor, out var low);
                low += carry;
                carry = high + (low < carry ? 1UL : 0UL);
                limbs[i] = low;
            }

            if (carry != 0)
            {
                if (used == limbCount) { return false; }
                limbs[used++] = carry;
            }
        }

        // Leading ones stand for leading zero bytes, no more and no fewer.
        var zeroChars = 0;
        while (zeroChars < text.Length && text[zeroChars] == '1') { zeroChars++; }
        for (var i = 0; i < limbCount; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(destination[((limbCount - 1 - i) * 8)..], limbs[i]);
        }

        var zeroBytes = 0;
        while (zeroBytes < destination.Length && destination[zeroBytes] == 0) { zeroBytes++; }
        return zeroBytes == zeroChars;
    }

    private static byte[] BuildDigits()
    {
        var table = new byte[256];
        Array.Fill(table, (byte)Invalid);
        for (var i = 0; i < Alphabet.Length; i++) { table[Alphabet[i]] = (byte)i; }
        return table;
    }

    private static ulong[] BuildPowers()
    {
        var powers = new ulong[11];
        powers[0] = 1;
        for (var i = 1; i < powers.Length; i++) { powers[i] = powers[i - 1] * 58; }
        return powers;
    }

    [DoesNotReturn]
    internal static void ThrowNotBase58(string what, string text) =>
        throw new FormatException($"'{text}' is not a {what}: base58 text was expected.");
}
