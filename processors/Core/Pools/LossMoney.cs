using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Pools;

/// <summary>In which token a loss is told, and how much of it that is.</summary>
public static class LossMoney
{
    /// <summary>The quote token of a pair: SOL before dollars before staked SOL; among equals and else what the victim paid.</summary>
    public static Pubkey QuoteOf(in Pubkey mintIn, in Pubkey mintOut) => Rank(mintOut) > Rank(mintIn) ? mintOut : mintIn;

    /// <summary>The least loss in base units of the quote token, at the price that the victim would have had; null when no loss is known.</summary>
    public static Int128? ToQuote(in Swap victim, in LossEstimate loss) =>
        loss.LossLow is not { } low ? null : QuoteOf(victim.MintIn, victim.MintOut) == victim.MintOut ? low : ToMintIn(victim, low);

    private static Int128? ToMintIn(in Swap victim, ulong loss)
    {
        var (paid, received) = ((UInt128)victim.AmountIn + (victim.TransferFeeIn ?? 0), (UInt128)ConstantProduct.Received(victim, victim.AmountOut));
        var without = received + loss;
        return without == 0 || paid > ulong.MaxValue ? null : (Int128)(paid * loss / without);
    }

    private static int Rank(in Pubkey mint) => KnownMints.UnitOf(mint) switch
    {
        MintUnit.Sol => 3,
        MintUnit.Dollar => 2,
        MintUnit.StakedSol => 1,
        _ => 0,
    };
}
