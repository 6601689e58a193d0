namespace Sluice.Lab.Faults;

/// <summary>The simulated chain as a reader gets it: blocks that come twice, late, out of order or never, and blocks of forks.</summary>
/// <remarks>
/// The same simulator options and the same faults give the same deliveries. When a fork ends, the true blocks of its slots are sent,
/// oldest first; they may get lost on the way too. <see cref="TryFetch"/> is what a reader has besides: the block of a slot as it is seen now.
/// After the last slot, what is on its way still arrives.
/// </remarks>
public sealed class FaultyStream(Simulator simulator, FaultOptions options)
{
    private readonly FaultPlan _plan = new(options);
    private readonly ForkingChain _chain = new(simulator, new FaultPlan(options));
    private readonly DeliveryQueue _queue = new(new FaultPlan(options));
    private readonly Dictionary<ulong, ChainSlot> _slots = [];
    private readonly List<ChainSlot> _forked = [];
    private bool _ended;

    /// <summary>Slot that the chain has come to.</summary>
    public ulong Now { get; private set; }

    /// <summary>Slots that are kept for <see cref="TryFetch"/>; older ones are forgotten. None by default.</summary>
    public int Keep { get; init; } = int.MaxValue;

    /// <summary>Goes one slot on.</summary>
    /// <param name="arrived">Gets what arrived in that slot, in the order of arrival; it is emptied first.</param>
    /// <returns>False when the chain has ended and nothing is on its way any more.</returns>
    public bool TryNext(List<Delivery> arrived)
    {
        arrived.Clear();
        if (!_ended && _chain.TryNext(out var slot))
        {
            Now = slot.Slot;
            EndForks();
            _slots[slot.Slot] = slot;
            if (_slots.Count > Keep) { _slots.Remove(Now - (ulong)Keep); }
            if (slot.Fork is not null) { _forked.Add(slot); }
            if (slot.SeenAt(Now) is { } seen) { _queue.Send(seen, Now); }
        }
        else
        {
            _ended = true;
            if (_queue.Count == 0 && _forked.Count == 0) { return false; }
            Now++;
            EndForks();
        }

        while (_queue.TryTake(Now, out var delivery)) { arrived.Add(delivery); }
        return true;
    }

    /// <summary>The block of a slot as it is seen now.</summary>
    /// <param name="isSkipped">Whether the slot is known to have none.</param>
    /// <returns>Null also where the block cannot be fetched yet.</returns>
    public ChainBlock? TryFetch(ulong slot, out bool isSkipped)
    {
        isSkipped = false;
        if (!_slots.TryGetValue(slot, out var known) || slot + (ulong)_plan.HiddenFor(slot) > Now) { return null; }
        isSkipped = known.Block is null;
        return known.SeenAt(Now);
    }

    private void EndForks()
    {
        var ended = 0;
        while (ended < _forked.Count && _forked[ended].ForkEnd <= Now) { _queue.Send(_forked[ended++].Block!, Now); }
        _forked.RemoveRange(0, ended);
    }
}
