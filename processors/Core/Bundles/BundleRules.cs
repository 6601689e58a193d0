namespace Sluice.Processors.Core.Bundles;

/// <summary>What a candidate is: a run that looks like a bundle, or why it is none.</summary>
public enum BundleVerdict
{
    /// <summary>A run.</summary>
    Bundle,

    /// <summary>A transaction that tips, and no neighbour is linked to it.</summary>
    LoneTip,

    /// <summary>Linked neighbours of which none tips.</summary>
    NoTip,
}

/// <summary>Limits and weights of the rules for bundles. The weights are chosen, not fitted: there is no labelled set.</summary>
public static class BundleRules
{
    /// <summary>Most transactions of a bundle, a limit of Jito's block engine.</summary>
    public const int MaxTransactions = 5;

    private static readonly string[] Reasons = ["bundle", "lone_tip", "no_tip"];

    /// <summary>Number of verdicts.</summary>
    public static int Count => Reasons.Length;

    /// <summary>Metric label and rejection reason of a verdict.</summary>
    public static string NameOf(BundleVerdict verdict) => Reasons[(int)verdict];

    internal const string TipLast = "tip_last", TipWithin = "tip_within", OneTip = "one_tip", Bounded = "bounded", Brackets = "brackets";
    internal const string LinkedByPerson = "linked_by_person", LinkedByPool = "linked_by_pool", LinkedByMint = "linked_by_mint";

    internal const double TipLastWeight = 0.25, TipWithinWeight = 0.15, OneTipWeight = 0.10, BoundedWeight = 0.10, BracketsWeight = 0.15;
    internal const double PersonWeight = 0.30, PoolWeight = 0.15, MintWeight = 0.05;
}
