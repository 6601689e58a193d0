using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Sluice.Processors.Core.Common;

/// <summary>Numbers keys in order of first appearance: 0, 1, 2, … Buffers are kept over <see cref="Clear"/>. Not thread-safe.</summary>
/// <remarks>
/// Open addressing. A slot holds the key's hash beside its number, so that a key in memory is only looked at when it is most likely the one. Clearing costs at most
/// as much as was added, so a large transaction does not slow down the next.
/// </remarks>
internal sealed class KeyIndex<TKey>
    where TKey : unmanaged, IEquatable<TKey>
{
    private TKey[] _keys = new TKey[16];
    private int[] _slotOf = new int[16];
    private ulong[] _slots = new ulong[32]; // hash in the upper half, number + 1 in the lower; 0 is free
    private int _shift = 32 - 5;

    /// <summary>Distinct keys.</summary>
    public int Count { get; private set; }

    /// <summary>The key of a number.</summary>
    public ref readonly TKey this[int number] => ref _keys[number];

    /// <summary>Number of the key, given when it is new.</summary>
    public int Intern(in TKey key) => Intern(key, HashOf(key));

    /// <summary>The same where its hash is known.</summary>
    public int Intern(in TKey key, uint hash)
    {
        var slot = SlotOf(key, hash);
        if (_slots[slot] != 0) { return (int)(uint)_slots[slot] - 1; }
        if (Count == _keys.Length)
        {
            Array.Resize(ref _keys, Count * 2);
            Array.Resize(ref _slotOf, Count * 2);
        }

        _keys[Count] = key;
        _slotOf[Count] = slot;
        _slots[slot] = ((ulong)hash << 32) | (uint)++Count;
        if (Count * 2 > _slots.Length) { Grow(); }
        return Count - 1;
    }

    /// <summary>Number of the key, or −1.</summary>
    public int Find(in TKey key) => (int)(uint)_slots[SlotOf(key, HashOf(key))] - 1;

    /// <summary>Asks memory for the place where a key stands or will stand.</summary>
    public void Fetch(in TKey key) => Fetch(HashOf(key));

    /// <summary>The same where its hash is known.</summary>
    public void Fetch(uint hash) => Ahead.Fetch(in _slots[hash >> _shift]);

    /// <summary>When its place is there, asks memory for the key that most likely is the one, and returns its number, or −1.</summary>
    public int FetchKey(uint hash)
    {
        var number = (int)(uint)_slots[hash >> _shift] - 1;
        if (number >= 0) { Ahead.Fetch(in _keys[number]); }
        return number;
    }

    /// <summary>Asks memory for the place where a key will be written after so many more.</summary>
    public unsafe void FetchEnd(int more)
    {
        if (Sse.IsSupported) { Sse.Prefetch0((byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_keys)) + ((long)(Count + more) * sizeof(TKey))); }
    }

    public void Clear()
    {
        // In order through memory where that is less than going to each slot.
        if (Count > _slots.Length / 8) { Array.Clear(_slots); }
        else
        {
            for (var i = 0; i < Count; i++) { _slots[_slotOf[i]] = 0; }
        }

        Count = 0;
    }

    private int SlotOf(in TKey key, uint hash)
    {
        var slots = _slots;
        var slot = (int)(hash >> _shift);
        while (slots[slot] is not 0 and var entry && ((uint)(entry >> 32) != hash || !_keys[(int)(uint)entry - 1].Equals(key))) { slot = (slot + 1) & (slots.Length - 1); }
        return slot;
    }

    /// <summary>The upper bits choose the slot. Numbers hash to themselves, and pairs of them to their exclusive or, hence the multiplications.</summary>
    public static uint HashOf(in TKey key) => typeof(TKey) == typeof(ulong)
        ? (uint)((Unsafe.As<TKey, ulong>(ref Unsafe.AsRef(in key)) * 0x9E3779B97F4A7C15UL) >> 32)
        : (uint)key.GetHashCode() * 0x9E3779B1u;

    private void Grow()
    {
        var old = _slots;
        _slots = new ulong[old.Length * 2];
        _shift--;
        for (var i = 0; i < Count; i++)
        {
            var entry = old[_slotOf[i]];
            var slot = (int)((uint)(entry >> 32) >> _shift);
            while (_slots[slot] != 0) { slot = (slot + 1) & (_slots.Length - 1); }
            _slots[slot] = entry;
            _slotOf[i] = slot;
        }
    }
}
