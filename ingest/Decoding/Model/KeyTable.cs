using Sluice.Schemas.Chain;

namespace Sluice.Ingest.Decoding.Model;

/// <summary>The distinct keys of one block. A transaction names its accounts by position in this table, so equal keys are equal numbers.</summary>
/// <remarks>Open addressing over a power-of-two table. Not thread-safe.</remarks>
public sealed class KeyTable
{
    private Pubkey[] _keys = new Pubkey[1024];
    private int[] _slots = new int[4096]; // key index + 1; 0 is free
    private int _mask = 4095;

    /// <summary>Distinct keys.</summary>
    public int Count { get; private set; }

    /// <summary>The keys by index.</summary>
    public ReadOnlySpan<Pubkey> Keys => _keys.AsSpan(0, Count);

    public ref readonly Pubkey this[int index] => ref _keys[index];

    /// <summary>Index of the key, added when it is new.</summary>
    public int Intern(in Pubkey key)
    {
        var slot = key.GetHashCode() & _mask;
        while (true)
        {
            var entry = _slots[slot];
            if (entry == 0) { break; }
            if (_keys[entry - 1] == key) { return entry - 1; }
            slot = (slot + 1) & _mask;
        }

        if (Count == _keys.Length) { Array.Resize(ref _keys, _keys.Length * 2); }
        _keys[Count] = key;
        _slots[slot] = ++Count;
        if (Count * 2 > _slots.Length) { Rehash(); }
        return Count - 1;
    }

    /// <summary>Index of the key, or -1 when the block does not name it.</summary>
    public int Find(in Pubkey key)
    {
        var slot = key.GetHashCode() & _mask;
        while (true)
        {
            var entry = _slots[slot];
            if (entry == 0) { return -1; }
            if (_keys[entry - 1] == key) { return entry - 1; }
            slot = (slot + 1) & _mask;
        }
    }

    /// <summary>Empties the table and keeps its buffers.</summary>
    public void Clear()
    {
        Array.Clear(_slots);
        Count = 0;
    }

    private void Rehash()
    {
        _slots = new int[_slots.Length * 2];
        _mask = _slots.Length - 1;
        for (var i = 0; i < Count; i++)
        {
            var slot = _keys[i].GetHashCode() & _mask;
            while (_slots[slot] != 0) { slot = (slot + 1) & _mask; }
            _slots[slot] = i + 1;
        }
    }
}
