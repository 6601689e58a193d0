using System.Runtime.CompilerServices;

namespace Sluice.Ingest.Archive;

/// <summary>A growing run of bytes, written front to back and kept for the next use.</summary>
internal sealed class ByteSink(int capacity = 256)
{
    private byte[] _bytes = new byte[capacity];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    /// <summary>What was written, to be changed in place.</summary>
    public Span<byte> Edit() => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    public void WriteByte(byte value) => Take(1)[0] = value;

    public void Write(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    /// <summary>Writes seven bits a byte, lowest first; one to ten bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteNumber(ulong value)
    {
        if (value < 0x80 && Length < _bytes.Length)
        {
            _bytes[Length++] = (byte)value;
            return;
        }

        WriteLongNumber(value);
    }

    /// <summary>Writes a signed number so that small ones of either sign are short. Differences of u64 may wrap around.</summary>
    public void WriteSigned(long value) => WriteNumber((ulong)((value << 1) ^ (value >> 63)));

    /// <summary>Hands out room that counts as written.</summary>
    public Span<byte> Take(int count)
    {
        if (Length + count > _bytes.Length) { Array.Resize(ref _bytes, Math.Max(Length + count, _bytes.Length * 2)); }
        var room = _bytes.AsSpan(Length, count);
        Length += count;
        return room;
    }

    private void WriteLongNumber(ulong value)
    {
        while (value >= 0x80)
        {
            WriteByte((byte)(value | 0x80));
            value >>= 7;
        }

        WriteByte((byte)value);
    }
}
