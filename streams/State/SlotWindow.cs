namespace Sluice.Streams;

/// <summary>Replayable state without records: says how far back what a processor holds itself reaches.</summary>
/// <remarks>
/// A processor that remembers recent slots in its own way opens each slot that it takes. The window holds the slots above
/// stream time − <see cref="Slots"/>, and the task commits the position at which the oldest of them began, so that a restart gives
/// the processor the same slots again. What comes of slots that were answered before is not published again.
/// </remarks>
public sealed class SlotWindow : IReplayableStore
{
    private readonly List<WindowStart> _open = []; // in order of opening
    private long _position;

    internal SlotWindow(string name, int slots)
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
            // Slots may have opened out of order; the earliest position covers all, and that is the first opened.
            return _open.Count == 0 ? null : _open[0];
        }
    }

    /// <summary>Notes that the processor holds something of this slot, which came with the current batch.</summary>
    public void Open(long slot)
    {
        foreach (var open in _open)
        {
            if (open.Slot == slot) { return; }
        }

        _open.Add(new WindowStart(_position, slot));
    }

    void IReplayableStore.Begin(long position) => _position = position;

    void IReplayableStore.Advance(long streamTime)
    {
        for (var i = _open.Count - 1; i >= 0; i--)
        {
            if (_open[i].Slot <= streamTime - Slots) { _open.RemoveAt(i); }
        }
    }
}
