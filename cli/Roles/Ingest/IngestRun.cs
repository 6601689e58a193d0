using System.Diagnostics;
using System.Globalization;
using Sluice.Cli.Output;
using Sluice.Cli.Replay;
using Sluice.Ingest;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Sluice.Sinks.Rows;
using Sluice.Streams;
using Sluice.Streams.Kafka;

namespace Sluice.Cli.Roles.Ingest;

/// <summary>How a turn of an ingest worker is made.</summary>
internal sealed record IngestRunOptions
{
    /// <summary>Whether slots that are in the ledger are written once more.</summary>
    public bool Again { get; init; }

    /// <summary>Threads that read and decode.</summary>
    public required int Workers { get; init; }

    /// <summary>Whether the input has no end: then nothing is kept that grows with it.</summary>
    public bool IsEndless { get; init; }

    /// <summary>Time between two commits while no block comes.</summary>
    public required TimeSpan CommitInterval { get; init; }
}

/// <summary>One turn of an ingest worker: its input, decoded and in order, to chain.blocks, but for what stands in the ledger.</summary>
internal sealed class IngestRun(ExclusiveSession<long, LedgerEntry> session, IngestRunOptions options, IngestMetrics metrics)
{
    /// <summary>Slots that an endless run remembers to check parents: far more than leaders skip in a row.</summary>
    private const int EndlessKeep = 4_096;

    /// <summary>A session is for one thread at a time.</summary>
    private readonly Lock _gate = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private long _alreadyWritten;

    public ReplaySummary Summary { get; } = new() { HasFindings = false, IsEndless = options.IsEndless };

    /// <summary>What was written before. While the run goes on it is the run's.</summary>
    public IngestLedger Ledger { get; } = new(session.State);

    /// <summary>Is told the slot of each block that is written, or was before.</summary>
    public Action<long>? Written { get; set; }

    /// <summary>Runs to the end of the input; what it wrote is committed.</summary>
    public async Task<ReplayTotals> RunAsync(IInput input, ProgressLine progress, CancellationToken cancel)
    {
        var leftOut = new LeftOut(Keep, "the topic sluice.dead names each");
        var intake = new BlockIntake(new SlotLedger(WasWritten, options.IsEndless ? EndlessKeep : int.MaxValue), leftOut, metrics);
        var stage = new DecodeStage(input, new RecordBatchPool<Block>(Topics.Blocks), options.Workers);
        await intake.RunAsync(
            stage,
            (batch, _) =>
            {
                Take(batch);
                return ValueTask.CompletedTask;
            },
            () =>
            {
                lock (_gate) { session.CommitIfDue(); }
                if (progress.IsDue) { Show(progress, input); }
            },
            cancel).ConfigureAwait(false);
        lock (_gate) { session.Commit(); }
        leftOut.Finish();
        return new ReplayTotals(_clock.Elapsed, intake.Bytes, _alreadyWritten, intake.Duplicates, leftOut.Count);
    }

    /// <summary>Commits what was written also while no further block comes, until cancelled: an open transaction hides it, and is ended by the brokers in time.</summary>
    public async Task KeepCommittingAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(options.CommitInterval);
        while (await timer.WaitForNextTickAsync(cancel).ConfigureAwait(false))
        {
            lock (_gate) { session.CommitIfDue(); }
        }
    }

    /// <summary>Writes observations of validators beside the blocks.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<ValidatorObservation> observations, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        lock (_gate)
        {
            foreach (ref readonly var observation in observations.Span) { session.Write(Topics.Validators, in observation); }
            session.Commit();
        }

        return ValueTask.CompletedTask;
    }

    private void Take(RecordBatch<Block> batch)
    {
        ref var block = ref batch.Records[0];
        Summary.Add(in block, BlockRows.SkippedBefore(in block), BlockRows.Passed(in block));
        Summary.AddSwapsOf(in block);
        lock (_gate)
        {
            if (Ledger.Contains(in block) && !options.Again)
            {
                _alreadyWritten++;
            }
            else
            {
                Write(ref block, batch.ArrivalUnixMicros);
                Ledger.Enter(in block);
            }
        }

        Written?.Invoke(block.Slot);
        batch.Release();
    }

    /// <summary>
    /// Writes a block, and after it, in the same transaction, its copy for the neighbouring leader group that reads it as context; none
    /// where that group's partition has the block itself.
    /// </summary>
    private void Write(ref Block block, long arrivalUnixMicros)
    {
        var trace = NewTraceParent();
        session.Write(Topics.Blocks, in block, arrivalUnixMicros, trace);
        if (LeaderGroup.ContextOf(in block) is null) { return; }
        var own = session.PartitionOf(Topics.Blocks, in block);
        block.IsContext = true;
        if (session.PartitionOf(Topics.Blocks, in block) != own) { session.Write(Topics.Blocks, in block, arrivalUnixMicros, trace); }
        block.IsContext = false;
    }

    private void Keep(in DeadLetter letter)
    {
        lock (_gate)
        {
            if (Ledger.Enter(in letter) || options.Again) { session.Write(Topics.DeadLetters, in letter); }
        }
    }

    private bool WasWritten(long slot, Pubkey blockhash)
    {
        lock (_gate) { return Ledger.WasWritten(slot, blockhash); }
    }

    /// <summary>W3C trace context of a block: its trace begins here, and is sampled.</summary>
    private static string NewTraceParent() => $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-01";

    private void Show(ProgressLine progress, IInput input) => progress.Show(
        input.DoneUnits,
        input.TotalUnits,
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(input.Position is { } position ? position + " · " : "")}{Human.Count(Summary.Slots)} slots · {Summary.Transactions / Math.Max(_clock.Elapsed.TotalSeconds, 0.001):N0} tx/s · {Human.Count(_alreadyWritten)} written before"));
}
