using System.Text;
using Sluice.Schemas.Chain;

namespace Sluice.Schemas.Columns;

/// <summary>ClickHouse's String in a block: length as a varint, then the bytes.</summary>
internal static class NativeText
{
    private const int MaxVarint = 5; // a length is an int

    /// <summary>Writes 7 bits a byte, lowest first, and returns the bytes used (at most ten).</summary>
    public static int WriteVarint(Span<byte> destination, ulong value)
    {
        var used = 0;
        while (value >= 0x80)
        {
            destination[used++] = (byte)(value | 0x80);
            value >>= 7;
        }

        destination[used++] = (byte)value;
        return used;
    }

    /// <summary>Reads what <see cref="WriteVarint"/> wrote for a length.</summary>
    public static int ReadVarint(ReadOnlySpan<byte> source, out int used)
    {
        var value = 0;
        for (used = 0; ; used++)
        {
            value |= (source[used] & 0x7f) << (7 * used);
            if (source[used] >= 0x80) { continue; }
            used++;
            return value;
        }
    }

    public static void Append(ref ByteBuffer buffer, ReadOnlySpan<byte> value)
    {
        var target = buffer.Reserve(value.Length + MaxVarint);
        var used = WriteVarint(target, (ulong)value.Length);
        value.CopyTo(target[used..]);
        buffer.Advance(used + value.Length);
    }

    /// <summary>Text as UTF-8; half a surrogate pair becomes U+FFFD.</summary>
    public static void Append(ref ByteBuffer buffer, string value)
    {
        if (value.Length * 3 < 0x80)
        {
            var small = buffer.Reserve((value.Length * 3) + 1);
            var length = Encoding.UTF8.GetBytes(value, small[1..]);
            small[0] = (byte)length;
            buffer.Advance(1 + length);
            return;
        }

        var bytes = Encoding.UTF8.GetByteCount(value);
        var target = buffer.Reserve(bytes + MaxVarint);
        var used = WriteVarint(target, (ulong)bytes);
        buffer.Advance(used + Encoding.UTF8.GetBytes(value, target[used..]));
    }

    /// <summary>A key as base58.</summary>
    public static void Append(ref ByteBuffer buffer, in Pubkey value)
    {
        var target = buffer.Reserve(1 + Base58.MaxChars32);
        var length = value.Format(target[1..]);
        target[0] = (byte)length; // at most 44: one byte of varint
        buffer.Advance(1 + length);
    }
}
