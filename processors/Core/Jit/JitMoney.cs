using Sluice.Processors.Core.Common;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Jit;

/// <summary>What an episode put into its pool and took out of it, in both tokens and at the price of the last swap between.</summary>
internal readonly struct JitMoney
{
    public JitMoney(in Episode episode, ReadOnlySpan<ChangeFact> changes, in SwapFact last)
    {
        (MintA, MintB) = MintsOf(episode, changes, last);
        var (quote, other) = RankOf(MintA) > RankOf(MintB) ? (MintA, MintB) : (MintB, MintA);
        Quote = quote;
        (QuoteUnits, OtherUnits) = last.MintIn == quote ? (last.AmountIn, last.AmountOut) : (last.AmountOut, last.AmountIn);
        Int128 addedQuote = 0, addedOther = 0, takenQuote = 0, takenOther = 0, removedQuote = 0, removedOther = 0;
        for (var i = episode.FirstChange; i >= 0; i = changes[i].Next)
        {
            ref readonly var change = ref changes[i].Change;
            var (inQuote, inOther) = (AmountOf(change, quote), AmountOf(change, other));
            if (change.Kind == LiquidityChangeKind.Add) { (addedQuote, addedOther) = (addedQuote + inQuote, addedOther + inOther); }
            else { (takenQuote, takenOther) = (takenQuote + inQuote, takenOther + inOther); }
            if (change.Kind == LiquidityChangeKind.Remove) { (removedQuote, removedOther) = (removedQuote + inQuote, removedOther + inOther); }
        }

        var (deltaQuote, deltaOther) = (takenQuote - addedQuote, takenOther - addedOther);
        (DeltaA, DeltaB) = quote == MintA ? (deltaQuote, deltaOther) : (deltaOther, deltaQuote);
        Gross = InQuote(deltaOther) is { } worth ? deltaQuote + worth : null;
        var added = InQuote(addedOther) + addedQuote;
        RemovedPercent = added > 0 && InQuote(removedOther) + removedQuote is { } removed ? 100 * (double)removed / (double)added.Value : 0;
    }

    /// <summary>The pool's tokens.</summary>
    public Pubkey MintA { get; }

    public Pubkey MintB { get; }

    /// <summary>The one that the gain is told in: SOL, else a dollar, else staked SOL, else the second.</summary>
    public Pubkey Quote { get; }

    public Int128 DeltaA { get; }

    public Int128 DeltaB { get; }

    /// <summary>Both differences in the quote token; null where the last swap tells no price.</summary>
    public Int128? Gross { get; }

    /// <summary>Value that was removed per value that was added, percent.</summary>
    public double RemovedPercent { get; }

    private ulong QuoteUnits { get; }

    private ulong OtherUnits { get; }

    private Int128? InQuote(Int128 other)
    {
        if (other == 0) { return other; }
        return OtherUnits != 0 && Wide.TryMulDiv((UInt128)Int128.Abs(other), QuoteUnits, OtherUnits, out var worth) && worth <= (UInt128)Int128.MaxValue
            ? (other < 0 ? -(Int128)worth : (Int128)worth) : null;
    }

    /// <summary>A one-sided change names one token; the pool's other one is then told by another change, or by the swap.</summary>
    private static (Pubkey A, Pubkey B) MintsOf(in Episode episode, ReadOnlySpan<ChangeFact> changes, in SwapFact last)
    {
        for (var i = episode.FirstChange; i >= 0; i = changes[i].Next)
        {
            if (changes[i].Change.MintB is { } second) { return (changes[i].Change.MintA, second); }
        }

        var one = changes[episode.FirstChange].Change.MintA;
        return (one, one == last.MintIn ? last.MintOut : last.MintIn);
    }

    private static ulong AmountOf(in LiquidityChange change, in Pubkey mint) =>
        change.MintA == mint ? change.AmountA : change.MintB == mint ? change.AmountB : 0;

    private static int RankOf(in Pubkey mint) => KnownMints.UnitOf(mint) switch { MintUnit.Sol => 3, MintUnit.Dollar => 2, MintUnit.StakedSol => 1, _ => 0 };
}
