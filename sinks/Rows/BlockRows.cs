using Sluice.Schemas.Records;

namespace Sluice.Sinks.Rows;

/// <summary>The rows that a block becomes in the store.</summary>
public static class BlockRows
{
    /// <summary>Version of reading, decoding and detection. A higher one replaces rows of a lower one.</summary>
    public const long PipelineVersion = 1;

    /// <summary>Most slots between a block and its parent that are taken as skipped; more is a broken parent.</summary>
    public const int MaxSkippedRun = 4_096;

    /// <summary>Fills the row that makes a slot stored.</summary>
    public static void Fill(in Block block, ref BlockRow row)
    {
        row.Slot = block.Slot;
        row.ParentSlot = block.ParentSlot;
        row.Blockhash = block.Blockhash;
        row.PreviousBlockhash = block.PreviousBlockhash;
        row.BlockHeight = block.BlockHeight;
        row.BlockTimeUnixMs = block.BlockTimeUnixMs;
        row.Leader = block.Leader;
        row.LeaderRewardLamports = block.LeaderRewardLamports;
        row.IsComplete = block.IsComplete;
        row.Source = block.Source;
        row.TransactionCount = block.TransactionCount;
        row.VoteCount = block.VoteCount;
        row.FailedCount = block.FailedCount;
        row.FailedVoteCount = block.FailedVoteCount;
        row.SwapCount = SwapsOf(in block);
        row.FeesLamports = block.FeesLamports;
        row.PriorityFeesLamports = block.PriorityFeesLamports;
        row.TipsLamports = block.TipsLamports;
        row.TippedTransactionCount = block.TippedTransactionCount;
        row.ComputeUnits = block.ComputeUnits;
        row.Version = PipelineVersion;
    }

    /// <summary>Fills the row of one transaction.</summary>
    public static void Fill(in Block block, in Transaction tx, ref TransactionRow row)
    {
        row.Slot = block.Slot;
        row.BlockTimeUnixMs = block.BlockTimeUnixMs;
        row.Index = tx.Index;
        row.Signature = tx.Signature;
        row.Signer = tx.Signer;
        row.Status = tx.Status;
        row.Error = tx.Error;
        row.IsVersioned = tx.IsVersioned;
        row.SignatureCount = tx.SignatureCount;
        row.FeeLamports = tx.FeeLamports;
        row.PriorityFeeLamports = tx.PriorityFeeLamports;
        row.TipLamports = tx.TipLamports;
        row.ComputeUnits = tx.ComputeUnits;
        row.ComputeUnitLimit = tx.ComputeUnitLimit;
        row.ComputeUnitPriceMicroLamports = tx.ComputeUnitPriceMicroLamports;
        row.Wrapper = tx.Wrapper;
        row.WrapperName = tx.WrapperName;
        row.UsesAggregator = tx.UsesAggregator;
        row.SwapCount = tx.Swaps.Count;
        row.Version = PipelineVersion;
    }

    /// <summary>Fills the row of a block's checks.</summary>
    public static void Fill(in Block block, ref QualityRow row)
    {
        ref readonly var quality = ref block.Quality;
        row.Slot = block.Slot;
        row.BlockTimeUnixMs = block.BlockTimeUnixMs;
        row.IsComplete = block.IsComplete;
        row.Parent = quality.Parent;
        row.FeeFormulaChecked = quality.FeeFormulaChecked;
        row.FeeFormulaFailed = quality.FeeFormulaFailed;
        row.LamportsChecked = quality.LamportsChecked;
        row.LamportsFailed = quality.LamportsFailed;
        row.TokensChecked = quality.TokensChecked;
        row.TokensFailed = quality.TokensFailed;
        row.RewardChecked = quality.RewardChecked;
        row.RewardFailed = quality.RewardFailed;
        row.DecodeRejected = quality.DecodeRejected;
        row.DriftedSwaps = quality.DriftedSwaps;
        row.Passed = Passed(in block);
        row.Version = PipelineVersion;
    }

    /// <summary>True when nothing contradicts the chain's own arithmetic. Decoder drift is shown beside it and is no part of it.</summary>
    public static bool Passed(in Block block) => block.Quality is
    {
        Parent: not ParentCheck.Broken, FeeFormulaFailed: 0, LamportsFailed: 0, TokensFailed: 0, RewardFailed: 0,
    } && !HasContradiction(block);

    /// <summary>
    /// Whether a transaction was turned down because it contradicts itself or another one. What a reader merely does not know (a version, an event in a
    /// log) contradicts nothing, nor does an instruction that a decoder could not make sense of.
    /// </summary>
    private static bool HasContradiction(in Block block)
    {
        foreach (ref readonly var rejection in block.Rejections.Span)
        {
            if (rejection.Stage == "read" ? rejection.Reason is not ("bad-log-event" or "unsupported-version")
                : rejection.Reason is "broken-transaction" or "duplicate-signature" or "unexplained-balance")
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Slots between the parent and this block, which their leaders skipped.</summary>
    public static int SkippedBefore(in Block block)
    {
        if (!block.IsComplete) { return 0; }
        var gap = block.Slot - block.ParentSlot - 1;
        return gap is > 0 and <= MaxSkippedRun ? (int)gap : 0;
    }

    private static int SwapsOf(in Block block)
    {
        var swaps = 0;
        foreach (ref readonly var tx in block.Transactions.Span) { swaps += tx.Swaps.Count; }
        return swaps;
    }
}
