using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Sluice.Schemas.Chain;

namespace Sluice.Schemas.Columns;

/// <summary>LowCardinality(String) and LowCardinality(Nullable(String)): each text once a block, and an index a row.</summary>
/// <remarks>
/// Texts stay known over blocks, so a key's base58 is made once; a block carries only the texts that its rows use.
/// When more than <see cref="MaxKnown"/> are known at the end of a block, all are forgotten, which bounds the memory.
/// In a nullable column index 0 stands for NULL.
/// </remarks>
public abstract class DictionaryColumn<TKey> : Column
    where TKey : notnull
{
    /// <summary>Texts that are kept over blocks.</summary>
    public const int MaxKnown = 65_536;

    // One dictionary, not shared between blocks (SharedDictionariesWithAdditionalKeys).
    private const ulong KeysVersion = 1;

    // In the index type: the block brings its own keys (bit 9), and the dictionary starts anew (bit 10).
    private const ulong OwnKeys = 0x600;

    private readonly Dictionary<TKey, int> _known;
    private ByteBuffer _texts = new();
    private Entry[] _entries = [];
    private ByteBuffer _blockKeys = new();
    private int _blockKeyCount;
    private int _block = 1;
    private uint[] _indexes = [];
    private int _count;

    private protected DictionaryColumn(bool nullable, IEqualityComparer<TKey>? comparer)
    {
        Nullable = nullable;
        _known = new Dictionary<TKey, int>(comparer);
        StartBlock();
    }

    public override int Count => _count;

    public override long Bytes => _blockKeys.Length + ((long)_count * IndexSize);

    private protected bool Nullable { get; }

    private int IndexSize => _blockKeyCount switch { <= 0x100 => 1, <= 0x1_0000 => 2, _ => 4 };

    public override void WritePrefix(IBufferWriter<byte> output) => WriteNumber(output, KeysVersion);

    /// <remarks>A part of the rows comes with the texts of all of them: only parts of a refused block are written so.</remarks>
    public override void WriteData(IBufferWriter<byte> output, int first, int count)
    {
        if (count == 0) { return; }
        var size = IndexSize;
        WriteNumber(output, OwnKeys | (ulong)(size >> 1)); // 0, 1, 2: one, two, four bytes an index
        WriteNumber(output, (ulong)_blockKeyCount);
        output.Write(_blockKeys.Written);
        WriteNumber(output, (ulong)count);
        WriteIndexes(output, size, _indexes.AsSpan(first, count));
    }

    public override void WriteJson(Utf8JsonWriter json, int index)
    {
        var text = (int)_indexes[index];
        if (Nullable && text == 0)
        {
            json.WriteNullValue();
            return;
        }

        var rest = _blockKeys.Written;
        for (; ; text--)
        {
            var length = NativeText.ReadVarint(rest, out var used);
            if (text == 0)
            {
                json.WriteStringValue(Encoding.UTF8.GetString(rest.Slice(used, length)));
                return;
            }

            rest = rest[(used + length)..];
        }
    }

    public override void Clear()
    {
        if (_known.Count > MaxKnown)
        {
            _known.Clear();
            _texts.Clear();
        }

        _count = 0;
        _block++;
        StartBlock();
    }

    internal override void Truncate(int count) => _count = Math.Min(_count, count);

    /// <summary>Writes the text of a key that is not yet known.</summary>
    private protected abstract void AppendText(ref ByteBuffer buffer, in TKey key);

    private protected void AddKey(in TKey key)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_known, key, out var isKnown);
        if (!isKnown)
        {
            number = _known.Count - 1;
            Learn(number, key);
        }

        ref var entry = ref _entries[number];
        if (entry.Block != _block)
        {
            entry.Block = _block;
            entry.Index = _blockKeyCount++;
            _blockKeys.Append(_texts.Written.Slice(entry.Start, entry.Length));
        }

        AddIndex((uint)entry.Index);
    }

    /// <summary>Appends index 0, which is NULL in a nullable column and nothing special in another one.</summary>
    private protected void AddNull() => AddIndex(0);

    private static void WriteNumber(IBufferWriter<byte> output, ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(output.GetSpan(8), value);
        output.Advance(8);
    }

    private void AddIndex(uint index)
    {
        if (_count == _indexes.Length) { Array.Resize(ref _indexes, Math.Max(64, _indexes.Length * 2)); }
        _indexes[_count++] = index;
    }

    private void Learn(int number, in TKey key)
    {
        if (number == _entries.Length) { Array.Resize(ref _entries, Math.Max(16, _entries.Length * 2)); }
        var start = _texts.Length;
        AppendText(ref _texts, in key);
        _entries[number] = new Entry { Start = start, Length = _texts.Length - start };
    }

    private void StartBlock()
    {
        _blockKeys.Clear();
        _blockKeyCount = 0;
        if (Nullable)
        {
            _blockKeys.Append(0);
            _blockKeyCount = 1;
        }
    }

    private static void WriteIndexes(IBufferWriter<byte> output, int size, ReadOnlySpan<uint> rest)
    {
        while (!rest.IsEmpty)
        {
            var target = output.GetSpan(size * Math.Min(rest.Length, 4096));
            var take = Math.Min(rest.Length, target.Length / size);
            var part = rest[..take];
            switch (size)
            {
                case 1:
                    for (var i = 0; i < part.Length; i++) { target[i] = (byte)part[i]; }
                    break;
                case 2:
                    var shorts = MemoryMarshal.Cast<byte, ushort>(target);
                    for (var i = 0; i < part.Length; i++) { shorts[i] = (ushort)part[i]; }
                    break;
                default:
                    MemoryMarshal.AsBytes(part).CopyTo(target);
                    break;
            }

            output.Advance(take * size);
            rest = rest[take..];
        }
    }

    /// <summary>A known text: its place in the texts, and its index in the block where it was used last.</summary>
    private struct Entry
    {
        public int Start;
        public int Length;
        public int Block;
        public int Index;
    }
}

