using System.Collections.Concurrent;
using Sluice.Schemas.Records;
using Sluice.Sinks.Rows;
using Sluice.Sinks.Writing;
using Sluice.Streams;

namespace Sluice.Cli.Replay;

/// <summary>What is to become of a block in the store.</summary>
internal enum StorePlan
{
    /// <summary>Its rows are new.</summary>
    Write,

    /// <summary>The slot's stored rows are outdated and go first.</summary>
    Replace,

    /// <summary>This very block is stored already.</summary>
    Skip,
}

/// <summary>Everything of a run that goes to the store and into the summary. Handles batches one at a time.</summary>
/// <remarks>
/// A block's results come as one batch a topic under the block's sequence; when the last of them is here, the slot ends and its row of
/// <c>blocks</c> makes it stored. The store subscribes before the topologies, so that a block is always here before what comes of it.
/// </remarks>
internal sealed class StoreSink(StoreWriter? writer, ReplaySummary summary, IFindings? findings) : IDisposable
{
    private static readonly Dictionary<Topic, int> Places = Topics.All.Select((topic, place) => (topic, place)).ToDictionary();

    private readonly ConcurrentDictionary<long, Pending> _pending = new();
    private readonly ConcurrentBag<Pending> _idle = [];
    private readonly List<RecordBatch> _atTheEnd = [];
    private readonly BlockFacts _facts = new();

    /// <summary>Batches that come of one block, its own included.</summary>
    public int BatchesPerBlock { get; set; }

    /// <summary>Blocks that were left as they stand in the store.</summary>
    public long AlreadyStored { get; private set; }

    /// <summary>Announces a block before it is published.</summary>
    public void Announce(long sequence, StorePlan plan)
    {
        if (!_idle.TryTake(out var pending)) { pending = new Pending(); }
        pending.Remaining = BatchesPerBlock;
        pending.Plan = writer is null ? StorePlan.Skip : plan;
        _pending[sequence] = pending;
        if (plan == StorePlan.Skip) { AlreadyStored++; }
    }

    /// <summary>Keeps what could not be processed.</summary>
    public void Keep(in DeadLetter letter) => writer?.Append(in letter);

    public async ValueTask HandleAsync(RecordBatch batch, CancellationToken cancel)
    {
        if (batch is RecordBatch<DeadLetter> letters)
        {
            foreach (ref readonly var letter in letters.Records.Span) { Keep(in letter); }
            return;
        }

        batch.Retain();
        if (batch.Sequence == RecordBatch.EndOfInput)
        {
            _atTheEnd.Add(batch);
            return;
        }

        var pending = _pending[batch.Sequence];
        pending.Batches.Add(batch);
        if (--pending.Remaining == 0)
        {
            // In the order of topics, whichever topology was quicker: the same input prints the same lines.
            _pending.TryRemove(batch.Sequence, out _);
            InOrder(pending.Batches);
            foreach (var part in pending.Batches)
            {
                if (part is RecordBatch<Block> blocks) { Take(in blocks.Records[0], part.ArrivalUnixMicros, pending); }
                else { Take(part, pending.Plan); }
                part.Release();
            }

            pending.Batches.Clear();
            if (pending.Plan != StorePlan.Skip) { await writer!.EndSlotAsync(in pending.Row, cancel).ConfigureAwait(false); }
            _idle.Add(pending);
        }
    }

    /// <summary>Takes what the topologies gave out when the input had ended; call when the run is over.</summary>
    public void Finish()
    {
        // Rows replace themselves by content, so that a repetition does no harm.
        InOrder(_atTheEnd);
        foreach (var batch in _atTheEnd)
        {
            Take(batch, writer is null ? StorePlan.Skip : StorePlan.Write);
            batch.Release();
        }

        _atTheEnd.Clear();
    }

    public void Dispose() => _pending.Clear();

    private static void InOrder(List<RecordBatch> batches) => batches.Sort(static (a, b) => Places[a.Topic].CompareTo(Places[b.Topic]));

    private void Take(in Block block, long arrivalUnixMicros, Pending pending)
    {
        var skipped = BlockRows.SkippedBefore(in block);
        summary.Add(in block, skipped, BlockRows.Passed(in block));
        findings?.Begin(in block, arrivalUnixMicros);
        if (pending.Plan == StorePlan.Skip) { return; }

        var slot = (ulong)block.Slot;
        if (pending.Plan == StorePlan.Replace) { writer!.Replace(slot); }
        BlockRows.Fill(in block, ref pending.Row);
        _facts.Write(in block, new SlotRows(writer!, slot));
    }

    private void Take(RecordBatch batch, StorePlan plan)
    {
        switch (batch)
        {
            case RecordBatch<PoolSwap> swaps: Take(swaps, plan, summary.Add); break;
            case RecordBatch<Rejection> rejections: Take(rejections, plan, (in f) => { summary.Add(in f); findings?.Write(in f); }); break;
            case RecordBatch<Arbitrage> found: Take(found, plan, (in f) => { summary.Add(in f); findings?.Write(in f); }); break;
            case RecordBatch<Sandwich> found: Take(found, plan, (in f) => { summary.Add(in f); findings?.Write(in f); }); break;
            case RecordBatch<RoundTrip> found: Take(found, plan, (in f) => { summary.Add(in f); findings?.Write(in f); }); break;
            case RecordBatch<JitLiquidity> found: Take(found, plan, (in f) => { summary.Add(in f); findings?.Write(in f); }); break;
            case RecordBatch<Liquidation> found: Take(found, plan, (in f) => { summary.Add(in f); findings?.Write(in f); }); break;
            case RecordBatch<FailedAttempt> found: Take(found, plan, (in f) => { summary.Add(in f); findings?.Write(in f); }); break;
            case RecordBatch<Bundle> found: Take(found, plan, (in f) => { summary.Add(in f); findings?.Write(in f); }); break;
        }
    }

    private void Take<T>(RecordBatch<T> records, StorePlan plan, Noted<T> note)
        where T : struct, IRecord
    {
        var topic = (Topic<T>)records.Topic;
        foreach (ref readonly var record in records.Records.Span)
        {
            note(in record);
            if (plan == StorePlan.Skip) { continue; }

            // A finding may belong to a slot that ended before its last leg was seen.
            var slot = topic.SlotOf(in record);
            if (slot == records.Slot) { writer!.Append((ulong)slot, in record); } else { writer!.Append(in record); }
        }
    }

    private delegate void Noted<T>(in T record)
        where T : struct, IRecord;

    /// <summary>A block of which not everything has come.</summary>
    private sealed class Pending
    {
        public readonly List<RecordBatch> Batches = [];
        public int Remaining;
        public StorePlan Plan;
        public BlockRow Row;
    }
}
