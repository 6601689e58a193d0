namespace Sluice.Processors.Core.Jit;

/// <summary>What an addition of liquidity is: just-in-time liquidity, or the first rule that it fails. What each rule asks stands in docs/detections.md.</summary>
public enum JitVerdict
{
    /// <summary>All rules hold.</summary>
    Jit,

    /// <summary>The pool has no positions: everybody's liquidity covers every price.</summary>
    ConstantProduct,

    /// <summary>Nothing of it was removed within the window.</summary>
    Stays,

    /// <summary>Less was removed than was added.</summary>
    PartialRemoval,

    /// <summary>More was removed than was added: liquidity from earlier.</summary>
    OlderLiquidity,

    /// <summary>More slots lie between first addition and last removal than a just-in-time provider waits.</summary>
    TooLong,

    /// <summary>Nobody swapped in the pool between: the position was moved.</summary>
    NoSwapBetween,

    /// <summary>Only the provider swapped between.</summary>
    OwnSwapsOnly,

    /// <summary>The swaps between passed the position's range by.</summary>
    OutOfRange,
}

/// <summary>Names and thresholds of the rules for just-in-time liquidity.</summary>
public static class JitRules
{
    private static readonly string[] Reasons =
        ["jit", "constant_product", "stays", "partial_removal", "older_liquidity", "too_long", "no_swap_between", "own_swaps_only", "out_of_range"];

    /// <summary>Number of verdicts.</summary>
    public static int Count => Reasons.Length;

    /// <summary>Metric label and rejection reason of a verdict.</summary>
    public static string NameOf(JitVerdict verdict) => Reasons[(int)verdict];

    /// <summary>Slots between the first addition and the last removal, at most.</summary>
    public const int MaxSlots = 2;

    /// <summary>Removed per added, percent: liquidity where the instructions state it, else value at the last swap's price, which includes fees.</summary>
    public const int LeastRemovedPercent = 90, MostRemovedPercent = 110;

    internal static readonly string[] Passed = ["positions", "removed", "nothing_older", "within_two_slots", "others_swapped"];

    internal const string InRange = "in_range", MultiVictim = "multi_victim", MultiSlot = "multi_slot", MultiChange = "multi_change";
    internal const string WithSandwich = "with_sandwich", Failed = "failed";
}
