using System.Numerics;
using System.Runtime.CompilerServices;
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
/// is compared by what it and the swap of the same direction before it paid. The index of a block is made when its first arbitrage asks, or is told swap by swap. It chains the
/// swaps whose pools share a place in a table; pools are told apart when somebody asks. Not thread-safe.
/// </remarks>
public sealed class CauseFinder(CauseRules rules)
{
    private const long Billion = 1_000_000_000;

    private const int LeastPlaces = 1_024;

    private int[] _last = new int[LeastPlaces]; // by the upper bits of a pool's hash, the newest entry + 1; 0 for none
    private int _shift;
    private Entry[] _entries = new Entry[256];
    private int[] _firstOf = new int[256]; // first entry of a transaction
    private RecordList<Transaction>? _transactions;
    private int _count;
    private bool _isIndexed;

    /// <summary>Turns to a block, which must stay unchanged while it is judged.</summary>
    public void Begin(in Block block) => Begin(block, isTold: false);

    /// <param name="isTold">True where the swaps of all transactions are given by <see cref="Begin(int)"/> and <see cref="Take"/>, by somebody who reads the block anyway; the index is made of them then.</param>
    internal void Begin(in Block block, bool isTold)
    {
        _transactions = block.Transactions;
        _isIndexed = false;
        if (isTold) { BeginIndex(); }
    }

    /// <summary>Turns to the next transaction.</summary>
    internal void Begin(int position) => _firstOf[position] = _count;

    /// <summary>Takes its next swap.</summary>
    /// <param name="position">Position of the transaction in the block's list.</param>
    /// <param name="txIndex">Position in the block.</param>
    /// <param name="index">Which of its swaps.</param>
    /// <param name="swap">The swap.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Take(int position, int txIndex, int index, in Swap swap)
    {
        if (_count == _entries.Length) { Array.Resize(ref _entries, _count * 2); }
        var hash = (uint)swap.Pool.GetHashCode();
        ref var last = ref _last[hash >> _shift];
        _entries[_count] = new() { Position = position, TxIndex = txIndex, Swap = index, Chained = last - 1, Hash = hash };
        last = ++_count;
    }

    /// <summary>Writes the cause into a finding, where there is one.</summary>
    /// <param name="position">Position of its transaction in the block's list.</param>
    /// <param name="finding">The finding, with its legs.</param>
    /// <returns>True when there is a cause.</returns>
    public bool Find(int position, ref Finding finding)
    {
        Index();
        var best = default(Cause);
        var swaps = _transactions![position].Swaps.Span;
        for (var i = 0; i < swaps.Length; i++)
        {
            if (IsFirstOfPool(swaps, i) && IsLeg(swaps[i], finding)) { Search(position, i, finding, ref best); }
        }

        if (best.MovePpb == 0) { return false; }
        ref readonly var tx = ref _transactions[best.Position];
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

    private void Index()
    {
        if (_isIndexed) { return; }
        BeginIndex();
        ReadOnlySpan<Transaction> transactions = _transactions!.Span;
        for (var position = 0; position < transactions.Length; position++)
        {
            Ahead.Fetch(transactions, position, Reads.Swaps);
            Begin(position);
            var swaps = transactions[position].Swaps.Span;
            for (var i = 0; i < swaps.Length; i++) { Take(position, transactions[position].Index, i, swaps[i]); }
        }
    }

    private void BeginIndex()
    {
        _isIndexed = true;
        _count = 0;
        var places = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(LeastPlaces, _transactions!.Count * 2));
        if (_last.Length < places) { _last = new int[places]; }
        else { Array.Clear(_last, 0, places); }
        _shift = 32 - BitOperations.Log2((uint)places);
        if (_firstOf.Length < _transactions.Count) { _firstOf = new int[_transactions.Count * 2]; }
    }

    private void Search(int position, int leg, in Finding finding, ref Cause best)
    {
        var start = _firstOf[position] + leg;
        ref readonly var own = ref SwapOf(start);
        PriceAround? around = null;
        for (var entry = _entries[start].Chained; entry >= 0; entry = _entries[entry].Chained)
        {
            if (_entries[entry].Hash != _entries[start].Hash) { continue; }
            if (finding.TxIndex - _entries[entry].TxIndex > rules.MaxDistance) { return; } // B2
            ref readonly var swap = ref SwapOf(entry);
            if (swap.Pool != own.Pool) { continue; }
            var candidate = _entries[entry].Position;
            ref readonly var tx = ref _transactions![candidate];
            if (tx.Status != TransactionStatus.Success || swap.MintIn != own.MintOut || swap.MintOut != own.MintIn) { continue; } // B1, B4
            if (IsOwn(tx, swap, finding)) { continue; } // B3
            around ??= AroundOf(start) is (var known, false) ? known : default;
            if (Measure(entry, own, around.Value) is { } cause && cause.MovePpb > best.MovePpb)
            {
                best = cause;
                best.Position = candidate;
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
        return closed <= 0 ? null : new() { MovePpb = (long)Int128.Min(move, long.MaxValue), ClosedPpb = (long)Int128.Min(closed, long.MaxValue), Pool = own.Pool };
    }

    /// <summary>Prices around an entry's swap; where they are not known, what a swap of the same direction before it paid, and what it paid itself.</summary>
    private (PriceAround Around, bool IsExecuted) AroundOf(int entry)
    {
        ref readonly var swap = ref SwapOf(entry);
        var before = Before(entry);
        var around = PriceAround.Of(swap, before >= 0 ? SwapOf(before).SqrtPriceX64 : null);
        if (around.IsKnown || before < 0) { return (around, false); }
        ref readonly var earlier = ref SwapOf(before);
        return earlier.MintIn == swap.MintIn && earlier.MintOut == swap.MintOut ? (PriceAround.Executed(earlier, swap), true) : (default, false);
    }

    /// <summary>The entry before of the same pool; −1 for none.</summary>
    private int Before(int entry)
    {
        var hash = _entries[entry].Hash;
        ref readonly var pool = ref SwapOf(entry).Pool;
        do { entry = _entries[entry].Chained; }
        while (entry >= 0 && (_entries[entry].Hash != hash || SwapOf(entry).Pool != pool));
        return entry;
    }

    private ref readonly Swap SwapOf(int entry) => ref _transactions![_entries[entry].Position].Swaps[_entries[entry].Swap];

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

    private struct Entry
    {
        public int Position, TxIndex, Swap;

        /// <summary>The entry before whose pool shares the place, or −1.</summary>
        public int Chained;

        public uint Hash;
    }

    private struct Cause
    {
        public int Position;
        public Pubkey Pool;
        public long MovePpb, ClosedPpb;
    }
}
