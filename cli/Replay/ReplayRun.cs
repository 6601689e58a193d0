using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Sluice.Cli.Output;
using Sluice.Ingest;
using Sluice.Processors.Topologies;
using Sluice.Schemas.Records;
using Sluice.Sinks.Rows;
using Sluice.Sinks.Writing;
using Sluice.Streams;
using Sluice.Streams.InProcess;

namespace Sluice.Cli.Replay;

/// <summary>How a run is made.</summary>
internal sealed record ReplayOptions
{
    /// <summary>Threads that read and decode.</summary>
    public int Workers { get; init; } = Math.Max(1, Environment.ProcessorCount);

    /// <summary>Called with each finding, in order of slots. The finding may not be kept.</summary>
    public Action<Arbitrage>? OnFinding { get; init; }

    /// <summary>Makes the meters that the run counts on.</summary>
    public IMeterFactory? Meters { get; init; }
}

/// <summary>The pipeline in one process: input → readers → bus → topologies → store, and the summary of it.</summary>
/// <remarks>
/// One partition: order is total, so that the same input prints the same lines. Reading and decoding is where the time goes, and that
/// is parallel before the bus.
/// </remarks>
internal sealed class ReplayRun(IInput input, StoreWriter? writer, StoredSlots? stored, ReplayOptions options)
{
    private readonly IngestMetrics? _metrics = options.Meters is { } meters ? new IngestMetrics(meters) : null;
    private long _bytes;
    private long _duplicates;

    public ReplaySummary Summary { get; } = new();

    /// <summary>Runs to the end of the input and until every row is stored.</summary>
    public async Task<ReplayTotals> RunAsync(ProgressLine? progress, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        using var sink = new StoreSink(writer, Summary, options.OnFinding);
        var leftOut = new LeftOut(sink);
        var meters = options.Meters;
        var bus = new InProcessBus(new InProcessBusOptions { Capacity = 8 }, meters is null ? null : new StreamsMetrics(meters));
        var publisher = bus.AddPublisher(Topics.Blocks);
        var topologies = new[] { SwapsTopology.Build(BlockRows.PipelineVersion), ArbitrageTopology.Build(BlockRows.PipelineVersion, meters is null ? null : new DetectorMetrics(meters)) };
        var outputs = topologies.SelectMany(t => t.Outputs).Distinct().ToArray();

        // The store comes first: it must have a block before anything that comes of it.
        bus.Subscribe("store", sink.HandleAsync, [Topics.Blocks, .. outputs]);
        foreach (var topology in topologies) { bus.AddTopology(topology); }
        sink.BatchesPerBlock = 1 + topologies.Sum(t => t.Outputs
            .Where(o => o != Topics.DeadLetters).Sum(o => bus.BatchesPerSequence(Topics.Blocks, o)));

        var running = bus.RunAsync(cancel);
        var stage = new DecodeStage(input, publisher.Pool, options.Workers);
        await PublishAllAsync(stage, publisher, sink, leftOut, progress, clock, cancel).ConfigureAwait(false);
        publisher.Complete();
        await running.ConfigureAwait(false);
        if (writer is not null) { await writer.CompleteAsync(cancel).ConfigureAwait(false); }
        progress?.Dispose();
        leftOut.Finish();
        return new ReplayTotals(clock.Elapsed, _bytes, sink.AlreadyStored, _duplicates, leftOut.Count);
    }

    private async Task PublishAllAsync(
        DecodeStage stage, Publisher<Block> publisher, StoreSink sink, LeftOut leftOut, ProgressLine? progress, Stopwatch clock,
        CancellationToken cancel)
    {
        var ledger = new SlotLedger(stored);
        long sequence = 0;
        await foreach (var unit in stage.RunAsync(cancel).ConfigureAwait(false))
        {
            if (unit.Problem is { } problem)
            {
                _metrics?.Received(0);
                _metrics?.Rejected(problem.Reason);
                leftOut.AddDocument(problem.Source, problem.Reason, problem.Message, -1, default);
                continue;
            }

            _bytes += unit.Document!.Length;
            _metrics?.Received(unit.Document.Length);
            if (unit.Batch is not { } batch)
            {
                _metrics?.Rejected(unit.Result.Reason);
                Note(unit, leftOut);
                unit.Document.Return();
                continue;
            }

            _metrics?.Read();
            foreach (var (rejection, place) in unit.Rejections)
            {
                _metrics?.TransactionRejected(rejection.Reason);
                leftOut.AddTransaction(unit.Document, batch.Slot, rejection, place);
            }

            if (Admit(unit, batch, ledger, leftOut))
            {
                ref var block = ref batch.Records[0];
                block.Quality.Parent = ledger.CheckParent(in block);
                sink.Announce(sequence++, ledger.Plan(in block));
                await publisher.PublishAsync(batch, cancel).ConfigureAwait(false);
            }
            else
            {
                batch.Release();
            }

            unit.Document.Return();
            if (progress?.IsDue == true) { Show(progress, clock); }
        }
    }

    /// <summary>False for a block that came before, or that contradicts one that came before.</summary>
    private bool Admit(DecodeStage.Unit unit, RecordBatch<Block> batch, SlotLedger ledger, LeftOut leftOut)
    {
        ref readonly var block = ref batch.Records[0];
        switch (ledger.Enter(in block))
        {
            case SlotLedger.Standing.Duplicate:
                _duplicates++;
                return false;
            case SlotLedger.Standing.Fork:
                leftOut.AddDocument(
                    unit.Document!.Source,
                    "fork",
                    $"slot {block.Slot} came earlier in this run with another blockhash, which was kept; replay the finalized block alone",
                    -1,
                    unit.Document.Bytes);
                return false;
            default:
                return true;
        }
    }

    private static void Note(DecodeStage.Unit unit, LeftOut leftOut)
    {
        // A reply that says "skipped" is an answer, not a fault.
        if (unit.Result.Status == Ingest.Blocks.ReadStatus.SkippedSlot) { return; }
        leftOut.AddDocument(
            unit.Document!.Source,
            unit.Result.Reason,
            unit.Result.Message,
            unit.Result.Offset,
            unit.Document.Bytes);
    }

    private void Show(ProgressLine progress, Stopwatch clock) => progress.Show(
        input.DoneUnits,
        input.TotalUnits,
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Human.Count(Summary.Slots)} slots · {Summary.Transactions / Math.Max(clock.Elapsed.TotalSeconds, 0.001):N0} tx/s · {Human.Count(Summary.Findings)} findings"));
}
