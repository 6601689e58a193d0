namespace Sluice.Api.Contracts;

/// <summary>One atomic arbitrage: several swaps of one transaction that leave the actor with more than before.</summary>
public sealed record Arbitrage
{
    /// <summary><c>arbitrage:</c> and the signature; the same finding always has the same id.</summary>
    public required string Id { get; init; }

    /// <summary>Version of the rules that made the verdict.</summary>
    public required int RuleVersion { get; init; }

    /// <summary>Slot.</summary>
    /// <example>254170887</example>
    public required ulong Slot { get; init; }

    /// <summary>Block time, UTC; null when the block has none.</summary>
    /// <example>2024-03-14T18:41:18.000Z</example>
    public required DateTime? BlockTime { get; init; }

    /// <summary>Block time, milliseconds since 1970-01-01 UTC.</summary>
    /// <example>1710441678000</example>
    public required long? BlockTimeUnixMs { get; init; }

    /// <summary>Identity of the slot's leader, base58; null where the block does not tell.</summary>
    public required string? Leader { get; init; }

    /// <summary>Position of the transaction in the block, from 0, votes counted.</summary>
    public required int TxIndex { get; init; }

    /// <summary>First signature of the transaction, base58.</summary>
    public required string Signature { get; init; }

    /// <summary>Fee payer, base58.</summary>
    public required string Signer { get; init; }

    /// <summary>First top-level program that is no builtin, base58.</summary>
    public required string? Wrapper { get; init; }

    /// <summary>Its name where known.</summary>
    public required string? WrapperName { get; init; }

    /// <summary>Whether a known aggregator was invoked.</summary>
    public required bool UsesAggregator { get; init; }

    /// <summary>Whether a flash loan was taken.</summary>
    public required bool UsesFlashLoan { get; init; }

    /// <summary>Shape of the swaps: <c>cyclic</c>, <c>cross_pair</c>, <c>stable</c> or <c>long_tail</c>.</summary>
    /// <example>cyclic</example>
    public required string Class { get; init; }

    /// <summary>Token of the profit, base58.</summary>
    /// <example>So11111111111111111111111111111111111111112</example>
    public required string ProfitMint { get; init; }

    /// <summary>Gain of the signer and linked accounts, base units of <c>profit_mint</c>, before fee and tip.</summary>
    /// <example>"4821337"</example>
    public required BaseUnits Gross { get; init; }

    /// <summary>Fee of the transaction, lamports.</summary>
    /// <example>"5000"</example>
    public required BaseUnits FeeLamports { get; init; }

    /// <summary>Tip, lamports.</summary>
    /// <example>"1000000"</example>
    public required BaseUnits TipLamports { get; init; }

    /// <summary>Gross minus fee and tip, base units of <c>profit_mint</c>; null when no price between SOL and it is known.</summary>
    /// <example>"3816337"</example>
    public required BaseUnits? Net { get; init; }

    /// <summary>Fee and tip in base units of <c>profit_mint</c>, rounded up; null together with <c>net</c>.</summary>
    public required BaseUnits? CostInProfitMint { get; init; }

    /// <summary>Gains in other tokens.</summary>
    public required IReadOnlyList<MintAmount> OtherProfits { get; init; }

    /// <summary>Owners beside the signer whose balances count as the actor's, base58.</summary>
    public required IReadOnlyList<string> LinkedAccounts { get; init; }

    /// <summary>Pools in order of the legs, base58.</summary>
    public required IReadOnlyList<string> Pools { get; init; }

    /// <summary>Every swap that belongs to it, in execution order.</summary>
    public required IReadOnlyList<ArbitrageLeg> Legs { get; init; }

    /// <summary>0 to 1.</summary>
    /// <example>0.95</example>
    public required double Confidence { get; init; }

    /// <summary>What the confidence is made of.</summary>
    public required IReadOnlyList<ConfidencePart> ConfidenceParts { get; init; }

    /// <summary>Names of the rules that it passed.</summary>
    public required IReadOnlyList<string> RulesPassed { get; init; }
}

/// <summary>An amount of one token.</summary>
public sealed record MintAmount
{
    /// <summary>Token, base58.</summary>
    public required string Mint { get; init; }

    /// <summary>Base units.</summary>
    public required BaseUnits Amount { get; init; }
}

/// <summary>One swap of an arbitrage.</summary>
public sealed record ArbitrageLeg
{
    /// <summary>Top-level instruction, from 0.</summary>
    public required int IxIndex { get; init; }

    /// <summary>Index in the instruction's inner list, from 0; -1 for a top-level instruction.</summary>
    public required int InnerIxIndex { get; init; }

    /// <summary>Venue.</summary>
    /// <example>orca-whirlpool</example>
    public required string Venue { get; init; }

    /// <summary>Program, base58.</summary>
    public required string Program { get; init; }

    /// <summary>Pool, base58.</summary>
    public required string Pool { get; init; }

    /// <summary>Token paid to the pool, base58.</summary>
    public required string MintIn { get; init; }

    /// <summary>Token received from it, base58.</summary>
    public required string MintOut { get; init; }

    /// <summary>Base units of <c>mint_in</c>.</summary>
    public required BaseUnits AmountIn { get; init; }

    /// <summary>Base units of <c>mint_out</c>.</summary>
    public required BaseUnits AmountOut { get; init; }
}

/// <summary>One part of a confidence.</summary>
public sealed record ConfidencePart
{
    /// <summary>What was looked at.</summary>
    public required string Name { get; init; }

    /// <summary>Share that it adds, 0 to 1; the parts sum up to the confidence.</summary>
    public required double Weight { get; init; }
}
