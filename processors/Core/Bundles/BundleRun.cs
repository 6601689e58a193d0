namespace Sluice.Processors.Core.Bundles;

/// <summary>A run of neighbouring transactions that looks like a bundle: an inference, never a fact.</summary>
/// <param name="First">Position of the first one in the block's list of non-vote transactions.</param>
/// <param name="Count">Transactions, 2 to <see cref="BundleRules.MaxTransactions"/>.</param>
/// <param name="FirstTxIndex">Position of the first one in the block; those of the others follow without a gap.</param>
/// <param name="LastTip">Which one tips, 0-based; the last that does.</param>
/// <param name="Tips">How many tip.</param>
/// <param name="Links">Every link between neighbours.</param>
/// <param name="Weakest">The links of the two neighbours that are tied least.</param>
/// <param name="IsBounded">True when no further neighbour is linked, so that the run was not cut out of a longer one.</param>
/// <param name="IsBracket">True when the first and the last belong to one person and one between them does not.</param>
public readonly record struct BundleRun(
    int First, int Count, int FirstTxIndex, int LastTip, int Tips, BundleLinks Links, BundleLinks Weakest, bool IsBounded, bool IsBracket)
{
    /// <summary>0 to 1, always below 1: the sum of the parts that hold; see docs/detections.md.</summary>
    public double Confidence => Math.Round(TipWeight + LinkWeight
        + (Tips == 1 ? BundleRules.OneTipWeight : 0) + (IsBounded ? BundleRules.BoundedWeight : 0) + (IsBracket ? BundleRules.BracketsWeight : 0), 2);

    /// <summary>True when the transaction at a position of the block is one of the run.</summary>
    public bool Contains(int txIndex) => txIndex >= FirstTxIndex && txIndex < FirstTxIndex + Count;

    internal bool IsTipLast => LastTip == Count - 1;

    internal double TipWeight => IsTipLast ? BundleRules.TipLastWeight : BundleRules.TipWithinWeight;

    internal double LinkWeight => TransactionLinks.IsPerson(Weakest) ? BundleRules.PersonWeight
        : (Weakest & BundleLinks.Pool) != 0 ? BundleRules.PoolWeight : BundleRules.MintWeight;
}
