namespace Sluice.Ingest.Live;

/// <summary>The blocks that went through the pipeline, as far back as they may still be replaced. Safe for concurrent use.</summary>
public sealed class ChainLedger
{
    private readonly Lock _gate = new();
    private readonly SortedList<ulong, BlockHeader> _blocks = [];

    private ulong? _position;

    /// <summary>The newest slot that went through the pipeline in this run; null before there is one.</summary>
    public ulong? Position
    {
        get { lock (_gate) { return _position; } }
    }

    /// <summary>The oldest slot that is kept; null before there is one.</summary>
    public ulong? Oldest
    {
        get { lock (_gate) { return _blocks.Count == 0 ? null : _blocks.Keys[0]; } }
    }

    /// <summary>Enters a block that went through the pipeline, in place of another one of the slot.</summary>
    public void Enter(ulong slot, in BlockHeader header)
    {
        lock (_gate)
        {
            _blocks[slot] = header;
            _position = Math.Max(_position ?? 0, slot);
        }
    }

    /// <summary>Enters a block of an earlier run, or one that took another's place later.</summary>
    public void Restore(ulong slot, in BlockHeader header)
    {
        lock (_gate) { _blocks[slot] = header; }
    }

    public void Remove(ulong slot)
    {
        lock (_gate) { _blocks.Remove(slot); }
    }

    /// <summary>Forgets the blocks before a slot.</summary>
    public void ForgetBefore(ulong slot)
    {
        lock (_gate)
        {
            var count = CountBefore(slot);
            for (var i = count - 1; i >= 0; i--) { _blocks.RemoveAt(i); }
        }
    }

    public bool TryGet(ulong slot, out BlockHeader header)
    {
        lock (_gate) { return _blocks.TryGetValue(slot, out header); }
    }

    /// <summary>Slots that have a block, from the first to the last of a range, both included, ascending.</summary>
    public List<ulong> Slots(ulong first, ulong last)
    {
        lock (_gate)
        {
            var slots = new List<ulong>();
            for (var i = CountBefore(first); i < _blocks.Count && _blocks.Keys[i] <= last; i++) { slots.Add(_blocks.Keys[i]); }
            return slots;
        }
    }

    private int CountBefore(ulong slot)
    {
        var (low, high) = (0, _blocks.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_blocks.Keys[middle] < slot) { low = middle + 1; } else { high = middle; }
        }

        return low;
    }
}
