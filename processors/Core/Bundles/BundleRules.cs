namespace Sluice.Processors.Core.Bundles;

/// <summary>Limits and weights of the rules for bundles. The weights are chosen, not fitted: there is no labelled set.</summary>
public static class BundleRules
{
    /// <summary>Most transactions of a bundle, a limit of Jito's block engine.</summary>
    public const int MaxTransactions = 5;

    /// <summary>Rejection: it tips, and no neighbour is linked to it.</summary>
    public const string LoneTip = "lone_tip";

    /// <summary>Rejection: linked neighbours of which none tips.</summary>
    public const string NoTip = "no_tip";

    internal const string TipLast = "tip_last", TipWithin = "tip_within", OneTip = "one_tip", Bounded = "bounded", Brackets = "brackets";
    internal const string LinkedByPerson = "linked_by_person", LinkedByPool = "linked_by_pool", LinkedByMint = "linked_by_mint";

    internal const double TipLastWeight = 0.25, TipWithinWeight = 0.15, OneTipWeight = 0.10, BoundedWeight = 0.10, BracketsWeight = 0.15;
    internal const double PersonWeight = 0.30, PoolWeight = 0.15, MintWeight = 0.05;
}
