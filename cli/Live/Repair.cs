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
/// detect; retract what is not found any more; take the blocks out; store them anew.
/// </remarks>
/// <param name="store">Has the rows.</param>
/// <param name="writer">Writes them.</param>
/// <param name="chain">Asks nodes at "finalized".</param>
/// <param name="ledger">What went through the pipeline; is brought up to date.</param>
/// <param name="findings">Is told of what is retracted, then of what is new.</param>
internal sealed class Repair(IClickHouse store, StoreWriter writer, ChainClient chain, ChainLedger ledger, IFindings? findings)
{
    /// <summary>Slots that are read before the groups, so that the block before the first one is among them.</summary>
    private const ulong Before = 8;

    /// <summary>Slots that are read after the groups, and one block more: the window of the group behind may show what belongs to the last one.</summary>
    private const ulong After = 4;

    /// <summary>Blocks that are asked for at once.</summary>
    private const int AtOnce = 6;

    /// <summary>Rounds in which endpoints answer not to have a block that it takes, before it is given up.</summary>
    private const int MostTries = 8;

    private int _tries;

    /// <summary>What a repair has changed.</summary>
    /// <param name="Retracted">Findings that hold no more.</param>
    /// <param name="Made">Findings that are new.</param>
    public readonly record struct Outcome(int Retracted, int Made);

    /// <summary>Repairs; false, with nothing done, where the block behind the last leader group is not finalized yet.</summary>
    /// <param name="comparison">What differs.</param>
    /// <param name="certain">Is told what is replaced, and what stays because no endpoint gives it any more, when everything is there that it takes and before anything is replaced.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="RpcException">A block cannot be had now; try again later.</exception>
    public async Task<Outcome?> TryAsync(ChainComparison comparison, Action<ChainComparison> certain, CancellationToken cancel)
    {
        var final = new FinalChain(ledger, comparison);
        var ranges = final.AffectedRanges();
        var missed = new List<(ulong First, ulong Last, string Why)>();
        if (ranges.Count > 0 && final.Next(ranges[^1].Last + After) is null) { return null; }
        var runs = new List<RepairRun>(ranges.Count);
        var outcome = default(Outcome);
        try
        {
            foreach (var (first, last) in ranges)
            {
                try
                {
                    runs.Add(await DetectAsync(final, first, last, cancel).ConfigureAwait(false));
                }
                catch (RpcException e) when (e.Fault is RpcFault.NotThere or RpcFault.BadReply && ++_tries >= MostTries)
                {
                    missed.Add((first, last, e.Message));
                }
            }

            // Nothing more is asked for. What is written down first is there whatever happens next.
            _tries = 0;
            comparison = Without(comparison, missed);
            final = new FinalChain(ledger, comparison);
            certain(comparison);
            await writer.FlushAsync(cancel).ConfigureAwait(false);
            outcome = await ReplaceAsync(final, runs, cancel).ConfigureAwait(false);
        }
        finally
        {
            foreach (var run in runs) { run.Dispose(); }
        }

        foreach (var change in final.Known)
        {
            if (change.Final is { } header) { ledger.Restore(change.Slot, in header); } else { ledger.Remove(change.Slot); }
        }

        return outcome;
    }

    /// <summary>The comparison, with what no endpoint gives any more as missed: it stays as it is, and is written down.</summary>
    private static ChainComparison Without(ChainComparison comparison, List<(ulong First, ulong Last, string Why)> missed)
    {
        if (missed.Count == 0) { return comparison; }
        var changes = comparison.Changes.Select(c => missed.Find(m => c.Slot >= m.First && c.Slot <= m.Last).Why is { } why ? c with { Final = null, Missed = why } : c);
        return comparison with { Changes = [.. changes] };
    }

    private async Task<RepairRun> DetectAsync(FinalChain final, ulong first, ulong last, CancellationToken cancel)
    {
        var slots = final.Slots(first > Before ? first - Before : 0, last);
        for (var next = final.Next(last); next is { } after; next = final.Next(after))
        {
            slots.Add(after);
            if (after > last + After) { break; }
        }

        var run = new RepairRun(first, last, final.Holds);
        foreach (var some in slots.Chunk(AtOnce))
        {
            var bodies = await Task.WhenAll(some.Select(slot => chain.GetBlockAsync(slot, cancel))).ConfigureAwait(false);
            for (var i = 0; i < some.Length; i++)
            {
                using var body = new RpcBlockBody(bodies[i], some[i]);
                run.Read(body, some[i], final.HashOf(some[i]));
            }
        }

        await run.DetectAsync(cancel).ConfigureAwait(false);
        return run;
    }

    private async Task<Outcome> ReplaceAsync(FinalChain final, List<RepairRun> runs, CancellationToken cancel)
    {
        // A finding may only have moved, since forks have the same transactions at other places.
        var before = new List<StoredFinding>();
        foreach (var run in runs) { before.AddRange(await StoredFindings.LoadAsync(store, run.First, run.Last, cancel).ConfigureAwait(false)); }
        var now = runs.SelectMany(r => r.Ids()).ToHashSet();
        var gone = before.Where(f => !now.Contains((f.Table, f.Id))).ToArray();
        await StoredFindings.RetractAsync(store, gone, cancel).ConfigureAwait(false);
        foreach (var change in final.Known)
        {
            if (change.Ours is { } ours) { findings?.Withdraw((long)change.Slot, ours.Blockhash); }
        }

        foreach (var finding in gone) { findings?.Retract(new Retraction(finding.Table, finding.Id, (long)finding.Slot, finding.RuleVersion)); }
        var known = before.Select(f => (f.Table, f.Id)).ToHashSet();
        var made = 0;
        foreach (var run in runs)
        {
            await StoredFindings.RemoveAsync(store, run.First, run.Last, cancel).ConfigureAwait(false);
            await StoredChain.RemoveAsync(store, ledger.Slots(run.First, run.Last).Union(final.Slots(run.First, run.Last)), cancel).ConfigureAwait(false);
            made += await run.WriteAsync(writer, known, findings, cancel).ConfigureAwait(false);
        }

        await writer.FlushAsync(cancel).ConfigureAwait(false);
        return new Outcome(gone.Length, made);
    }
}
