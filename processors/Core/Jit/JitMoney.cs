using Sluice.Processors.Core.Common;
using Sluice.Processors.Core.Pools;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Jit;

/// <summary>What an episode put into its pool and took out of it, in both tokens and at the pool's price after the last swap between.</summary>
/// <remarks>
/// The price is the stated one; of a pool with bins that of the bin where the last swap ended; else what that swap paid without its fee. With the fee in the price, what a provider earned
/// would be taken off again: he gave at that very price.
/// </remarks>
internal readonly struct JitMoney
{
    public JitMoney(in Episode episode, ReadOnlySpan<ChangeFact> changes, in SwapFact last)
    {
        (MintA, MintB) = MintsOf(episode, changes, last);
        var (quote, other) = RankOf(MintA) > RankOf(MintB) ? (MintA, MintB) : (MintB, MintA);
        Quote = quote;
        var (paid, received) = (last.AmountIn - Math.Min(last.FeeIn, last.AmountIn), (UInt128)last.AmountOut + last.FeeOut);
        (QuoteUnits, OtherUnits) = last.MintIn == quote ? (paid, received) : (received, (UInt128)paid);
        var bins = last is { HasBins: true, TickBefore: { } before, TickAfter: { } after } ? BinPrices.Of(paid, received, before, after) : default;
        (QuoteUnits, OtherUnits) = bins.IsKnown ? AtBin(bins, (last.MintIn == quote) == bins.PaysMore) : AtPrice(last.SqrtPrice, QuoteUnits, OtherUnits);
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

    /// <summary>True when as much came out as went in, of both tokens, but for one unit that each change may round: no swap used it.</summary>
    /// <param name="changes">Additions and removals.</param>
    public bool IsUntouched(int changes) => Int128.Abs(DeltaA) <= changes && Int128.Abs(DeltaB) <= changes;

    /// <summary>Both differences in the quote token; null where the last swap tells no price.</summary>
    public Int128? Gross { get; }

    /// <summary>Value that was removed per value that was added, percent.</summary>
    public double RemovedPercent { get; }

    private UInt128 QuoteUnits { get; }

    private UInt128 OtherUnits { get; }

    /// <summary>The stated price as units of quote for units of the other token; which is the pool's first the swap tells, whose price is near it.</summary>
    private static (UInt128 Quote, UInt128 Other) AtPrice(UInt128 root, UInt128 quote, UInt128 other)
    {
        var one = (UInt128)1 << 64;
        if (root == 0 || quote == 0 || other == 0 || !Wide.TryMulDiv(root, root, one, out var price) || price == 0) { return (quote, other); }

        // quote / other is near price when the other is the pool's first, else near its inverse: the farther one is off by more than its square root.
        var isFirst = Distance(quote, one, other, price) <= Distance(quote, price, other, one);
        return isFirst ? (price, one) : (one, price);
    }

    private static (UInt128 Quote, UInt128 Other) AtBin(in BinPrices bins, bool hasMoreQuote)
    {
        var one = (UInt128)1 << 64;
        return hasMoreQuote ? (bins.After, one) : (one, bins.After);
    }

    /// <summary>How often the greater of left · factor and right · other holds the smaller.</summary>
    private static UInt128 Distance(UInt128 left, UInt128 factor, UInt128 right, UInt128 other)
    {
        var isLess = Wide.CompareProducts(left, factor, right, other) < 0;
        if (isLess) { (left, factor, right, other) = (right, other, left, factor); }
        return Wide.TryMulDiv(left, factor, right, out var quotient) && Wide.TryMulDiv(quotient, 1 << 20, other, out var times) ? times : UInt128.MaxValue;
    }

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
