namespace Sluice.Processors.Core.Sandwich;

/// <summary>What a round trip is: a sandwich, or the first rule that it fails. What each rule asks stands in docs/detections.md.</summary>
public enum SandwichVerdict
{
    /// <summary>All rules hold.</summary>
    Sandwich,

    /// <summary>Nobody else traded in the same direction in between.</summary>
    NoVictim,

    /// <summary>The wallets of one template that round-trip in the pool are a ring.</summary>
    WashRing,

    /// <summary>More was sold than had been bought.</summary>
    InventoryExceeded,

    /// <summary>Both sides are traded again and again without closing.</summary>
    MarketMaking,

    /// <summary>Less than a tenth of what was bought was sold.</summary>
    PositionKept,

    /// <summary>A weak link, and the inventory is not closed to the unit, or was transferred and is not closed.</summary>
    WeakLink,

    /// <summary>What was sold of a part brought less than it had cost.</summary>
    PartialAtLoss,

    /// <summary>Not closed to the unit, and nothing marks an attacker.</summary>
    Unmarked,

    /// <summary>Sold in another pool, and no transaction carried the price there.</summary>
    NoPriceLink,

    /// <summary>Less came back than was paid, in several slots.</summary>
    GrossNegative,

    /// <summary>A leg serves another finding.</summary>
    LegTaken,

    /// <summary>Whoever traded in between traded at no worse a price than before the first leg.</summary>
    NoHeadroom,

    /// <summary>Whoever traded in between belongs to the actor.</summary>
    SelfRotation,

    /// <summary>Whoever traded in between makes such round trips himself.</summary>
    VictimsAttack,

    /// <summary>Whoever traded in between is a victim of another finding.</summary>
    VictimTaken,
}

/// <summary>Names of the rules, for metrics, rejections and findings.</summary>
public static class SandwichRuleNames
{
    private static readonly string[] Reasons =
    [
        "sandwich", "no_victim", "wash_ring", "inventory_exceeded", "market_making", "position_kept", "weak_link", "partial_at_loss", "unmarked",
        "no_price_link",
        "gross_negative", "leg_taken", "no_headroom", "self_rotation", "victims_attack", "victim_taken",
    ];

    /// <summary>Number of verdicts.</summary>
    public static int Count => Reasons.Length;

    /// <summary>Metric label and rejection reason of a verdict, such as <c>no_victim</c>.</summary>
    public static string NameOf(SandwichVerdict verdict) => Reasons[(int)verdict];

    /// <summary>Rules that every finding has passed, in the order of docs/detections.md.</summary>
    internal static readonly string[] Always =
    [
        "successful", "held_position", "no_arbitrage_or_liquidation", "no_shares_exchanged", "opposite_directions", "victims_between", "one_actor",
        "victims_are_others", "not_wash_ring", "not_market_making", "inventory_not_exceeded", "victims_paid_more", "legs_unshared",
    ];

    internal const string SamePool = "same_pool";
    internal const string PriceLink = "price_link";
    internal const string InventoryClosed = "inventory_closed";
    internal const string ClosedToTheUnit = "closed_to_the_unit";
    internal const string GrossNotNegative = "gross_not_negative";
    internal const string NetPositive = "net_positive";
    internal const string StrictOrder = "fronts_before_victims_before_backs";
}
