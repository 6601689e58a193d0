using Sluice.Ingest.Live;
using Sluice.Schemas.Records;
using Sluice.Sinks.Writing;

namespace Sluice.Cli.Live;

/// <summary>Writes down each slot whose block was not there at once, or not rightly. Safe for concurrent use.</summary>
internal sealed class GapBook(StoreWriter writer, LivePosition position, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly List<(ulong First, ulong Last)> _open = [];
    private GapRow _row;

    /// <summary>A block that lists or pushes left out was fetched by the chain of parents.</summary>
    public void BackFilled(ulong slot) => Write(slot, slot, GapKind.BackFilled, "left out by lists and pushes; fetched as the parent of a later block", null, null);

    /// <summary>No endpoint gave a block; the finalized chain will be asked for it again.</summary>
    public void Missed(ulong first, ulong last, string why)
    {
        lock (_gate) { _open.Add((first, last)); }
        Write(first, last, GapKind.Missed, why, null, null);
    }

    /// <summary>What a comparison with the finalized chain has shown and mended.</summary>
    public void Settled(ChainComparison comparison)
    {
        foreach (var change in comparison.Changes)
        {
            switch (change)
            {
                case { Missed: { } why }:
                    Write(change.Slot, change.Slot, GapKind.Missed, why, null, change.Ours);
                    break;
                case { Final: { } final, Ours: null }:
                    Write(change.Slot, change.Slot, GapKind.BackFilled, "not among the confirmed blocks; found when finalized", final, null);
                    break;
                case { Final: { } final }:
                    Write(change.Slot, change.Slot, GapKind.Replaced, "another block was confirmed first", final, change.Ours);
                    break;
                default:
                    Write(change.Slot, change.Slot, GapKind.Orphaned, "confirmed, and not on the finalized chain", null, change.Ours);
                    break;
            }
        }

        (ulong First, ulong Last)[] filled;
        lock (_gate)
        {
            filled = [.. _open.Where(o => o.Last <= comparison.UpTo)];
            _open.RemoveAll(o => o.Last <= comparison.UpTo);
        }

        foreach (var (first, last) in filled)
        {
            // Slots that had a block stand in the table themselves.
            if (comparison.Changes.Any(c => c.Slot >= first && c.Slot <= last && (c.Missed is not null || c.Slot == first))) { continue; }
            Write(first, last, GapKind.BackFilled, "no endpoint gave it at first; there, or known to be skipped, when finalized", null, null);
        }
    }

    private void Write(ulong first, ulong last, GapKind kind, string reason, BlockHeader? now, BlockHeader? before)
    {
        lock (_gate)
        {
            _row.Slot = (long)first;
            _row.LastSlot = (long)last;
            _row.Kind = kind;
            _row.Reason = reason;
            _row.Blockhash = now?.Blockhash;
            _row.FormerBlockhash = before?.Blockhash;
            _row.NoticedUnixMs = time.GetUtcNow().ToUnixTimeMilliseconds();
            writer.Append(in _row);
        }

        position.NoteGap(kind, (long)(last - first + 1));
    }
}
