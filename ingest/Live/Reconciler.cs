using Sluice.Ingest.Rpc;

namespace Sluice.Ingest.Live;

/// <summary>A slot of which the pipeline has not what was finalized.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Final">The finalized block; null where there is none, or none that an endpoint gives.</param>
/// <param name="Ours">The block that went through the pipeline; null where there was none.</param>
/// <param name="Missed">Why no endpoint gives the finalized block; null otherwise.</param>
public readonly record struct ChainChange(ulong Slot, BlockHeader? Final, BlockHeader? Ours, string? Missed);

/// <summary>What a comparison with the finalized chain has shown.</summary>
/// <param name="UpTo">Finalized slot with a block, up to which was compared.</param>
/// <param name="Changes">Slots that differ, ascending.</param>
public sealed record ChainComparison(ulong UpTo, IReadOnlyList<ChainChange> Changes);

/// <summary>Compares what went through the pipeline with the finalized chain.</summary>
/// <remarks>
/// Steps: ask for the newest finalized slots and the header of the last of them; walk from there to the parent, and so on. Where our block has the hash that is
/// asked for, its own header names the parent, so that a chain that agrees takes one header, however long it is; where it has not, the finalized header
/// is fetched. What of ours lies between a block and its parent is not on the chain. Whatever is behind, one comparison covers a bounded number of slots.
/// </remarks>
/// <param name="chain">Asks nodes at "finalized".</param>
/// <param name="ledger">What went through the pipeline.</param>
public sealed class Reconciler(ChainClient chain, ChainLedger ledger)
{
    /// <summary>Slots that the pipeline must be ahead: detectors may still have the leader group open that a block belongs to.</summary>
    public const ulong Margin = 16;

    /// <summary>Slots that one comparison covers, unless none of them has a block.</summary>
    public const ulong MostSlots = 512;

    /// <summary>Rounds over all endpoints in which a finalized header is asked for, before it is missed.</summary>
    public const int TriesPerBlock = 8;

    private const ulong ListSlots = 256;

    private readonly Dictionary<ulong, int> _tries = [];

    /// <summary>Finalized headers behind the last slot that agrees: what was compared and could not be settled yet is not asked for again.</summary>
    private readonly Dictionary<ulong, BlockHeader> _headers = [];

    /// <summary>The newest finalized slot that nodes told.</summary>
    public ulong? Finalized { get; private set; }

    /// <summary>Is told of a finalized block whose header no endpoint gives: slot, rounds so far, what the last endpoint said.</summary>
    public Action<ulong, int, string>? NotGiven { get; init; }

    /// <summary>Compares from behind a slot on; null where there is nothing to compare yet, or where nodes contradict each other, which time mends.</summary>
    /// <param name="verified">Slot up to which everything agrees already.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="RpcException">No endpoint answered; try again later.</exception>
    public async Task<ChainComparison?> CompareAsync(ulong verified, CancellationToken cancel)
    {
        var root = await chain.GetSlotAsync(cancel).ConfigureAwait(false);
        Finalized = Math.Max(Finalized ?? 0, root);
        var limit = Math.Min(root, ledger.Position is { } newest && newest > Margin ? newest - Margin : 0);
        var list = await NextBlocksAsync(verified, limit, cancel).ConfigureAwait(false);
        if (list.Count == 0) { return null; }
        foreach (var slot in _headers.Keys.Where(s => s <= verified).ToArray()) { _headers.Remove(slot); }
        if (await WalkAsync(verified, list, cancel).ConfigureAwait(false) is { } changes) { return new ChainComparison(list[^1], changes); }

        // One of those that contradict each other may be among the headers that are kept.
        _headers.Clear();
        return null;
    }

    /// <summary>The last finalized slots with a block of the stretch that is compared next; none where there is nothing to compare.</summary>
    private async Task<List<ulong>> NextBlocksAsync(ulong verified, ulong limit, CancellationToken cancel)
    {
        var list = new List<ulong>();
        for (var target = verified; list.Count == 0 && target < limit;)
        {
            var first = target + 1;
            target = Math.Min(limit, target + MostSlots);
            list = await chain.GetBlocksAsync(Math.Max(first, target > ListSlots ? target - ListSlots : 0), target, cancel).ConfigureAwait(false);
        }

        return list;
    }

    /// <summary>From the last block of the list to the slot that agrees already; the changes on the way, or null where nodes contradict each other or do not give a block.</summary>
    private async Task<List<ChainChange>?> WalkAsync(ulong verified, List<ulong> list, CancellationToken cancel)
    {
        var changes = new List<ChainChange>();
        var (slot, hash) = (list[^1], default(Schemas.Chain.Pubkey?));
        while (slot > verified)
        {
            BlockHeader? ours = ledger.TryGet(slot, out var known) ? known : null;
            BlockHeader header;
            if (hash is { } expected && ours is { } own && own.Blockhash == expected)
            {
                header = own;
            }
            else
            {
                var (final, missed) = await HeaderAsync(slot, cancel).ConfigureAwait(false);
                if (final is null && missed is null) { return null; }
                if (final is null)
                {
                    // Its parent is not known either: the list must tell where the chain goes on.
                    changes.Add(new ChainChange(slot, null, ours, missed));
                    var before = await chain.GetBlocksAsync(verified + 1, slot - 1, cancel).ConfigureAwait(false);
                    AddOrphans(changes, before.Count == 0 ? verified : before[^1], slot);
                    if (before.Count == 0) { break; }
                    (slot, hash) = (before[^1], null);
                    continue;
                }

                header = final.Value;
                if (hash is { } asked && asked != header.Blockhash) { return null; }
                if (ours?.Blockhash != header.Blockhash) { changes.Add(new ChainChange(slot, header, ours, null)); }
            }

            if (header.ParentSlot >= slot) { return null; }
            AddOrphans(changes, Math.Max(header.ParentSlot, verified), slot);
            (slot, hash) = (header.ParentSlot, header.PreviousBlockhash);
        }

        changes.Sort(static (a, b) => a.Slot.CompareTo(b.Slot));
        return changes;
    }

    /// <summary>Our blocks between two neighbours of the finalized chain.</summary>
    private void AddOrphans(List<ChainChange> changes, ulong parent, ulong slot)
    {
        if (slot <= parent + 1) { return; }
        foreach (var orphan in ledger.Slots(parent + 1, slot - 1))
        {
            if (ledger.TryGet(orphan, out var ours)) { changes.Add(new ChainChange(orphan, null, ours, null)); }
        }
    }

    /// <summary>The header, or why it is missed; neither where it is worth another try later.</summary>
    private async Task<(BlockHeader? Header, string? Missed)> HeaderAsync(ulong slot, CancellationToken cancel)
    {
        if (_headers.TryGetValue(slot, out var kept)) { return (kept, null); }
        try
        {
            var header = await chain.GetHeaderAsync(slot, cancel).ConfigureAwait(false);
            _tries.Remove(slot);
            _headers[slot] = header;
            return (header, null);
        }
        catch (RpcException e) when (e.Fault is RpcFault.NotThere or RpcFault.BadReply or RpcFault.Gone)
        {
            var tries = _tries[slot] = e.Fault == RpcFault.Gone ? TriesPerBlock : _tries.GetValueOrDefault(slot) + 1;
            NotGiven?.Invoke(slot, tries, e.Message);
            if (tries < TriesPerBlock) { return default; }
            _tries.Remove(slot);
            return (null, e.Message);
        }
    }
}
