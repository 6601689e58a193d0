using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Sluice.Cli.Output;
using Sluice.Ingest;
using Sluice.Processors.Topologies;
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

    /// <summary>Is told each finding.</summary>
    public IFindings? Findings { get; init; }

    /// <summary>Called after each document, for progress of one's own.</summary>
    public Action? AfterBlock { get; init; }

    /// <summary>Whether the input has no end: then nothing is kept that grows with it.</summary>
    public bool IsEndless { get; init; }

    /// <summary>How rows are batched; null for the default.</summary>
    public StoreWriterOptions? Writer { get; init; }

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
    /// <summary>Slots that an endless run remembers: far more than a chain may take back.</summary>
    private const int EndlessKeep = 4_096;

    public ReplaySummary Summary { get; } = new() { IsEndless = options.IsEndless };

    /// <summary>Runs to the end of the input and until every row is stored.</summary>
    public async Task<ReplayTotals> RunAsync(ProgressLine? progress, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        using var sink = new StoreSink(writer, Summary, options.Findings);
        var leftOut = new LeftOut(sink.Keep, "the table dead_letters names each");
        var meters = options.Meters;
        var bus = new InProcessBus(new InProcessBusOptions { Capacity = 8 }, meters is null ? null : new StreamsMetrics(meters));
        var publisher = bus.AddPublisher(Topics.Blocks);
        var detectors = meters is null ? null : new DetectorMetrics(meters);
        var topologies = TopologyCatalog.OfBlocks.Select(name => TopologyCatalog.Build(name, BlockRows.PipelineVersion, detectors)).ToArray();
        var outputs = topologies.SelectMany(t => t.Outputs).Distinct().ToArray();

        // The store comes first: it must have a block before anything that comes of it.
        bus.Subscribe("store", sink.HandleAsync, [Topics.Blocks, .. outputs]);
        foreach (var topology in topologies) { bus.AddTopology(topology); }
        sink.BatchesPerBlock = 1 + topologies.Sum(t => t.Outputs
            .Where(o => o != Topics.DeadLetters).Sum(o => bus.BatchesPerSequence(Topics.Blocks, o)));

        var running = bus.RunAsync(cancel);
        var stage = new DecodeStage(input, publisher.Pool, options.Workers);
        var slots = new StoreSlots(stored);
        var intake = new BlockIntake(new SlotLedger(slots.Holds, options.IsEndless ? EndlessKeep : int.MaxValue), leftOut, meters is null ? null : new IngestMetrics(meters));
        long sequence = 0;
        await intake.RunAsync(
            stage,
            (batch, token) =>
            {
                sink.Announce(sequence++, slots.Plan(in batch.Records[0]));
                return publisher.PublishAsync(batch, token);
            },
            () =>
            {
                if (progress?.IsDue == true) { Show(progress, clock); }
                options.AfterBlock?.Invoke();
            },
            cancel).ConfigureAwait(false);
        publisher.Complete();
        await running.ConfigureAwait(false);
        sink.Finish();
        if (writer is not null) { await writer.CompleteAsync(cancel).ConfigureAwait(false); }
        progress?.Dispose();
        leftOut.Finish();
        return new ReplayTotals(clock.Elapsed, intake.Bytes, sink.AlreadyStored, intake.Duplicates, leftOut.Count);
    }

    private void Show(ProgressLine progress, Stopwatch clock) => progress.Show(
        input.DoneUnits,
        input.TotalUnits,
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(input.Position is { } position ? position + " · " : "")}{Human.Count(Summary.Slots)} slots · {Summary.Transactions / Math.Max(clock.Elapsed.TotalSeconds, 0.001):N0} tx/s · {Human.Count(Summary.Findings)} findings"));
}
