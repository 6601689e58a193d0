using Sluice.Cli.Output;
using Sluice.Ingest.Live;
using Sluice.Ingest.Rpc;
using Sluice.Schemas.Records;
using Sluice.Sinks.Writing;

namespace Sluice.Cli.Live;

/// <summary>Compares with the finalized chain, again and again, and mends what differs.</summary>
/// <param name="reconciler">Compares.</param>
/// <param name="repair">Mends.</param>
/// <param name="gaps">Writes down what differed.</param>
/// <param name="position">Is told how far it is.</param>
/// <param name="ledger">What went through the pipeline.</param>
/// <param name="writer">Stores how far it is.</param>
/// <param name="outage">Is told when nodes do not answer.</param>
internal sealed class Reconciling(
    Reconciler reconciler, Repair repair, GapBook gaps, LivePosition position, ChainLedger ledger, StoreWriter writer, Outage outage, TimeProvider time)
{
    /// <summary>Slots before the last one compared that are kept: repairs read what surrounds a change.</summary>
    private const ulong Keep = 256;

    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    private CheckpointRow _checkpoint;
    private ulong _verified;

    /// <summary>Runs until cancelled.</summary>
    /// <param name="verified">Slot up to which everything agrees already; null begins before the first block of the run.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task RunAsync(ulong? verified, CancellationToken cancel)
    {
        if (verified is { } known) { position.NoteReconciled(known); }
        while (true)
        {
            await Task.Delay(Between, time, cancel);
            if (verified is null && ledger.Oldest is not > 0) { continue; }
            if (_verified == 0) { verified = _verified = verified ?? ledger.Oldest!.Value - 1; }
            try
            {
                while (await StepAsync(cancel)) { }
            }
            catch (RpcException e)
            {
                outage.Tell(e);
            }
        }
    }

    /// <summary>One comparison, and mending what it shows; false where it has to wait.</summary>
    private async Task<bool> StepAsync(CancellationToken cancel)
    {
        var comparison = await reconciler.CompareAsync(_verified, cancel);
        if (reconciler.Finalized is { } finalized) { position.NoteFinalized(finalized); }
        if (comparison is null) { return false; }
        while (comparison.Changes.Count > 0)
        {
            if (await repair.TryAsync(comparison, gaps.Settled, cancel) is not { } outcome)
            {
                // What is before the first change agrees.
                if (comparison.Changes[0].Slot - 1 is var agrees && agrees > _verified)
                {
                    gaps.Settled(new ChainComparison(agrees, []));
                    Verify(agrees);
                }

                return false;
            }

            Tell(outcome);
            Verify(outcome.Settled.UpTo);
            comparison = outcome.Rest;
        }

        if (comparison.UpTo > _verified)
        {
            gaps.Settled(comparison);
            Verify(comparison.UpTo);
        }

        return true;
    }

    /// <summary>Everything agrees up to a slot.</summary>
    private void Verify(ulong slot)
    {
        _checkpoint = new CheckpointRow
        {
            Topology = StoredChain.Checkpoint,
            Partition = 0,
            Position = (long)slot,
            UpdatedUnixMs = time.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        writer.Append(in _checkpoint);
        position.NoteReconciled(slot);
        ledger.ForgetBefore(slot > Keep ? slot - Keep : 0);
        _verified = slot;
    }

    private void Tell(Repair.Outcome outcome)
    {
        position.NoteRetracted(outcome.Retracted);
        var changes = outcome.Settled.Changes;
        var slots = string.Join(", ", changes.Take(5).Select(c => c.Slot)) + (changes.Count > 5 ? ", …" : "");
        Fail.Print(FormattableString.Invariant(
            $"finalized blocks differ from confirmed ones at {changes.Count} slots ({slots}): rows replaced, {outcome.Retracted} findings retracted, {outcome.Made} made; the table gaps names each."));
    }
}
