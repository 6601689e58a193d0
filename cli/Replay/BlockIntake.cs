using Sluice.Ingest;
using Sluice.Schemas.Records;
using Sluice.Streams;

namespace Sluice.Cli.Replay;

/// <summary>Goes through decoded documents in order: counts, reports what is left out, and hands over each block that did not come before.</summary>
/// <param name="slots">Slots of the run.</param>
/// <param name="leftOut">Takes what cannot be taken.</param>
/// <param name="metrics">Counts documents; none are counted without.</param>
internal sealed class BlockIntake(SlotLedger slots, LeftOut leftOut, IngestMetrics? metrics)
{
    /// <summary>Bytes after decompression.</summary>
    public long Bytes { get; private set; }

    /// <summary>Blocks that had come earlier in the run, and single transactions of a block that came whole.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Runs to the end of the input.</summary>
    /// <param name="take">Takes a block, whose parent was checked, and its batch's reference.</param>
    /// <param name="after">Called after each document.</param>
    public async Task RunAsync(DecodeStage stage, Func<RecordBatch<Block>, CancellationToken, ValueTask> take, Action after, CancellationToken cancel)
    {
        await foreach (var unit in stage.RunAsync(cancel).ConfigureAwait(false))
        {
            if (unit.Problem is { } problem)
            {
                metrics?.Received(0);
                metrics?.Rejected(problem.Reason);
                leftOut.AddDocument(problem.Source, problem.Reason, problem.Message, -1, default, problem.Slot);
                continue;
            }

            Bytes += unit.Document!.Length;
            metrics?.Received(unit.Document.Length);
            if (unit.Batch is not { } batch)
            {
                metrics?.Rejected(unit.Result.Reason);
                Note(unit);
                unit.Document.Return();
                continue;
            }

            metrics?.Read();
            foreach (var (rejection, place) in unit.Rejections)
            {
                metrics?.TransactionRejected(rejection.Reason);
                leftOut.AddTransaction(unit.Document, batch.Slot, rejection, place);
            }

            // Its bytes are needed no more; they are megabytes, and the next steps may wait.
            var isAdmitted = Admit(unit, batch);
            unit.Document.Return();
            if (isAdmitted)
            {
                ref var block = ref batch.Records[0];
                block.Quality.Parent = slots.CheckParent(in block);
                await take(batch, cancel).ConfigureAwait(false);
            }
            else
            {
                batch.Release();
            }

            after();
        }
    }

    /// <summary>False for a block that came before, or that contradicts one that came before.</summary>
    private bool Admit(DecodeStage.Unit unit, RecordBatch<Block> batch)
    {
        ref readonly var block = ref batch.Records[0];
        switch (slots.Enter(in block))
        {
            case SlotLedger.Standing.Duplicate:
                Duplicates++;
                return false;
            case SlotLedger.Standing.Fork:
                leftOut.AddDocument(
                    unit.Document!.Source,
                    "fork",
                    $"slot {block.Slot} came earlier in this run with another blockhash, which was kept; take the finalized block alone",
                    -1,
                    unit.Document.Bytes,
                    unit.Document.AskedSlot);
                return false;
            default:
                return true;
        }
    }

    private void Note(DecodeStage.Unit unit)
    {
        // A reply that says "skipped" is an answer, not a fault.
        if (unit.Result.Status == Ingest.Blocks.ReadStatus.SkippedSlot) { return; }
        leftOut.AddDocument(unit.Document!.Source, unit.Result.Reason, unit.Result.Message, unit.Result.Offset, unit.Document.Bytes, unit.Document.AskedSlot);
    }
}
