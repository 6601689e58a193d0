using System.Runtime.CompilerServices;

namespace Sluice.Ingest.Archive;

/// <summary>Reads what <see cref="ByteSink"/> wrote. Past the end, and for numbers that are too long, it answers zero and says so.</summary>
internal ref struct ByteCursor(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    /// <summary>True after something was asked for that is not there.</summary>
    public bool Failed { get; private set; }

    public readonly bool AtEnd => _at == _bytes.Length;

    public byte ReadByte()
    {
        if ((uint)_at < (uint)_bytes.Length) { return _bytes[_at++]; }
        Failed = true;
        return 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong ReadNumber()
    {
        var at = _at;
        if ((uint)at < (uint)_bytes.Length && _bytes[at] < 0x80)
        {
            _at = at + 1;
            return _bytes[at];
        }

        return ReadLongNumber();
    }

    public long ReadSigned()
    {
        var value = ReadNumber();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>Reads a number that must not exceed <paramref name="limit"/>; below zero nothing is allowed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int ReadCount(int limit)
    {
        var value = ReadNumber();
        if (limit >= 0 && value <= (uint)limit) { return (int)value; }
        Failed = true;
        return 0;
    }

    public ReadOnlySpan<byte> Read(int count)
    {
        if (count < 0 || count > _bytes.Length - _at)
        {
            Failed = true;
            return default;
        }

        var taken = _bytes.Slice(_at, count);
        _at += count;
        return taken;
    }

    private ulong ReadLongNumber()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = ReadByte();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) { return value; }
        }

        Failed = true;
        return 0;
    }
}
