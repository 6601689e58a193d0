namespace Sluice.Api.Contracts;

/// <summary>One swap against one pool.</summary>
public sealed record Swap
{
    /// <summary>Slot.</summary>
    /// <example>254170887</example>
    public required ulong Slot { get; init; }

    /// <summary>Block time, UTC; null when the block has none.</summary>
    /// <example>2024-03-14T18:41:18.000Z</example>
    public required DateTime? BlockTime { get; init; }

    /// <summary>Block time, milliseconds since 1970-01-01 UTC.</summary>
    /// <example>1710441678000</example>
    public required long? BlockTimeUnixMs { get; init; }

    /// <summary>Position of the transaction in the block, from 0, votes counted.</summary>
    public required int TxIndex { get; init; }

    /// <summary>First signature of the transaction, base58.</summary>
    public required string Signature { get; init; }

    /// <summary>Fee payer, base58.</summary>
    public required string Signer { get; init; }

    /// <summary>First top-level program that is no builtin: the aggregator, bot or venue that was called.</summary>
    public required string? Wrapper { get; init; }

    /// <summary>Top-level instruction, from 0.</summary>
    public required int IxIndex { get; init; }

    /// <summary>Index in the instruction's inner list, from 0; -1 when the swap is the top-level instruction itself.</summary>
    public required int InnerIxIndex { get; init; }

    /// <summary>Leg within the instruction, from 0: a two-hop instruction makes two swaps.</summary>
    public required int LegIndex { get; init; }

    /// <summary>Venue, or <c>unknown(program)</c> where only the generic detector saw the swap.</summary>
    /// <example>raydium-amm-v4</example>
    public required string Venue { get; init; }

    /// <summary>Program that made the swap, base58.</summary>
    public required string Program { get; init; }

    /// <summary>Market account, base58.</summary>
    public required string Pool { get; init; }

    /// <summary>Owner of the token accounts that paid and received, base58.</summary>
    public required string Trader { get; init; }

    /// <summary>Token that the trader paid, base58.</summary>
    /// <example>So11111111111111111111111111111111111111112</example>
    public required string MintIn { get; init; }

    /// <summary>Token that the trader received, base58.</summary>
    /// <example>EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v</example>
    public required string MintOut { get; init; }

    /// <summary>Base units of <c>mint_in</c> that reached the pool.</summary>
    /// <example>"1500000000"</example>
    public required BaseUnits AmountIn { get; init; }

    /// <summary>Base units of <c>mint_out</c> that left the pool.</summary>
    /// <example>"252731945"</example>
    public required BaseUnits AmountOut { get; init; }

    /// <summary>The pool's token account that received <c>mint_in</c>, base58.</summary>
    public required string VaultIn { get; init; }

    /// <summary>The pool's token account that paid <c>mint_out</c>, base58.</summary>
    public required string VaultOut { get; init; }

    /// <summary>The pool's reserve of <c>mint_in</c> before the swap, base units; null where nothing tells.</summary>
    public required BaseUnits? ReserveIn { get; init; }

    /// <summary>The pool's reserve of <c>mint_out</c> before the swap, base units; null where nothing tells.</summary>
    public required BaseUnits? ReserveOut { get; init; }

    /// <summary>Square root of the price after the swap, as the raw integer of unsigned Q64.64; null where no event tells.</summary>
    public required BaseUnits? SqrtPriceX64 { get; init; }

    /// <summary>Which detector saw the swap: <c>decoder</c>, <c>generic</c> or <c>both</c>.</summary>
    /// <example>both</example>
    public required string Source { get; init; }

    /// <summary>Tip of the whole transaction, lamports.</summary>
    /// <example>"100000"</example>
    public required BaseUnits TipLamports { get; init; }

    /// <summary>Pipeline version that decoded the row.</summary>
    public required ulong Version { get; init; }
}
