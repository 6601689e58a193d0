using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sluice.Schemas.Chain;

/// <summary>Base58 text of a number of fixed size, by a table instead of long division.</summary>
/// <remarks>
/// 1. The bytes are limbs of 32 bits. Each limb's place value, 2^(32 k), is known in base 58^5 (the table), so the number
///    in base 58^5 is a sum of products, which do not wait for one another as the steps of a division do.
/// 2. A pass from the right brings each sum below 58^5.
/// 3. Each of these digits becomes five characters: one, and twice two of them from a table of 58^2.
/// The idea is known from Firedancer's base58 (firedancer-io/firedancer: src/ballet/base58).
/// </remarks>
internal sealed class Base58Encoder
{
    /// <summary>For 32 bytes.</summary>
    public static readonly Base58Encoder Keys = new(limbs: 8, groups: 9);

    /// <summary>For 64 bytes, and fewer.</summary>
    public static readonly Base58Encoder Signatures = new(limbs: 16, groups: 18);

    private const uint Group = 656_356_768; // 58^5
    private const uint Pair = 58 * 58;
    private const int MaxLimbs = 16;
    private const int MaxRow = 20;

    // Two characters by their value, the more significant one in the low byte, which is first in memory.
    private static readonly ushort[] Pairs = BuildPairs();

    private readonly int _limbs;
    private readonly int _groups;
    private readonly int _row; // groups, up to a multiple of four
    private readonly ulong[] _table; // a row a limb, most significant first

    private Base58Encoder(int limbs, int groups)
    {
        _limbs = limbs;
        _groups = groups;
        _row = (groups + 3) & ~3;
        _table = BuildTable(limbs, groups, _row);
    }

    /// <summary>Writes the text and returns its length. Fewer bytes than the encoder's are the low ones, a multiple of four.</summary>
    [SkipLocalsInit]
    public int Encode(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        Span<ulong> sums = stackalloc ulong[MaxRow];
        sums.Clear();
        Sum(bytes, ref MemoryMarshal.GetReference(sums));
        Carry(ref MemoryMarshal.GetReference(sums));

        Span<byte> text = stackalloc byte[MaxRow * 5];
        Write(sums, text);

        // A leading zero byte is a leading one; other leading zero digits are no digits.
        var zeros = 0;
        while (zeros < bytes.Length && bytes[zeros] == 0) { zeros++; }
        var length = _groups * 5;
        var first = 0;
        while (first < length && text[first] == (byte)'1') { first++; }
        destination[..zeros].Fill((byte)'1');
        text[first..length].CopyTo(destination[zeros..]);
        return zeros + length - first;
    }

    /// <summary>Step 1. Eight products of 32 by 30 bits and a rest below 2^36 stay below 2^64, hence a relief every eight limbs.</summary>
    [SkipLocalsInit]
    private void Sum(ReadOnlySpan<byte> bytes, ref ulong sums)
    {
        Span<ulong> limbs = stackalloc ulong[MaxLimbs];
        var used = bytes.Length / 4;
        for (var i = 0; i < used; i++) { limbs[i] = BinaryPrimitives.ReadUInt32BigEndian(bytes[(i * 4)..]); }

        ref var row = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_table), (_limbs - used) * _row);
        for (var i = 0; i < used; i += 8)
        {
            if (i != 0) { Relieve(ref sums); }
            AddProducts(limbs[i..Math.Min(i + 8, used)], ref Unsafe.Add(ref row, i * _row), ref sums);
        }
    }

    private void AddProducts(ReadOnlySpan<ulong> limbs, ref ulong rows, ref ulong sums)
    {
        for (var j = 0; j < _row; j += Vector256<ulong>.Count)
        {
            ref var at = ref Unsafe.Add(ref rows, j);
            var sum = Vector256.LoadUnsafe(ref sums, (nuint)j);
            foreach (var limb in limbs)
            {
                // Both factors have 32 bits, which AVX2 multiplies in one step.
                var factors = Vector256.LoadUnsafe(ref at);
                sum += Avx2.IsSupported
                    ? Avx2.Multiply(Vector256.Create(limb).AsUInt32(), factors.AsUInt32())
                    : Vector256.Create(limb) * factors;
                at = ref Unsafe.Add(ref at, _row);
            }

            sum.StoreUnsafe(ref sums, (nuint)j);
        }
    }

    /// <summary>Brings every sum below 2^36. From the left, so that no step waits for the one before.</summary>
    private void Relieve(ref ulong sums)
    {
        for (var j = 1; j < _groups; j++)
        {
            ref var sum = ref Unsafe.Add(ref sums, j);
            var quotient = sum / Group;
            sum -= quotient * Group;
            Unsafe.Add(ref sums, j - 1) += quotient;
        }
    }

    /// <summary>Step 2.</summary>
    private void Carry(ref ulong sums)
    {
        ulong carry = 0;
        for (var j = _groups - 1; j >= 0; j--)
        {
            ref var sum = ref Unsafe.Add(ref sums, j);
            var value = sum + carry;
            carry = value / Group;
            sum = value - (carry * Group);
        }
    }

    private void Write(ReadOnlySpan<ulong> sums, Span<byte> text)
    {
        ref var pairs = ref MemoryMarshal.GetArrayDataReference(Pairs);
        ref var target = ref MemoryMarshal.GetReference(text);
        for (var j = 0; j < _groups; j++)
        {
            var value = (uint)sums[j];
            var high = value / Pair;
            var low = value - (high * Pair);
            var top = high / Pair;
            var middle = high - (top * Pair);
            ref var at = ref Unsafe.Add(ref target, j * 5);
            at = (byte)(Unsafe.Add(ref pairs, top) >> 8); // top is one digit: the second of its pair
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref at, 1), Unsafe.Add(ref pairs, middle));
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref at, 3), Unsafe.Add(ref pairs, low));
        }
    }

    private static ushort[] BuildPairs()
    {
        var alphabet = Base58.Alphabet;
        var pairs = new ushort[Pair];
        for (var i = 0; i < pairs.Length; i++) { pairs[i] = (ushort)(alphabet[i / 58] | (alphabet[i % 58] << 8)); }
        return pairs;
    }

    private static ulong[] BuildTable(int limbs, int groups, int row)
    {
        var table = new ulong[limbs * row];
        for (var i = 0; i < limbs; i++)
        {
            var value = System.Numerics.BigInteger.One << (32 * (limbs - 1 - i));
            for (var j = groups - 1; j >= 0; j--)
            {
                table[(i * row) + j] = (ulong)(value % Group);
                value /= Group;
            }
        }

        return table;
    }
}
