using Sluice.Ingest.Live;
using Sluice.Schemas.Chain;

namespace Sluice.Cli.Live;

/// <summary>The chain as it is after a comparison: our blocks but where it shows others.</summary>
internal sealed class FinalChain
{
    /// <summary>Slots of a leader group.</summary>
    public const ulong GroupSlots = 4;

    private readonly List<ulong> _ours;
    private readonly SortedList<ulong, Pubkey> _blocks = [];

    public FinalChain(ChainLedger ledger, ChainComparison comparison)
    {
        _ours = ledger.Slots(0, comparison.UpTo);
        foreach (var slot in _ours)
        {
            if (ledger.TryGet(slot, out var header)) { _blocks.Add(slot, header.Blockhash); }
        }

        foreach (var change in comparison.Changes)
        {
            // What no endpoint gives stays as it is.
            if (change.Missed is not null) { continue; }
            if (change.Final is { } header) { _blocks[change.Slot] = header.Blockhash; } else { _blocks.Remove(change.Slot); }
        }
    }

    /// <summary>Hash of the block of a slot that has one.</summary>
    public Pubkey HashOf(ulong slot) => _blocks[slot];

    /// <summary>Whether a block of this slot and hash is on the chain.</summary>
    public bool Holds(long slot, Pubkey hash) => _blocks.TryGetValue((ulong)slot, out var known) && known == hash;

    /// <summary>Slots with a block in a range, both ends included, ascending.</summary>
    public List<ulong> Slots(ulong first, ulong last)
    {
        var slots = new List<ulong>();
        for (var i = CountBefore(_blocks.Keys, first); i < _blocks.Count && _blocks.Keys[i] <= last; i++) { slots.Add(_blocks.Keys[i]); }
        return slots;
    }

    /// <summary>The first slot with a block behind a slot.</summary>
    public ulong? Next(ulong slot) => After(_blocks.Keys, slot);

    /// <summary>
    /// Leader groups whose findings a change may change: that of the slot with its neighbours, and those of the blocks before and after it, on the chain as it was
    /// and as it is.
    /// </summary>
    public SortedSet<ulong> GroupsAround(ulong changed)
    {
        var groups = new SortedSet<ulong>();

        // What a group's window shows may belong to the slot before or after it.
        for (var group = changed / GroupSlots; group <= (changed / GroupSlots) + 2; group++) { if (group > 0) { groups.Add(group - 1); } }
        foreach (var slots in new[] { _blocks.Keys, _ours })
        {
            if (CountBefore(slots, changed) is var before and > 0) { groups.Add(slots[before - 1] / GroupSlots); }
            if (After(slots, changed) is { } after) { groups.Add(after / GroupSlots); }
        }

        return groups;
    }

    private static ulong? After(IList<ulong> slots, ulong slot) => CountBefore(slots, slot + 1) is var index && index < slots.Count ? slots[index] : null;

    private static int CountBefore(IList<ulong> slots, ulong slot)
    {
        var (low, high) = (0, slots.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (slots[middle] < slot) { low = middle + 1; } else { high = middle; }
        }

        return low;
    }
}
