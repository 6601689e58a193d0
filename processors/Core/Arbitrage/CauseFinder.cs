using Sluice.Processors.Core.Common;
using Sluice.Processors.Core.Pools;
using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Finding = Sluice.Schemas.Records.Arbitrage;

namespace Sluice.Processors.Core.Arbitrage;

/// <summary>Finds the swap that made an arbitrage possible: somebody else's, shortly before in the block, that moved a pool's price which the arbitrage moved back.</summary>
/// <remarks>
/// For the arbitrage's first leg in each pool, the swaps of that pool before it, newest first, are held against the rules B1 to B7 of docs/detections.md. Of
/// those that hold, the one that moved the price most is the cause; among equals the nearest, then the one of the earlier leg. A swap whose price before or after is not known
/// is compared by what it and the swap of the same direction before it paid. Not thread-safe.
/// </remarks>
public sealed class CauseFinder(CauseRules rules)
{
    private const long Billion = 1_000_000_000;

    private readonly BlockSwaps _own = new();
    private BlockSwaps _swaps = null!;
    private Around[] _arounds = new Around[256]; // by a swap's number, of those that were asked for: many arbitrages look at the same swaps of a busy pool
    private int _block; // tells those of this block from older ones

    /// <summary>Turns to a block, which must stay unchanged while it is judged.</summary>
    public void Begin(in Block block)
    {
        _own.Begin(block);
        Begin(_own);
    }

    /// <summary>Turns to a block of which there is an index.</summary>
    internal void Begin(BlockSwaps swaps)
    {
        _swaps = swaps;
        _block++;
        if (_arounds.Length < swaps.Digest.Marks.Length) { _arounds = new Around[swaps.Digest.Marks.Length * 2]; }
    }

    /// <summary>Writes the cause into a finding, where there is one.</summary>
    /// <param name="position">Position of its transaction in the block's list.</param>
    /// <param name="finding">The finding, with its legs.</param>
    /// <returns>True when there is a cause.</returns>
    public bool Find(int position, ref Finding finding)
    {
        var best = default(Cause);
        var swaps = _swaps.Transactions[position].Swaps.Span;
        for (var i = 0; i < swaps.Length; i++)
        {
            if (IsFirstOfPool(swaps, i) && IsLeg(swaps[i], finding)) { Search(position, i, finding, ref best); }
        }

        if (best.MovePpb == 0) { return false; }
        ref readonly var tx = ref _swaps.Transactions[best.Position];
        finding.CausedBySignature = tx.Signature;
        finding.CausedByTxIndex = tx.Index;
        finding.CausedBySigner = tx.Signer;
        finding.CausePool = best.Pool;
        finding.CauseMoveBps = Bps(best.MovePpb);
        finding.CauseClosedBps = Bps(best.ClosedPpb);
        finding.CauseDistance = finding.TxIndex - tx.Index;
        finding.RulesPassed.Add(ArbitrageRuleNames.Backrun);
        return true;
    }

    private void Search(int position, int leg, in Finding finding, ref Cause best)
    {
        var start = _swaps.FirstOf(position) + leg;
        ref readonly var own = ref _swaps.SwapOf(start);
        PriceAround? around = null;
        var hash = _swaps[start].PoolHash;
        for (var entry = _swaps.BeforeOfPool(start); entry >= 0; entry = _swaps.BeforeOfPool(entry))
        {
            ref readonly var mark = ref _swaps[entry];
            if (mark.PoolHash != hash) { continue; }
            if (finding.TxIndex - mark.TxIndex > rules.MaxDistance) { return; } // B2
            if (!mark.IsSuccess) { continue; } // B1
            ref readonly var swap = ref _swaps.SwapOf(entry);
            if (swap.Pool != own.Pool) { continue; }
            if (swap.MintIn != own.MintOut || swap.MintOut != own.MintIn) { continue; } // B4
            if (IsOwn(_swaps.Transactions[mark.Position], swap, finding)) { continue; } // B3
            around ??= AroundOf(start) is (var known, false) ? known : default;
            if (Measure(entry, own, around.Value) is { } cause && cause.MovePpb > best.MovePpb)
            {
                best = cause;
                best.Position = mark.Position;
            }
        }
    }

