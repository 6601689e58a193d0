using System.Text.Json.Serialization;

namespace Sluice.Api.Contracts;

/// <summary>What the store knows of a slot: its leader produced a block, or skipped it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "status")]
[JsonDerivedType(typeof(ProducedSlot), "produced")]
[JsonDerivedType(typeof(SkippedSlot), "skipped")]
public abstract record Slot
{
    /// <summary>Slot.</summary>
    /// <example>254170887</example>
    [JsonPropertyName("slot")]
    public required ulong Number { get; init; }

    /// <summary>Epoch: slot / 432,000 on mainnet.</summary>
    /// <example>588</example>
    public required ulong Epoch { get; init; }

    /// <summary>Pipeline version that wrote the row.</summary>
    public required ulong Version { get; init; }
}

/// <summary>A slot without a block, known from the parent of a later block.</summary>
public sealed record SkippedSlot : Slot
{
    /// <summary>The block whose parent lies before the slot, and so proves that it was skipped.</summary>
    /// <example>55065128</example>
    public required ulong ProvenBySlot { get; init; }
}

/// <summary>A slot with its block.</summary>
public sealed record ProducedSlot : Slot
{
    /// <summary>Hash of the block, base58.</summary>
    public required string Blockhash { get; init; }

    /// <summary>Slot of the parent block; slots between were skipped.</summary>
    /// <example>254170886</example>
    public required ulong ParentSlot { get; init; }

    /// <summary>Hash of the parent block, base58.</summary>
    public required string PreviousBlockhash { get; init; }

    /// <summary>Blocks before this one; null in old blocks.</summary>
    public required ulong? BlockHeight { get; init; }

    /// <summary>Block time, UTC.</summary>
    /// <example>2024-03-14T18:41:18.000Z</example>
    public required DateTime? BlockTime { get; init; }

    /// <summary>Block time, milliseconds since 1970-01-01 UTC.</summary>
    /// <example>1710441678000</example>
    public required long? BlockTimeUnixMs { get; init; }

    /// <summary>Identity that produced the block, base58; null when the block carries no rewards.</summary>
    public required string? Leader { get; init; }

    /// <summary>False when made from single transactions rather than a whole block: counts and sums are then of those only.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>File or endpoint that it was read from.</summary>
    public required string Source { get; init; }

    /// <summary>Counts.</summary>
    public required SlotCounts Counts { get; init; }

    /// <summary>Fees, tips and the leader's reward.</summary>
    public required SlotMoney Money { get; init; }

    /// <summary>Compute units consumed, votes included.</summary>
    public required ulong ComputeUnits { get; init; }

    /// <summary>The chain's own arithmetic, checked on this block; null when it was not checked.</summary>
    public required SlotQuality? Quality { get; init; }
}

/// <summary>Counts of one block.</summary>
public sealed record SlotCounts
{
    /// <summary>Transactions, votes included.</summary>
    /// <example>602</example>
    public required int Transactions { get; init; }

    /// <summary>Simple vote transactions.</summary>
    /// <example>158</example>
    public required int Votes { get; init; }

    /// <summary>Failed transactions, votes included.</summary>
    /// <example>305</example>
    public required int Failed { get; init; }

    /// <summary>Failed vote transactions.</summary>
    public required int FailedVotes { get; init; }

    /// <summary>Transactions that paid a tip.</summary>
    /// <example>6</example>
    public required int Tipped { get; init; }

    /// <summary>Swaps.</summary>
    public required int Swaps { get; init; }

    /// <summary>Arbitrages.</summary>
    /// <example>15</example>
    public required int Arbitrages { get; init; }
}

/// <summary>Money of one block, lamports.</summary>
public sealed record SlotMoney
{
    /// <summary>All fees, lamports.</summary>
    /// <example>"33813246"</example>
    public required BaseUnits FeesLamports { get; init; }

    /// <summary>Priority fees, part of the fees, lamports.</summary>
    public required BaseUnits PriorityFeesLamports { get; init; }

    /// <summary>Jito tips, beside the fees, lamports.</summary>
    /// <example>"32000000"</example>
    public required BaseUnits TipsLamports { get; init; }

    /// <summary>Fee reward of the leader, lamports; null when the block carries no rewards.</summary>
    /// <example>"16906623"</example>
    public required BaseUnits? LeaderRewardLamports { get; init; }
}

/// <summary>How the checks of one block went.</summary>
public sealed record SlotQuality
{
    /// <summary>True when nothing failed.</summary>
    public required bool Passed { get; init; }

    /// <summary>Whether parent slot and hash match the stored parent: <c>continuous</c>, <c>unknown</c> (not read) or <c>broken</c>.</summary>
    /// <example>continuous</example>
    public required string Parent { get; init; }

    /// <summary>Transactions whose fee could be recomputed.</summary>
    public required Check FeeFormula { get; init; }

    /// <summary>Transactions whose lamports must add up.</summary>
    public required Check Lamports { get; init; }

    /// <summary>Transaction and mint pairs whose tokens must add up.</summary>
    public required Check Tokens { get; init; }

    /// <summary>The leader's reward against the fee distribution rule.</summary>
    public required Check Reward { get; init; }

    /// <summary>Instructions of known venues that could not be decoded.</summary>
    public required int DecodeRejected { get; init; }

    /// <summary>Swaps on which decoder and generic detector differ.</summary>
    public required int DriftedSwaps { get; init; }
}

/// <summary>How often a check was made and how often it failed.</summary>
public sealed record Check
{
    /// <summary>Times checked.</summary>
    public required long Checked { get; init; }

    /// <summary>Of them, times failed.</summary>
    public required long Failed { get; init; }
}
