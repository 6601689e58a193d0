namespace Sluice.Processors.Core.Liquidations;

/// <summary>What a liquidation instruction is: a liquidation, or the first rule that it fails. What each rule asks stands in docs/detections.md.</summary>
public enum LiquidationVerdict
{
    /// <summary>All rules hold.</summary>
    Liquidation,

    /// <summary>Its transaction failed: a failed attempt.</summary>
    FailedTransaction,

    /// <summary>It settles a bankrupt account and pays nobody.</summary>
    BankruptcySettled,

    /// <summary>The protocol winds down a position itself.</summary>
    DeleveragedByProtocol,

    /// <summary>It says that it moved nothing.</summary>
    NothingMoved,
}

/// <summary>Names of the rules, for metrics, rejections and findings.</summary>
public static class LiquidationRuleNames
{
    private static readonly string[] Reasons = ["liquidation", "failed_transaction", "bankruptcy_settled", "deleveraged_by_protocol", "nothing_moved"];

    /// <summary>Number of verdicts.</summary>
    public static int Count => Reasons.Length;

    /// <summary>Metric label and rejection reason of a verdict.</summary>
    public static string NameOf(LiquidationVerdict verdict) => Reasons[(int)verdict];

    internal const string Successful = "successful", Decoded = "decoded", AmountsKnown = "amounts_known", BonusWithin = "bonus_within", NotDust = "not_dust";
}
