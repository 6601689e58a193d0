using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sluice.Ingest.Blocks.Json;

/// <summary>Compares 64 bytes at once and answers with one bit a byte, lowest bit first.</summary>
internal readonly struct ByteBlock
{
    /// <summary>Bytes of a block.</summary>
    public const int Size = 64;

    private readonly Vector256<byte> _low;
    private readonly Vector256<byte> _high;
    private readonly Vector512<byte> _all;

    /// <summary>Loads 64 bytes from <paramref name="at"/>; the caller has checked that they are there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteBlock(ref byte start, int at)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            _all = Vector512.LoadUnsafe(ref start, (nuint)at);
        }
        else
        {
            _low = Vector256.LoadUnsafe(ref start, (nuint)at);
            _high = Vector256.LoadUnsafe(ref start, (nuint)at + 32);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ByteBlock(Vector512<byte> all) => _all = all;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ByteBlock(Vector256<byte> low, Vector256<byte> high)
    {
        _low = low;
        _high = high;
    }

    /// <summary>The block with bit 0x20 set in every byte, which makes '[' equal '{' and ']' equal '}'.</summary>
    public ByteBlock Lowered
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.IsHardwareAccelerated
            ? new ByteBlock(_all | Vector512.Create((byte)0x20))
            : new ByteBlock(_low | Vector256.Create((byte)0x20), _high | Vector256.Create((byte)0x20));
    }

    /// <summary>Which bytes equal <paramref name="value"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Matches(byte value)
    {
        if (Vector512.IsHardwareAccelerated) { return Vector512.Equals(_all, Vector512.Create(value)).ExtractMostSignificantBits(); }
        var wanted = Vector256.Create(value);
        return Vector256.Equals(_low, wanted).ExtractMostSignificantBits()
            | ((ulong)Vector256.Equals(_high, wanted).ExtractMostSignificantBits() << 32);
    }
}
