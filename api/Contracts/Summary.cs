namespace Sluice.Api.Contracts;

/// <summary>What the store holds, in figures, with the quality of the data that they are made of.</summary>
public sealed record Summary
{
    /// <summary>First slot; null in an empty store.</summary>
    public required ulong? FirstSlot { get; init; }

    /// <summary>Last slot; null in an empty store.</summary>
    public required ulong? LastSlot { get; init; }

    /// <summary>Earliest block time, UTC.</summary>
    public required DateTime? FirstBlockTime { get; init; }

    /// <summary>Latest block time, UTC.</summary>
    public required DateTime? LastBlockTime { get; init; }

    /// <summary>Slots with a block.</summary>
    public required long Slots { get; init; }

    /// <summary>Slots known to be skipped by their leader.</summary>
    public required long SkippedSlots { get; init; }

    /// <summary>Transactions, votes included.</summary>
    public required long Transactions { get; init; }

    /// <summary>Simple vote transactions.</summary>
    public required long Votes { get; init; }

    /// <summary>Failed transactions, votes included.</summary>
    public required long Failed { get; init; }

    /// <summary>Transactions that paid a tip.</summary>
    public required long Tipped { get; init; }

    /// <summary>Swaps.</summary>
    public required long Swaps { get; init; }

    /// <summary>Fees, lamports.</summary>
    public required BaseUnits FeesLamports { get; init; }

    /// <summary>Priority fees, part of the fees, lamports.</summary>
    public required BaseUnits PriorityFeesLamports { get; init; }

    /// <summary>Jito tips, beside the fees, lamports.</summary>
    public required BaseUnits TipsLamports { get; init; }

    /// <summary>The checks of the data behind these figures.</summary>
    public required QualitySummary Quality { get; init; }

    /// <summary>Arbitrages by class and token of profit, most frequent first, at most 100.</summary>
    public required IReadOnlyList<FindingSummary> Findings { get; init; }

    /// <summary>Findings beside arbitrages, by kind and class.</summary>
    public required IReadOnlyList<KindSummary> OtherFindings { get; init; }
}

/// <summary>The chain's own arithmetic over all stored blocks.</summary>
public sealed record QualitySummary
{
    /// <summary>Blocks that were checked.</summary>
    public required long Checked { get; init; }

    /// <summary>Of them, blocks on which nothing failed.</summary>
    public required long Passed { get; init; }

    /// <summary>Passed / checked, 0 to 1; null when nothing was checked.</summary>
    /// <example>0.998</example>
    public required double? Share { get; init; }

    /// <summary>Blocks whose parent does not match the stored parent.</summary>
    public required long BrokenParents { get; init; }

    /// <summary>Fees against the formula.</summary>
    public required Check FeeFormula { get; init; }

    /// <summary>Lamports before and after.</summary>
    public required Check Lamports { get; init; }

    /// <summary>Tokens before and after.</summary>
    public required Check Tokens { get; init; }

    /// <summary>Rewards of leaders.</summary>
    public required Check Reward { get; init; }

    /// <summary>Instructions of known venues that could not be decoded.</summary>
    public required long DecodeRejected { get; init; }

    /// <summary>Swaps on which decoder and generic detector differ.</summary>
    public required long DriftedSwaps { get; init; }
}

/// <summary>Arbitrages of one class and token of profit.</summary>
public sealed record FindingSummary
{
    /// <summary>Class.</summary>
    /// <example>cyclic</example>
    public required string Class { get; init; }

    /// <summary>Token of the profit, base58.</summary>
    public required string ProfitMint { get; init; }

    /// <summary>Findings.</summary>
    public required long Count { get; init; }

    /// <summary>Gross profit, base units of <c>profit_mint</c>.</summary>
    public required BaseUnits Gross { get; init; }

    /// <summary>Net profit of those whose net is known, base units of <c>profit_mint</c>.</summary>
    public required BaseUnits Net { get; init; }

    /// <summary>Findings whose net is known.</summary>
    public required long CountWithNet { get; init; }

    /// <summary>Tips, lamports.</summary>
    public required BaseUnits TipLamports { get; init; }
}

/// <summary>Findings of one kind and class.</summary>
public sealed record KindSummary
{
    /// <summary>Kind, as its list is called: <c>sandwiches</c>, <c>round_trips</c>, <c>jit</c>, <c>liquidations</c>, <c>failed_attempts</c> or <c>bundles</c>.</summary>
    /// <example>sandwiches</example>
    public required string Kind { get; init; }

    /// <summary>Class; of just-in-time liquidity the venue, of liquidations the protocol.</summary>
    /// <example>classic</example>
    public required string Class { get; init; }

    /// <summary>Findings.</summary>
    public required long Count { get; init; }

    /// <summary>Net profit of those whose net is known in lamports.</summary>
    public required BaseUnits NetLamports { get; init; }

    /// <summary>Findings whose net is known in lamports.</summary>
    public required long CountWithNet { get; init; }

    /// <summary>Loss of the victims as far as it is known, lamports; null for kinds without victims.</summary>
    public required BaseUnits? VictimLossLamports { get; init; }

    /// <summary>Fees of the transactions, lamports; of failed attempts, what they burnt.</summary>
    public required BaseUnits FeeLamports { get; init; }
}
