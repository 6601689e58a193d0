using Sluice.Processors.Core.Arbitrage;
using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Composition;

/// <summary>What a swap leg can serve, the strongest claim first: a leg serves one finding, that of the first claim that holds.</summary>
/// <remarks>What just-in-time liquidity brackets and what an arbitrage follows are references to a swap, no claims.</remarks>
public enum LegClaim : byte
{
    /// <summary>A successful liquidation explains all swaps of its transaction.</summary>
    Liquidation,

    /// <summary>An atomic arbitrage explains all swaps of its transaction.</summary>
    Arbitrage,

    /// <summary>Front or back leg of a sandwich.</summary>
    SandwichLeg,

    /// <summary>Victim of a sandwich.</summary>
    SandwichVictim,

    /// <summary>Nothing.</summary>
    None,
}

/// <summary>Says which claim on a transaction's swaps comes before those of a sandwich. Not thread-safe.</summary>
public sealed class Precedence
{
    private readonly ArbitrageDetector _arbitrage = new();

    /// <summary>True when the transaction is a finding of its own and explains its swaps, so that none of them can be a leg or a victim of a sandwich.</summary>
    /// <param name="tx">Transaction.</param>
    /// <param name="block">Its block.</param>
    public bool Explains(in Transaction tx, BlockContext block) => ClaimOf(tx, block) < LegClaim.SandwichLeg;

    /// <summary>The claim of the transaction itself: liquidation, arbitrage, or none.</summary>
    public LegClaim ClaimOf(in Transaction tx, BlockContext block) =>
        IsLiquidation(tx) ? LegClaim.Liquidation
        : _arbitrage.Judge(tx, block) == ArbitrageVerdict.Arbitrage ? LegClaim.Arbitrage
        : LegClaim.None;

    /// <summary>True for a transaction that succeeded and has a liquidation instruction.</summary>
    public static bool IsLiquidation(in Transaction tx) => tx.Status == TransactionStatus.Success && tx.Liquidations.Count > 0;
}
