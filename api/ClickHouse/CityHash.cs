using System.Buffers.Binary;
using System.Numerics;

namespace Sluice.Api.ClickHouse;

/// <summary>CityHash128 of version 1.0.2, the checksum of ClickHouse's compressed frames. Later versions of CityHash give other values.</summary>
/// <remarks>
/// Steps: 16 bytes (or the length) make the seed; under 128 bytes a Murmur-like loop mixes 16 bytes at a time; longer texts go
/// through 64-byte rounds over 56 bytes of state, then through up to four overlapping pieces of 32 bytes counted from the end.
/// Source: Google's CityHash 1.0.2 (city.cc); checked in tests against the checksums that ClickHouse itself wrote.
/// </remarks>
internal static class CityHash
{
    private const ulong K0 = 0xc3a5c85c97cb3127, K1 = 0xb492b66fbe98f273, K2 = 0x9ae16a3b2f90404f, K3 = 0xc949d7c7509e6557;
    private const ulong Mixer = 0x9ddfea08eb382d69;

    /// <summary>Low and high half; ClickHouse writes them in this order, each little-endian.</summary>
    public static (ulong Low, ulong High) Hash128(ReadOnlySpan<byte> text) => text.Length switch
    {
        >= 16 => Seeded(text[16..], Word(text, 0) ^ K3, Word(text, 8)),
        >= 8 => Seeded([], Word(text, 0) ^ ((ulong)text.Length * K0), Word(text, text.Length - 8) ^ K1),
        _ => Seeded(text, K0, K1),
    };

    private static (ulong Low, ulong High) Seeded(ReadOnlySpan<byte> text, ulong low, ulong high) =>
        text.Length < 128 ? Short(text, low, high) : Long(text, low, high);

    private static (ulong Low, ulong High) Short(ReadOnlySpan<byte> text, ulong a, ulong b)
    {
        ulong c, d;
        if (text.Length <= 16)
        {
            a = Shifted(a * K1) * K1;
            c = (b * K1) + UpTo16(text);
            d = Shifted(a + (text.Length >= 8 ? Word(text, 0) : c));
        }
        else
        {
            c = Mix(Word(text, text.Length - 8) + K1, a);
            d = Mix(b + (ulong)text.Length, c + Word(text, text.Length - 16));
            a += d;
            for (var at = 0; at < text.Length - 16; at += 16)
            {
                a = (a ^ (Shifted(Word(text, at) * K1) * K1)) * K1;
                b ^= a;
                c = (c ^ (Shifted(Word(text, at + 8) * K1) * K1)) * K1;
                d ^= c;
            }
        }

        (a, b) = (Mix(a, c), Mix(d, b));
        return (a ^ b, Mix(b, a));
    }

    private static (ulong Low, ulong High) Long(ReadOnlySpan<byte> text, ulong x, ulong y)
    {
        var z = (ulong)text.Length * K1;
        var v0 = (BitOperations.RotateRight(y ^ K1, 49) * K1) + Word(text, 0);
        var v1 = (BitOperations.RotateRight(v0, 42) * K1) + Word(text, 8);
        var w0 = (BitOperations.RotateRight(y + z, 35) * K1) + x;
        var w1 = BitOperations.RotateRight(x + Word(text, 88), 53) * K1;

        // Rounds come in pairs: the rest after them is less than 128 bytes.
        var at = 0;
        for (var rounds = text.Length / 128 * 2; rounds > 0; rounds--, at += 64)
        {
            x = (BitOperations.RotateRight(x + y + v0 + Word(text, at + 16), 37) * K1) ^ w1;
            y = (BitOperations.RotateRight(y + v1 + Word(text, at + 48), 42) * K1) ^ v0;
            z = BitOperations.RotateRight(z ^ w0, 33);
            (v0, v1) = Weak(text, at, v1 * K1, x + w0);
            (w0, w1) = Weak(text, at + 32, z + w1, y);
            (z, x) = (x, z);
        }

        y += (BitOperations.RotateRight(w0, 37) * K0) + z;
        x += BitOperations.RotateRight(v0 + z, 49) * K0;
        for (var done = 0; done < text.Length - at;)
        {
            done += 32;
            y = (BitOperations.RotateRight(y - x, 42) * K0) + v1;
            w0 += Word(text, text.Length - done + 16);
            x = (BitOperations.RotateRight(x, 49) * K0) + w0;
            w0 += v0;
            (v0, v1) = Weak(text, text.Length - done, v0, v1);
        }

        (x, y) = (Mix(x, v0), Mix(y, w0));
        return (Mix(x + v1, w1) + y, Mix(x + w1, y + v1));
    }

    private static ulong UpTo16(ReadOnlySpan<byte> text)
    {
        var length = (ulong)text.Length;
        if (text.Length > 8)
        {
            var (a, b) = (Word(text, 0), Word(text, text.Length - 8));
            return Mix(a, BitOperations.RotateRight(b + length, text.Length)) ^ b;
        }

        if (text.Length >= 4) { return Mix(length + ((ulong)Half(text, 0) << 3), Half(text, text.Length - 4)); }
        if (text.Length == 0) { return K2; }
        var y = text[0] + ((uint)text[text.Length >> 1] << 8);
        var z = (uint)text.Length + ((uint)text[^1] << 2);
        return Shifted((y * K2) ^ (z * K3)) * K2;
    }

    /// <summary>Hashes 32 bytes weakly: fast, and good enough between stronger steps.</summary>
    private static (ulong First, ulong Second) Weak(ReadOnlySpan<byte> text, int at, ulong a, ulong b)
    {
        var last = Word(text, at + 24);
        a += Word(text, at);
        b = BitOperations.RotateRight(b + a + last, 21);
        var c = a;
        a += Word(text, at + 8);
        a += Word(text, at + 16);
        b += BitOperations.RotateRight(a, 44);
        return (a + last, b + c);
    }

    private static ulong Mix(ulong u, ulong v)
    {
        var a = (u ^ v) * Mixer;
        a ^= a >> 47;
        var b = (v ^ a) * Mixer;
        b ^= b >> 47;
        return b * Mixer;
    }

    private static ulong Shifted(ulong value) => value ^ (value >> 47);

    private static ulong Word(ReadOnlySpan<byte> text, int at) => BinaryPrimitives.ReadUInt64LittleEndian(text[at..]);

    private static uint Half(ReadOnlySpan<byte> text, int at) => BinaryPrimitives.ReadUInt32LittleEndian(text[at..]);
}
