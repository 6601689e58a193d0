using System.Buffers.Binary;
using System.Numerics;
using Sluice.Schemas.Chain;

namespace Sluice.Lab.Chain;

/// <summary>
/// The simulator's only source of chance: xoshiro256** seeded by splitmix64 (Blackman and Vigna, public domain).
/// </summary>
/// <remarks>Integers only, so one seed gives the same stream on every machine and in every version of the framework.</remarks>
internal sealed class Prng
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    /// <param name="seed">Any number; zero is as good as others.</param>
    /// <param name="stream">Streams of one seed are independent of each other.</param>
    public Prng(ulong seed, ulong stream = 0)
    {
        var state = seed ^ (stream * 0xD1342543DE82EF95UL);
        _a = SplitMix(ref state);
        _b = SplitMix(ref state);
        _c = SplitMix(ref state);
        _d = SplitMix(ref state);
    }

    public ulong Next()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>A number from 0 to <paramref name="bound"/> - 1.</summary>
    public int Below(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>A number from <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    public ulong Range(ulong low, ulong high) => low + Math.BigMul(Next(), high - low + 1, out _);

    /// <summary>True that many times in a thousand.</summary>
    public bool PerMille(int share) => Below(1000) < share;

    /// <summary>A number between the two whose magnitude, not whose value, is evenly spread.</summary>
    public ulong Magnitude(ulong low, ulong high)
    {
        var first = BitOperations.Log2(low);
        var last = BitOperations.Log2(high);
        var bits = first + Below(last - first + 1);
        var floor = Math.Max(low, 1UL << bits);
        var ceiling = bits == 63 ? high : Math.Min(high, (2UL << bits) - 1);
        return floor >= ceiling ? floor : Range(floor, ceiling);
    }

    /// <summary>
    /// A number of a heavy tail: twice the size is <paramref name="againPerMille"/> thousandths as likely to be exceeded (500: Pareto's law with
    /// exponent 1). By integers alone.
    /// </summary>
    public ulong HeavyTail(ulong low, ulong high, int againPerMille = 500)
    {
        var floor = low;
        while (floor <= high / 2 && PerMille(againPerMille)) { floor *= 2; }
        return Range(floor, Math.Min(high, (floor * 2) - 1));
    }

    public void Fill(Span<byte> bytes)
    {
        while (bytes.Length >= 8)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, Next());
            bytes = bytes[8..];
        }

        var rest = Next();
        for (var i = 0; i < bytes.Length; i++) { bytes[i] = (byte)(rest >> (i * 8)); }
    }

    public Pubkey Key()
    {
        Span<byte> bytes = stackalloc byte[Pubkey.Size];
        Fill(bytes);
        return new Pubkey(bytes);
    }

    private static ulong SplitMix(ref ulong state)
    {
        var z = state += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
