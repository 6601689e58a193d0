namespace Sluice.Api.Contracts;

/// <summary>The first places of one epoch.</summary>
public sealed record Leaderboard<T>
{
    /// <summary>Epoch; null in an empty store.</summary>
    /// <example>588</example>
    public required ulong? Epoch { get; init; }

    /// <summary>The places, best first.</summary>
    public required IReadOnlyList<T> Data { get; init; }
}

/// <summary>A pool's epoch.</summary>
public sealed record PoolRank
{
    /// <summary>Pool, base58.</summary>
    public required string Pool { get; init; }

    /// <summary>Its venue.</summary>
    /// <example>raydium-amm-v4</example>
    public required string Venue { get; init; }

    /// <summary>Swaps in the pool.</summary>
    public required long Swaps { get; init; }

    /// <summary>Different traders.</summary>
    public required long Traders { get; init; }

    /// <summary>First slot with a swap.</summary>
    public required ulong FirstSlot { get; init; }

    /// <summary>Last slot with a swap.</summary>
    public required ulong LastSlot { get; init; }
}

/// <summary>A searcher's epoch, in one token.</summary>
public sealed record SearcherRank
{
    /// <summary>Fee payer, base58.</summary>
    public required string Signer { get; init; }

    /// <summary>Token of the profit, base58.</summary>
    public required string ProfitMint { get; init; }

    /// <summary>Arbitrages with profit in this token.</summary>
    public required long Arbitrages { get; init; }

    /// <summary>Gross profit, base units of <c>profit_mint</c>.</summary>
    public required BaseUnits Gross { get; init; }

    /// <summary>Net profit of those whose net is known, base units of <c>profit_mint</c>.</summary>
    public required BaseUnits Net { get; init; }

    /// <summary>Arbitrages whose net is known.</summary>
    public required long ArbitragesWithNet { get; init; }

    /// <summary>Fees, lamports.</summary>
    public required BaseUnits FeesLamports { get; init; }

    /// <summary>Tips, lamports.</summary>
    public required BaseUnits TipsLamports { get; init; }
}
