using System.Diagnostics;
using System.Globalization;
using Sluice.Cli.Output;
using Sluice.Cli.Replay;
using Sluice.Ingest;
using Sluice.Schemas.Records;
using Sluice.Sinks.Rows;
using Sluice.Streams;
using Sluice.Streams.Kafka;

namespace Sluice.Cli.Roles.Ingest;

/// <summary>One turn of an ingest worker: its input, decoded and in order, to chain.blocks, but for what stands in the ledger.</summary>
/// <param name="again">Writes slots that are in the ledger once more.</param>
internal sealed class IngestRun(IInput input, ExclusiveSession<long, LedgerEntry> session, bool again, int workers, IngestMetrics metrics)
{
    private readonly IngestLedger _ledger = new(session.State);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private long _alreadyWritten;

    public ReplaySummary Summary { get; } = new() { HasFindings = false };

    /// <summary>Runs to the end of the input; what it wrote is committed.</summary>
    public async Task<ReplayTotals> RunAsync(ProgressLine progress, CancellationToken cancel)
    {
        var leftOut = new LeftOut(Keep, "the topic sluice.dead names each");
        var intake = new BlockIntake(new SlotLedger(_ledger.WasWritten), leftOut, metrics);
        var stage = new DecodeStage(input, new RecordBatchPool<Block>(Topics.Blocks), workers);
        await intake.RunAsync(
            stage,
            (batch, _) =>
            {
                Take(batch);
                return ValueTask.CompletedTask;
            },
            () =>
            {
                session.CommitIfDue();
                if (progress.IsDue) { Show(progress); }
            },
            cancel).ConfigureAwait(false);
        session.Commit();
        leftOut.Finish();
        return new ReplayTotals(_clock.Elapsed, intake.Bytes, _alreadyWritten, intake.Duplicates, leftOut.Count);
    }

    private void Take(RecordBatch<Block> batch)
    {
        ref var block = ref batch.Records[0];
        Summary.Add(in block, BlockRows.SkippedBefore(in block), BlockRows.Passed(in block));
        Summary.AddSwapsOf(in block);
        if (_ledger.Contains(in block) && !again)
        {
            _alreadyWritten++;
        }
        else
        {
            Write(ref block, batch.ArrivalUnixMicros);
            _ledger.Enter(in block);
        }

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
        if (_ledger.Enter(in letter) || again) { session.Write(Topics.DeadLetters, in letter); }
    }

    /// <summary>W3C trace context of a block: its trace begins here, and is sampled.</summary>
    private static string NewTraceParent() => $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-01";

    private void Show(ProgressLine progress) => progress.Show(
        input.DoneUnits,
        input.TotalUnits,
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Human.Count(Summary.Slots)} slots · {Summary.Transactions / Math.Max(_clock.Elapsed.TotalSeconds, 0.001):N0} tx/s · {Human.Count(_alreadyWritten)} written before"));
}
