using System.Buffers.Binary;

namespace Sluice.Ingest.Decoding.Catalog;

/// <summary>Finds an instruction's layout by the first bytes of its data, in one probe for each length of discriminator that the program uses.</summary>
/// <remarks>
/// The first 1, 4, 5 or 8 bytes are one number. A multiplier is searched at the start that sends every number to a slot of
/// its own, so a lookup is one multiplication, one load and one comparison. Nearly every program uses one length.
/// </remarks>
internal sealed class DiscriminatorTable<T>
    where T : class
{
    /// <summary>A table without entries.</summary>
    public static DiscriminatorTable<T> Empty { get; } = new([]);

    private readonly Group[] _groups;

    public DiscriminatorTable(IReadOnlyList<(byte[] Prefix, T Value)> entries) =>
        _groups = [.. entries.GroupBy(e => e.Prefix.Length).OrderByDescending(g => g.Key).Select(g => new Group(g.Key, [.. g]))];

    public bool IsEmpty => _groups.Length == 0;

    /// <summary>The entry whose prefix the data begins with, the longest first; null when there is none.</summary>
    public T? Find(ReadOnlySpan<byte> data)
    {
        foreach (var group in _groups)
        {
            if (group.Find(data) is { } found) { return found; }
        }

        return null;
    }

    /// <summary>Reads up to eight bytes as a little-endian number.</summary>
    internal static ulong Number(ReadOnlySpan<byte> data, int length)
    {
        if (length == 8) { return BinaryPrimitives.ReadUInt64LittleEndian(data); }
        ulong number = 0;
        for (var i = 0; i < length; i++) { number |= (ulong)data[i] << (8 * i); }
        return number;
    }

    private sealed class Group
    {
        private readonly int _length;
        private readonly int _shift;
        private readonly ulong _factor;
        private readonly ulong[] _numbers;
        private readonly T?[] _values;

        public Group(int length, (byte[] Prefix, T Value)[] entries)
        {
            _length = length;
            var bits = 1;
            while (1 << bits < entries.Length * 2) { bits++; }
            for (; ; bits++)
            {
                _shift = 64 - bits;
                _numbers = new ulong[1 << bits];
                _values = new T?[1 << bits];
                _factor = 0x9E3779B97F4A7C15UL;
                for (var attempt = 0; attempt < 64; attempt++, _factor = (_factor * 6364136223846793005UL) + 1442695040888963407UL)
                {
                    _factor |= 1;
                    if (TryPlace(entries)) { return; }
                }
            }
        }

        public T? Find(ReadOnlySpan<byte> data)
        {
            if (data.Length < _length) { return null; }
            var number = Number(data, _length);
            var slot = (int)((number * _factor) >> _shift);
            return _numbers[slot] == number ? _values[slot] : null;
        }

        private bool TryPlace((byte[] Prefix, T Value)[] entries)
        {
            Array.Clear(_values);
            foreach (var (prefix, value) in entries)
            {
                var number = Number(prefix, _length);
                var slot = (int)((number * _factor) >> _shift);
                if (_values[slot] is not null) { return false; }
                _numbers[slot] = number;
                _values[slot] = value;
            }

            return true;
        }
    }
}
