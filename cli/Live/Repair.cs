using Sluice.Cli.Replay;
using Sluice.Ingest.Live;
using Sluice.Ingest.Rpc;
using Sluice.Sinks;
using Sluice.Sinks.Writing;

namespace Sluice.Cli.Live;

/// <summary>Puts the finalized blocks in the place of those that went through the pipeline: their rows are replaced, their findings retracted and made again.</summary>
/// <remarks>
/// A finding may depend on its leader group and the block before and after it. So the groups of a changed slot and of its neighbours are read again with
/// what surrounds them, by topologies of their own. Steps, each of which can be repeated after a crash, since the slots count as compared only after the last:
/// detect; retract what is not found any more; take the changed blocks out, and what was found in the groups; store them anew. Blocks that are the same stay: only that
/// behind a changed one is stored anew too, since it says how it follows its parent.
/// </remarks>
/// <param name="store">Has the rows.</param>
/// <param name="writer">Writes them.</param>
/// <param name="chain">Asks nodes at "finalized".</param>
/// <param name="ledger">What went through the pipeline; is brought up to date.</param>
/// <param name="findings">Is told of what is retracted, then of what is new.</param>
/// <param name="outage">Is told of blocks that nodes do not give.</param>
internal sealed class Repair(IClickHouse store, StoreWriter writer, ChainClient chain, ChainLedger ledger, IFindings? findings, Outage outage)
{
    /// <summary>Slots that are read before the groups, so that the block before the first one is among them.</summary>
    private const ulong Before = 8;

    /// <summary>Slots that are read after the groups, and one block more: the window of the group behind may show what belongs to the last one.</summary>
    private const ulong After = 4;

    /// <summary>Blocks that are asked for at once.</summary>
    private const int AtOnce = 6;

    /// <summary>Rounds in which endpoints answer not to have a block that it takes, before it is given up.</summary>
    private const int MostTries = 8;

    private readonly RepairReader _reader = new();
    private int _tries;

    /// <summary>What a repair has changed.</summary>
    /// <param name="Retracted">Findings that hold no more.</param>
    /// <param name="Made">Findings that are new.</param>
    /// <param name="Settled">What is mended now.</param>
    /// <param name="Rest">What is still to be mended.</param>
    public sealed record Outcome(int Retracted, int Made, ChainComparison Settled, ChainComparison Rest);

    /// <summary>Repairs the first changes of a comparison; null, with nothing done, where the block behind the last leader group is not finalized yet.</summary>
    /// <param name="comparison">What differs.</param>
    /// <param name="certain">Is told what is replaced, and what stays because no endpoint gives it any more, when everything is there that it takes and before anything is replaced.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="RpcException">A block cannot be had now; try again later.</exception>
    public async Task<Outcome?> TryAsync(ChainComparison comparison, Action<ChainComparison> certain, CancellationToken cancel)
    {
        var final = new FinalChain(ledger, comparison);
        var step = RepairStep.FirstOf(comparison, final);
        if (step.Ranges.Count > 0 && final.Next(step.Ranges[^1].Last + After) is null) { return null; }
        var rewritten = RewrittenBy(step.Settles, final);
        var missed = new List<(ulong First, ulong Last, string Why)>();
        var runs = new List<RepairRun>(step.Ranges.Count);
        try
        {
            foreach (var (first, last) in step.Ranges)
            {
                var run = new RepairRun(_reader, first, last, rewritten, final.Holds);
                runs.Add(run);
                try
                {
                    await DetectAsync(run, final, cancel).ConfigureAwait(false);
                }
                catch (RpcException e) when (e.Fault is RpcFault.NotThere or RpcFault.BadReply or RpcFault.Gone)
                {
                    _tries = e.Fault == RpcFault.Gone ? MostTries : _tries + 1;
                    outage.TellNotGiven(first, last, _tries, MostTries, e.Message);
                    if (_tries < MostTries) { throw; }
                    missed.Add((first, last, e.Message));
                    runs.Remove(run);
                    await run.DisposeAsync().ConfigureAwait(false);
                }
            }

            // Nothing more is asked for. What is written down first is there whatever happens next.
            _tries = 0;
            var settled = Without(step.Settles, missed);
            certain(settled);
            await writer.FlushAsync(cancel).ConfigureAwait(false);
            var (retracted, made) = await ReplaceAsync(settled, runs, rewritten, cancel).ConfigureAwait(false);
            foreach (var change in Known(settled))
            {
                if (change.Final is { } header) { ledger.Restore(change.Slot, in header); } else { ledger.Remove(change.Slot); }
            }

            return new Outcome(retracted, made, settled, step.Rest);
        }
        finally
        {
            foreach (var run in runs) { await run.DisposeAsync().ConfigureAwait(false); }
        }
    }

