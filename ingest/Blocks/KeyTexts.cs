using System.Buffers.Binary;
using Sluice.Ingest.Decoding.Model;
using Sluice.Schemas.Chain;

namespace Sluice.Ingest.Blocks;

/// <summary>Keys of a document by their base58 text, so that a key that occurs many times is decoded once.</summary>
/// <remarks>An entry holds where the text stands in the document, which makes the table valid for one document only. Not thread-safe.</remarks>
internal sealed class KeyTexts
{
    private Entry[] _entries = new Entry[2048];
    private int[] _slots = new int[8192]; // entry + 1; 0 is free
    private int _count;

    /// <summary>Forgets the texts of the document before.</summary>
    public void Clear()
    {
        Array.Clear(_slots);
        _count = 0;
    }

    /// <summary>Index in <paramref name="keys"/> of the key whose text lies in the document; -1 when the text is no key.</summary>
    public int Intern(ReadOnlySpan<byte> document, int start, int length, KeyTable keys)
    {
        if ((uint)(length - 32) > Base58.MaxChars32 - 32) { return -1; }
        var text = document.Slice(start, length);
        var hash = Hash(text);
        var slots = _slots;
        var slot = (int)(hash & (uint)(slots.Length - 1));
        while (true)
        {
            var at = slots[slot] - 1;
            if (at < 0) { break; }
            ref var known = ref _entries[at];
            if (known.Hash == hash && known.Length == length && text.SequenceEqual(document.Slice(known.Start, length))) { return known.Key; }
            slot = (slot + 1) & (slots.Length - 1);
        }

        if (!Pubkey.TryParse(text, out Pubkey key)) { return -1; }
        var index = keys.Intern(key);
        if (_count == _entries.Length) { Array.Resize(ref _entries, _count * 2); }
        _entries[_count] = new Entry(hash, start, length, index);
        slots[slot] = ++_count;
        if (_count * 2 > slots.Length) { Rehash(); }
        return index;
    }

    private static uint Hash(ReadOnlySpan<byte> text)
    {
        // Keys made for show share their first or last letters, hence four words from all over.
        var a = BinaryPrimitives.ReadUInt64LittleEndian(text);
        var b = BinaryPrimitives.ReadUInt64LittleEndian(text[8..]);
        var c = BinaryPrimitives.ReadUInt64LittleEndian(text[16..]);
        var d = BinaryPrimitives.ReadUInt64LittleEndian(text[^8..]);
        var mixed = (a ^ ulong.RotateLeft(b, 19) ^ ulong.RotateLeft(c, 37) ^ ulong.RotateLeft(d, 53)) * 0x9E37_79B9_7F4A_7C15UL;
        return (uint)(mixed >> 32);
    }

    private void Rehash()
    {
        _slots = new int[_slots.Length * 2];
        for (var i = 0; i < _count; i++)
        {
            var slot = (int)(_entries[i].Hash & (uint)(_slots.Length - 1));
            while (_slots[slot] != 0) { slot = (slot + 1) & (_slots.Length - 1); }
            _slots[slot] = i + 1;
        }
    }

    private readonly record struct Entry(uint Hash, int Start, int Length, int Key);
}
