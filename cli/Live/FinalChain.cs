using Sluice.Ingest.Live;
using Sluice.Schemas.Chain;

namespace Sluice.Cli.Live;

/// <summary>The chain as it is after a comparison: our blocks but where it shows others.</summary>
internal sealed class FinalChain
{
    private const ulong GroupSlots = 4;

    private readonly SortedList<ulong, Pubkey> _blocks = [];
    private readonly ChainComparison _comparison;
    private readonly ChainLedger _ledger;

    public FinalChain(ChainLedger ledger, ChainComparison comparison)
    {
        (_ledger, _comparison) = (ledger, comparison);
        foreach (var slot in ledger.Slots(0, comparison.UpTo))
        {
            if (ledger.TryGet(slot, out var header)) { _blocks[slot] = header.Blockhash; }
        }

        foreach (var change in Known)
        {
            if (change.Final is { } header) { _blocks[change.Slot] = header.Blockhash; } else { _blocks.Remove(change.Slot); }
        }
    }

    /// <summary>The changes of which the finalized block is known, or known not to be; what no endpoint gives stays as it is.</summary>
    public IEnumerable<ChainChange> Known => _comparison.Changes.Where(static c => c.Missed is null);

    /// <summary>Hash of the block of a slot that has one.</summary>
    public Pubkey HashOf(ulong slot) => _blocks[slot];

    /// <summary>Whether a block of this slot and hash is on the chain.</summary>
    public bool Holds(long slot, Pubkey hash) => _blocks.TryGetValue((ulong)slot, out var known) && known == hash;

    /// <summary>Slots with a block in a range, both ends included, ascending.</summary>
    public List<ulong> Slots(ulong first, ulong last) => [.. _blocks.Keys.SkipWhile(s => s < first).TakeWhile(s => s <= last)];

    /// <summary>The first slot with a block behind a slot.</summary>
    public ulong? Next(ulong slot)
    {
        foreach (var key in _blocks.Keys)
        {
            if (key > slot) { return key; }
        }

        return null;
    }

    /// <summary>
    /// First and last slots of the runs of leader groups whose findings may change: those of the changed slots with their neighbours, and of the blocks before and
    /// after each, on the chain as it was and as it is.
    /// </summary>
    public List<(ulong First, ulong Last)> AffectedRanges()
    {
        var groups = new SortedSet<ulong>();
        foreach (var change in Known)
        {
            // What a group's window shows may belong to the slot before or after it.
            for (var group = change.Slot / GroupSlots; group <= (change.Slot / GroupSlots) + 2; group++) { if (group > 0) { groups.Add(group - 1); } }
            foreach (var slots in new[] { _blocks.Keys, (IEnumerable<ulong>)_ledger.Slots(0, _comparison.UpTo) })
            {
                ulong? before = null;
                foreach (var slot in slots)
                {
                    if (slot < change.Slot) { before = slot; }
                    if (slot > change.Slot)
                    {
                        groups.Add(slot / GroupSlots);
                        break;
                    }
                }

                if (before is { } known) { groups.Add(known / GroupSlots); }
            }
        }

        var ranges = new List<(ulong First, ulong Last)>();
        foreach (var group in groups)
        {
            var (first, last) = (group * GroupSlots, (group * GroupSlots) + GroupSlots - 1);
            if (ranges.Count > 0 && ranges[^1].Last + (2 * GroupSlots) >= first) { ranges[^1] = (ranges[^1].First, last); } else { ranges.Add((first, last)); }
        }

        return ranges;
    }
}
