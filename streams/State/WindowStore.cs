using System.Diagnostics.CodeAnalysis;
using Sluice.Schemas.Records;

namespace Sluice.Streams;

/// <summary>Replayable state: records of the most recent slots. Lists are used again as slots leave the window.</summary>
/// <remarks>
/// The window holds the slots above stream time − <see cref="Slots"/>. A task with such a store commits the position at which its
/// oldest open slot began, so a restart rebuilds the window by reading.
/// </remarks>
public sealed class WindowStore<T> : IReplayableStore
    where T : struct, IRecord
{
    private readonly List<Entry> _open = []; // ascending by slot
    private readonly Stack<Entry> _idle = [];
    private long _position;
    private long _closedThrough = -1;

    internal WindowStore(string name, int slots)
    {
        Name = name;
        Slots = slots;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Slots that the window spans.</summary>
    public int Slots { get; }

    /// <summary>Slots that are open.</summary>
    public int Count => _open.Count;

    WindowStart? IReplayableStore.OldestOpen
    {
        get
        {
            if (_open.Count == 0) { return null; }

            // Slots may have opened out of order; the earliest position covers all.
            var oldest = _open[0];
            foreach (var entry in _open)
            {
                if (entry.Position < oldest.Position) { oldest = entry; }
            }

            return new WindowStart(oldest.Position, oldest.Slot);
        }
    }

    /// <summary>True when the slot has left the window: a record that comes so late cannot be taken.</summary>
    public bool IsClosed(long slot) => slot <= _closedThrough;

    /// <summary>The records of a slot, opened when it is not open yet. Throws when it <see cref="IsClosed"/>.</summary>
    public RecordList<T> Open(long slot)
    {
        if (slot <= _closedThrough) { ThrowClosed(slot); }
        var at = IndexOf(slot);
        if (at >= 0) { return _open[at].Records; }
        var entry = _idle.TryPop(out var idle) ? idle : new Entry();
        entry.Slot = slot;
        entry.Position = _position;
        entry.Records.Clear();
        _open.Insert(~at, entry);
        return entry.Records;
    }

    /// <summary>The records of a slot in the window.</summary>
    public bool TryGet(long slot, [NotNullWhen(true)] out RecordList<T>? records)
    {
        var at = IndexOf(slot);
        records = at >= 0 ? _open[at].Records : null;
        return at >= 0;
    }

    /// <summary>Slot and records by age, 0 being the oldest open slot.</summary>
    public (long Slot, RecordList<T> Records) this[int index] => (_open[index].Slot, _open[index].Records);

    void IReplayableStore.Begin(long position) => _position = position;

    void IReplayableStore.Advance(long streamTime)
    {
        _closedThrough = Math.Max(_closedThrough, streamTime - Slots);
        var closed = 0;
        while (closed < _open.Count && _open[closed].Slot <= _closedThrough) { _idle.Push(_open[closed++]); }
        _open.RemoveRange(0, closed);
    }

    private int IndexOf(long slot)
    {
        int low = 0, high = _open.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (_open[middle].Slot == slot) { return middle; }
            if (_open[middle].Slot < slot) { low = middle + 1; } else { high = middle - 1; }
        }

        return ~low;
    }

    [DoesNotReturn]
    private void ThrowClosed(long slot) =>
        throw new InvalidOperationException($"Slot {slot} has left the window {Name}, which is closed through {_closedThrough}.");

    private sealed class Entry
    {
        public readonly RecordList<T> Records = new();
        public long Slot, Position;
    }
}
