using System.Buffers.Binary;

namespace Sluice.Lab.Json;

/// <summary>
/// Base58 text of instruction data, whose length is free; keys and signatures use <see cref="Schemas.Chain.Base58"/>.
/// </summary>
/// <remarks>
/// The number grows by 32 bits a step and is kept as limbs of 58^5, least significant first: one division by a constant
/// a limb, and each limb is five digits in the end.
/// </remarks>
internal static class Base58Text
{
    private const uint Pow5 = 656_356_768; // 58^5

    private static ReadOnlySpan<byte> Alphabet => "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"u8;

    /// <summary>Writes the text and returns its length, at most 1.38 characters a byte and one more.</summary>
    public static int Encode(ReadOnlySpan<byte> data, Span<byte> destination)
    {
        var zeros = 0;
        while (zeros < data.Length && data[zeros] == 0) { zeros++; }
        destination[..zeros].Fill((byte)'1');
        data = data[zeros..];
        if (data.IsEmpty) { return zeros; }

        Span<uint> limbs = data.Length <= 448 ? stackalloc uint[128] : new uint[(data.Length * 10 / 36) + 2];
        var count = 0;
        var head = data.Length & 3;
        if (head != 0)
        {
            uint word = 0;
            foreach (var b in data[..head]) { word = (word << 8) | b; }
            count = Push(limbs, count, word);
        }

        for (var at = head; at < data.Length; at += 4)
        {
            count = Push(limbs, count, BinaryPrimitives.ReadUInt32BigEndian(data[at..]));
        }

        return zeros + WriteDigits(limbs[..count], destination[zeros..]);
    }

    private static int Push(Span<uint> limbs, int count, uint word)
    {
        ulong carry = word;
        for (var i = 0; i < count; i++)
        {
            var value = ((ulong)limbs[i] << 32) + carry;
            carry = value / Pow5;
            limbs[i] = (uint)(value - (carry * Pow5));
        }

        while (carry != 0)
        {
            limbs[count++] = (uint)(carry % Pow5);
            carry /= Pow5;
        }

        return count;
    }

    private static int WriteDigits(ReadOnlySpan<uint> limbs, Span<byte> destination)
    {
        var alphabet = Alphabet;
        Span<byte> five = stackalloc byte[5];
        var written = 0;
        for (var i = limbs.Length - 1; i >= 0; i--)
        {
            var rest = limbs[i];
            for (var digit = 4; digit >= 0; digit--)
            {
                var next = rest / 58;
                five[digit] = alphabet[(int)(rest - (next * 58))];
                rest = next;
            }

            var skip = 0;
            if (written == 0)
            {
                while (skip < 4 && five[skip] == (byte)'1') { skip++; }
            }

            five[skip..].CopyTo(destination[written..]);
            written += 5 - skip;
        }

        return written;
    }
}
