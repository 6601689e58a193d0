using Sluice.Schemas.Records;

namespace Sluice.Sinks.Rows;

/// <summary>Takes a block apart into the rows of every table but <c>blocks</c>. Keeps one row a table, so it is not thread-safe.</summary>
public sealed class BlockFacts
{
    private TransactionRow _transaction;
    private QualityRow _quality;
    private AgreementRow _agreement;
    private SkippedSlotRow _skipped;
    private Rejection _rejection;

    /// <summary>Appends transactions, checks, agreement, what reading and decoding turned down, and the slots skipped before.</summary>
    public void Write<TTarget>(in Block block, TTarget rows)
        where TTarget : IRowTarget
    {
        foreach (ref readonly var tx in block.Transactions.Span)
        {
            BlockRows.Fill(in block, in tx, ref _transaction);
            rows.Append(in _transaction);
        }

        BlockRows.Fill(in block, ref _quality);
        rows.Append(in _quality);
        foreach (ref readonly var agreement in block.Agreements.Span)
        {
            _agreement.Slot = block.Slot;
            _agreement.Program = agreement.Program;
            _agreement.Venue = agreement.Venue;
            _agreement.Both = agreement.Both;
            _agreement.DecoderOnly = agreement.DecoderOnly;
            _agreement.GenericOnly = agreement.GenericOnly;
            _agreement.Differ = agreement.Differ;
            _agreement.Version = BlockRows.PipelineVersion;
            rows.Append(in _agreement);
        }

        foreach (ref readonly var rejection in block.Rejections.Span)
        {
            _rejection.Slot = block.Slot;
            _rejection.Stage = rejection.Stage;
            _rejection.Reason = rejection.Reason;
            _rejection.Count = rejection.Count;
            _rejection.Version = BlockRows.PipelineVersion;
            rows.Append(in _rejection);
        }

        var skipped = BlockRows.SkippedBefore(in block);
        for (var i = 1; i <= skipped; i++)
        {
            _skipped.Slot = block.ParentSlot + i;
            _skipped.ProvenBySlot = block.Slot;
            _skipped.Version = BlockRows.PipelineVersion;
            rows.Append(in _skipped);
        }
    }
}