    /// <summary>B5 to B7.</summary>
    private Cause? Measure(int entry, in Swap own, in PriceAround around)
    {
        var (prices, isExecuted) = AroundOf(entry);
        if (!prices.IsKnown) { return null; }
        var least = (Int128)rules.MinMoveBps * (Billion / 10_000);
        var move = Above(prices.After, prices.Before);
        if (move < least) { return null; }

        // The leg goes the other way, so its prices are the cause's turned over.
        var byState = !isExecuted && around.IsKnown;
        var before = byState ? around.Before.Inverse() : prices.After;
        var after = byState ? around.After.Inverse() : Rate.Of(own.AmountOut, own.AmountIn);
        var left = Above(before, prices.Before);
        if (left < least) { return null; }

        // What goes beyond the price before the cause takes nothing more of its move back.
        var closed = Int128.Min(left - Int128.Max(Above(after, prices.Before), 0), move);
        var staysInBin = byState && around.Before.CompareTo(around.After) == 0; // it trades at the price that the cause left, and no trade within a bin moves it
        return closed <= 0 && !staysInBin ? null : new() { MovePpb = (long)Int128.Min(move, long.MaxValue), ClosedPpb = (long)Int128.Clamp(closed, 0, long.MaxValue), Pool = own.Pool };
    }

    /// <summary>Prices around an entry's swap; where they are not known, what a swap of the same direction before it paid, and what it paid itself.</summary>
    private (PriceAround Around, bool IsExecuted) AroundOf(int entry)
    {
        ref var known = ref _arounds[entry];
        if (known.Block != _block)
        {
            (known.Prices, known.IsExecuted) = ReadAround(entry);
            known.Block = _block;
        }

        return (known.Prices, known.IsExecuted);
    }

    private (PriceAround Around, bool IsExecuted) ReadAround(int entry)
    {
        ref readonly var swap = ref _swaps.SwapOf(entry);
        var before = Before(entry);
        var around = PriceAround.Of(swap, before >= 0 ? _swaps.SwapOf(before).SqrtPriceX64 : null);
        if (around.IsKnown || before < 0) { return (around, false); }
        ref readonly var earlier = ref _swaps.SwapOf(before);
        return earlier.MintIn == swap.MintIn && earlier.MintOut == swap.MintOut ? (PriceAround.Executed(earlier, swap), true) : (default, false);
    }

    /// <summary>The entry before of the same pool; −1 for none.</summary>
    private int Before(int entry)
    {
        var hash = _swaps[entry].PoolHash;
        ref readonly var pool = ref _swaps.SwapOf(entry).Pool;
        do { entry = _swaps.BeforeOfPool(entry); }
        while (entry >= 0 && (_swaps[entry].PoolHash != hash || _swaps.SwapOf(entry).Pool != pool));
        return entry;
    }

    private static bool IsOwn(in Transaction tx, in Swap swap, in Finding finding)
    {
        if (tx.Signer == finding.Signer || swap.Trader == finding.Signer || tx.Signers.Span.Contains(finding.Signer)) { return true; }
        foreach (ref readonly var linked in finding.LinkedAccounts.Span)
        {
            if (tx.Signer == linked || swap.Trader == linked) { return true; }
        }

        return false;
    }

    private static bool IsFirstOfPool(ReadOnlySpan<Swap> swaps, int index)
    {
        for (var i = 0; i < index; i++)
        {
            if (swaps[i].Pool == swaps[index].Pool) { return false; }
        }

        return true;
    }

    private static bool IsLeg(in Swap swap, in Finding finding)
    {
        foreach (ref readonly var leg in finding.Legs.Span)
        {
            if (leg.IxIndex == swap.IxIndex && leg.InnerIxIndex == swap.InnerIxIndex && leg.Pool == swap.Pool) { return true; }
        }

        return false;
    }

    /// <summary>By how much a price stands above a reference, parts of a billion of it; below zero when it stands below.</summary>
    private static Int128 Above(Rate price, Rate reference) =>
        price.Times(reference.Inverse()).Apply(Billion) is { } ratio ? ratio - Billion : Int128.MaxValue / 1_000;

    private static double Bps(long ppb) => ppb / 1_000 / 100.0;

    private struct Around
    {
        public int Block;
        public bool IsExecuted;
        public PriceAround Prices;
    }

    private struct Cause
    {
        public int Position;
        public Pubkey Pool;
        public long MovePpb, ClosedPpb;
    }
}