    /// <summary>The changes of which the finalized block is known, or known not to be.</summary>
    private static IEnumerable<ChainChange> Known(ChainComparison comparison) => comparison.Changes.Where(static c => c.Missed is null);

    /// <summary>Slots whose own rows change: those that differ, and the next block behind each, which says how it follows its parent.</summary>
    private static SortedSet<ulong> RewrittenBy(ChainComparison comparison, FinalChain final)
    {
        var slots = new SortedSet<ulong>();
        foreach (var change in Known(comparison))
        {
            slots.Add(change.Slot);
            if (final.Next(change.Slot) is { } next) { slots.Add(next); }
        }

        return slots;
    }

    /// <summary>The comparison, with what no endpoint gives any more as missed: it stays as it is, and is written down.</summary>
    private static ChainComparison Without(ChainComparison comparison, List<(ulong First, ulong Last, string Why)> missed)
    {
        if (missed.Count == 0) { return comparison; }
        var changes = comparison.Changes.Select(c => missed.Find(m => c.Slot >= m.First && c.Slot <= m.Last).Why is { } why ? c with { Final = null, Missed = why } : c);
        return comparison with { Changes = [.. changes] };
    }

    private async Task DetectAsync(RepairRun run, FinalChain final, CancellationToken cancel)
    {
        var slots = final.Slots(run.First > Before ? run.First - Before : 0, run.Last);
        for (var next = final.Next(run.Last); next is { } after; next = final.Next(after))
        {
            slots.Add(after);
            if (after > run.Last + After) { break; }
        }

        run.Start();
        await BlocksAhead.ReadAsync(
            chain,
            slots,
            AtOnce,
            async (slot, reply, token) =>
            {
                using var body = new RpcBlockBody(reply, slot);
                await run.ReadAsync(body, slot, final.HashOf(slot), token).ConfigureAwait(false);
            },
            cancel).ConfigureAwait(false);
        await run.EndAsync(cancel).ConfigureAwait(false);
    }

    private async Task<(int Retracted, int Made)> ReplaceAsync(
        ChainComparison settled, List<RepairRun> runs, SortedSet<ulong> rewritten, CancellationToken cancel)
    {
        // A finding may only have moved, since forks have the same transactions at other places.
        (ulong First, ulong Last)[] ranges = [.. runs.Select(r => (r.First, r.Last))];
        var before = await StoredFindings.LoadAsync(store, ranges, cancel).ConfigureAwait(false);
        var now = runs.SelectMany(r => r.Ids()).ToHashSet();
        var gone = before.Where(f => !now.Contains((f.Table, f.Id))).ToArray();
        await StoredFindings.RetractAsync(store, gone, cancel).ConfigureAwait(false);
        foreach (var change in Known(settled))
        {
            if (change.Ours is { } ours) { findings?.Withdraw((long)change.Slot, ours.Blockhash); }
        }

        foreach (var finding in gone) { findings?.Retract(new Retraction(finding.Table, finding.Id, (long)finding.Slot, finding.RuleVersion)); }
        var known = before.Select(f => (f.Table, f.Id)).ToHashSet();

        // The blocks first: a process that ends in the middle of it misses them when it is started again, and begins anew.
        await StoredChain.RemoveAsync(store, rewritten.Where(s => Array.Exists(ranges, r => s >= r.First && s <= r.Last)), cancel).ConfigureAwait(false);
        await StoredFindings.RemoveAsync(store, ranges, cancel).ConfigureAwait(false);
        var made = 0;
        foreach (var run in runs) { made += await run.WriteAsync(writer, known, findings, cancel).ConfigureAwait(false); }
        await writer.FlushAsync(cancel).ConfigureAwait(false);
        return (gone.Length, made);
    }
}
