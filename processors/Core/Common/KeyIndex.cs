namespace Sluice.Processors.Core.Common;

/// <summary>Numbers keys in order of first appearance: 0, 1, 2, … Buffers are kept over <see cref="Clear"/>. Not thread-safe.</summary>
/// <remarks>Open addressing; clearing costs as much as was added, so a large transaction does not slow down the next.</remarks>
internal sealed class KeyIndex<TKey>
    where TKey : unmanaged, IEquatable<TKey>
{
    private TKey[] _keys = new TKey[16];
    private int[] _slotOf = new int[16];
    private int[] _slots = new int[64]; // key number + 1; 0 is free

    /// <summary>Distinct keys.</summary>
    public int Count { get; private set; }

    /// <summary>The key of a number.</summary>
    public ref readonly TKey this[int number] => ref _keys[number];

    /// <summary>Number of the key, given when it is new.</summary>
    public int Intern(in TKey key)
    {
        var slot = SlotOf(key);
        if (_slots[slot] != 0) { return _slots[slot] - 1; }
        if (Count == _keys.Length)
        {
            Array.Resize(ref _keys, Count * 2);
            Array.Resize(ref _slotOf, Count * 2);
        }

        _keys[Count] = key;
        _slotOf[Count] = slot;
        _slots[slot] = ++Count;
        if (Count * 4 > _slots.Length) { Grow(); }
        return Count - 1;
    }

    /// <summary>Number of the key, or −1.</summary>
    public int Find(in TKey key) => _slots[SlotOf(key)] - 1;

    public void Clear()
    {
        for (var i = 0; i < Count; i++) { _slots[_slotOf[i]] = 0; }
        Count = 0;
    }

    private int SlotOf(in TKey key)
    {
        // Numbers hash to themselves, hence the multiplication.
        var mask = _slots.Length - 1;
        var slot = (int)(((uint)key.GetHashCode() * 0x9E3779B1u) >> 7) & mask;
        while (_slots[slot] != 0 && !_keys[_slots[slot] - 1].Equals(key)) { slot = (slot + 1) & mask; }
        return slot;
    }

    private void Grow()
    {
        _slots = new int[_slots.Length * 2];
        for (var i = 0; i < Count; i++)
        {
            _slotOf[i] = SlotOf(_keys[i]);
            _slots[_slotOf[i]] = i + 1;
        }
    }
}
