namespace Sluice.Processors.Core.Arbitrage;

/// <summary>What a transaction is: an arbitrage, or the first rule that it fails. What each rule asks stands in docs/detections.md.</summary>
public enum ArbitrageVerdict
{
    /// <summary>All rules hold.</summary>
    Arbitrage,

    /// <summary>The transaction swaps nothing: no candidate, and not counted.</summary>
    NoSwap,

    /// <summary>It failed on chain.</summary>
    FailedTransaction,

    /// <summary>The actor made one swap.</summary>
    FewerThanTwoSwaps,

    /// <summary>The transaction liquidates: that finding has its swaps.</summary>
    Liquidation,

    /// <summary>All swaps of the actor are in one pool.</summary>
    SinglePool,

    /// <summary>A token that no swap touches came or went while shares were minted or burned: a stake pool, a lender, a liquidity pool.</summary>
    ReceiptExchanged,

    /// <summary>Out and back in through an aggregator, with less than before.</summary>
    AggregatorRoundTripAtLoss,

    /// <summary>Out and back in by direct swaps, with less than before: volume, not profit.</summary>
    VolumeBotAtLoss,

    /// <summary>A user's trade through an aggregator: one token given, another kept.</summary>
    AggregatorRoute,

    /// <summary>A trade split over several pools.</summary>
    SplitRoute,

    /// <summary>A trade that SOL paid for.</summary>
    PaidWithNativeSol,

    /// <summary>A trade of one token for another.</summary>
    StartDiffersFromEnd,

    /// <summary>A token left the actor outside the swaps.</summary>
    ActorLostToken,

    /// <summary>Shares were minted or burned, and the swaps alone do not explain the gain: liquidity was taken out or put in.</summary>
    LiquidityChange,

    /// <summary>The swaps won something, and an account that does not belong to the actor has it.</summary>
    ProfitToThirdParty,

    /// <summary>The actor has no more than before.</summary>
    GrossNotPositive,

    /// <summary>The actor has more than its swaps gave: income from elsewhere.</summary>
    OutsideIncome,

    /// <summary>Coins of one unit were changed, and less of the unit came back.</summary>
    StableBelowPar,

    /// <summary>Coins of one unit were changed at a gain that no price compares with the costs, with no sign of a searcher.</summary>
    StableWithoutTip,

    /// <summary>Fee and tip exceed the gain, in a class that asks for a profit.</summary>
    NetNotPositive,

    /// <summary>A long tail whose legs were not all seen, with no sign of a searcher.</summary>
    LongTailWithoutTip,

    /// <summary>A profit too large to be true.</summary>
    PricingBug,
}

/// <summary>Names of the rules, for metrics, rejections and findings.</summary>
public static class ArbitrageRuleNames
{
    private static readonly string[] Reasons = [.. Enum.GetNames<ArbitrageVerdict>().Select(ToSnakeCase)];

    /// <summary>Number of verdicts.</summary>
    public static int Count => Reasons.Length;

    /// <summary>Metric label and rejection reason of a verdict, such as <c>single_pool</c>.</summary>
    public static string NameOf(ArbitrageVerdict verdict) => Reasons[(int)verdict];

    /// <summary>Rules that every finding has passed.</summary>
    internal static readonly string[] Always =
        ["successful", "two_swaps", "two_pools", "no_token_lost", "no_shares_exchanged", "gross_positive", "gain_from_swaps", "plausible_size"];

    internal const string ReturnsToStart = "returns_to_start";
    internal const string AtPar = "gain_at_par";
    internal const string NetPositive = "net_positive";
    internal const string SearcherMark = "searcher_mark";

    /// <summary>Rule that a finding with a cause has passed.</summary>
    public const string Backrun = "backrun";

    private static string ToSnakeCase(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "_") + char.ToLowerInvariant(c) : c.ToString()));
}