/// <summary>LowCardinality of texts.</summary>
public sealed class TextDictionaryColumn : DictionaryColumn<string>
{
    public TextDictionaryColumn(bool nullable = false)
        : base(nullable, StringComparer.Ordinal)
    {
    }

    /// <summary>Appends a text; null is NULL in a nullable column and empty otherwise.</summary>
    public void Add(string? value)
    {
        if (value is null && Nullable) { AddNull(); }
        else { AddKey(value ?? ""); }
    }

    private protected override void AppendText(ref ByteBuffer buffer, in string key) => NativeText.Append(ref buffer, key);
}

/// <summary>LowCardinality of keys, as base58.</summary>
public sealed class PubkeyDictionaryColumn : DictionaryColumn<Pubkey>
{
    public PubkeyDictionaryColumn(bool nullable = false)
        : base(nullable, null)
    {
    }

    public void Add(in Pubkey value) => AddKey(in value);

    public void Add(in Pubkey? value)
    {
        if (value.HasValue) { AddKey(in System.Nullable.GetValueRefOrDefaultRef(in value)); }
        else { AddNull(); }
    }

    private protected override void AppendText(ref ByteBuffer buffer, in Pubkey key) => NativeText.Append(ref buffer, in key);
}

/// <summary>LowCardinality of an enum's values, by their names in <paramref name="names"/>.</summary>
/// <param name="names">Texts in order of the enum's numbers, which start at 0.</param>
public sealed class EnumDictionaryColumn(string[] names, bool nullable = false) : DictionaryColumn<int>(nullable, null)
{
    public void Add(int value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)value, (uint)names.Length, nameof(value));
        AddKey(in value);
    }

    public void Add(int? value)
    {
        if (value is { } number) { Add(number); }
        else { AddNull(); }
    }

    private protected override void AppendText(ref ByteBuffer buffer, in int key) => NativeText.Append(ref buffer, names[key]);
}
