using Sluice.Processors.Core.Common;
using Sluice.Processors.Core.Pools;
using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Jit;

/// <summary>Finds just-in-time liquidity: liquidity that was added before others' swaps and removed after them.</summary>
/// <remarks>
/// Steps, over a leader group and the slots beside it, in the order of execution:
/// <list type="number">
/// <item>An addition opens an episode of its position; further changes of the position join it, until an addition follows that finds it removed.</item>
/// <item>Swaps of a pool are kept from its first addition on, in a list; an episode knows where in it it began and where its last removal stands.</item>
/// <item>When the window is whole each episode is judged, and belongs to the group of its first victim, or, without one, of its first addition; one that only a neighbouring group sees as a whole is found there.</item>
/// </list>
/// Costs one look-up a change, and one a swap; an episode that was removed walks the swaps it brackets once. Memory is that of a window, and nothing is
/// allocated once buffers have grown. Not thread-safe.
/// </remarks>
public sealed class JitDetector
{
    private readonly KeyIndex<Pubkey> _pools = new();
    private readonly KeyIndex<Holding> _holdings = new();
    private readonly PriceFeed _feed = new();
    private PoolFact[] _poolFacts = new PoolFact[16];
    private int[] _episodeOf = new int[16]; // newest episode of a holding
    private Episode[] _episodes = new Episode[16];
    private ChangeFact[] _changes = new ChangeFact[32];
    private SwapFact[] _swaps = new SwapFact[64];
    private int[] _nextSwap = new int[64]; // of the pool; −1 for none yet. Apart, so that the swap before need not be fetched to be followed
    private int _changeCount, _swapCount;

    /// <summary>Candidates: episodes so far, in the order in which they began.</summary>
    public int Count { get; private set; }

    /// <summary>Forgets everything and turns to another group.</summary>
    public void Begin()
    {
        _pools.Clear();
        _holdings.Clear();
        Count = _changeCount = _swapCount = 0;
    }

    /// <summary>Takes a block of the window; slots ascend.</summary>
    /// <param name="block">Block.</param>
    /// <param name="prices">Prices of the window, which take the block too.</param>
    /// <param name="neighbour">Detector of a neighbouring group that the block is context for, so that it is read once.</param>
    /// <param name="neighbourPrices">Prices of that group's window.</param>
    public void Take(in Block block, PriceBook? prices = null, JitDetector? neighbour = null, PriceBook? neighbourPrices = null)
    {
        if (prices?.TryBeginBlock(block.Slot) == false) { prices = null; }
        if (neighbourPrices?.TryBeginBlock(block.Slot) == false) { neighbourPrices = null; }
        var hasPrices = prices is not null || neighbourPrices is not null;
        _feed.Begin(block.Transactions, prices, neighbourPrices);
        ReadOnlySpan<Transaction> transactions = block.Transactions.Span;
        for (var i = 0; i < transactions.Length; i++)
        {
            Ahead.Fetch(transactions, i, Reads.Swaps | Reads.LiquidityChanges);
            if (i + Ahead.Next < transactions.Length) { FetchKept(transactions[i + Ahead.Next], neighbour); }
            ref readonly var tx = ref transactions[i];
            if (tx.Status != TransactionStatus.Success) { continue; }
            Take(block.Slot, tx);
            neighbour?.Take(block.Slot, tx);
            if (!hasPrices) { continue; }
            var swaps = tx.Swaps.Span;
            for (var s = 0; s < swaps.Length; s++) { _feed.Take(i, s, swaps[s], SwapUnits.Of(swaps[s])); }
        }

        _feed.End();
    }

    /// <summary>Judges a candidate and fills <paramref name="finding"/> when it is just-in-time liquidity.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    /// <param name="prices">Prices of the window.</param>
    /// <param name="slot">Slot that the candidate belongs to: of its first victim, else of its first addition.</param>
    /// <param name="finding">An empty record; block time and leader are the caller's to fill in.</param>
    public JitVerdict Judge(int index, PriceBook prices, out long slot, ref JitLiquidity finding)
    {
        ref readonly var episode = ref _episodes[index];
        slot = episode.FirstSlot;
        var victims = CountVictims(episode, out var own, out var last, out var first);
        if (episode.SwapAtEnd < 0) { first = FirstVictim(episode); }
        if (first >= 0) { slot = _swaps[first].Slot; }
        if (!episode.HasPosition) { return JitVerdict.ConstantProduct; }
        if (episode.Removes == 0) { return JitVerdict.Stays; }
        if (episode.LastSlot - episode.FirstSlot > JitRules.MaxSlots) { return JitVerdict.TooLong; }
        if (victims == 0) { return own > 0 ? JitVerdict.OwnSwapsOnly : JitVerdict.NoSwapBetween; }

        var money = new JitMoney(episode, _changes, _swaps[last]);
        var removed = RemovedPercent(episode, money);
        if (removed < JitRules.LeastRemovedPercent) { return JitVerdict.PartialRemoval; }
        if (removed > JitRules.MostRemovedPercent) { return JitVerdict.OlderLiquidity; }
        var range = money.IsUntouched(episode.Adds + episode.Removes) ? RangeCheck.No : RangeOf(episode);
        if (range == RangeCheck.No) { return JitVerdict.OutOfRange; }

        var writer = new JitWriter(_changes, _swaps, _nextSwap);
        writer.Write(episode, money, range, FirstSwapOf(episode), removed is >= 99 and <= 101, own > 0, prices, ref finding);
        finding.Pool = _pools[episode.Pool];
        finding.Slot = slot;
        return JitVerdict.Jit;
    }

    /// <summary>
    /// True of a candidate that the group of its slot does not see as a whole: it ends after the slot behind that group, or begins before the slot in front of it.
    /// </summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    /// <param name="slot">Its slot, as <see cref="Judge"/> told it, outside of this group.</param>
    /// <param name="start">First slot of this group.</param>
    /// <param name="end">Last slot of this group.</param>
    public bool IsSeenHereOnly(int index, long slot, long start, long end) =>
        slot < start ? _episodes[index].LastSlot > start : slot > end && _episodes[index].FirstSlot < end;

    private static bool IsBefore(in LiquidityChange change, in Swap swap) =>
        change.IxIndex != swap.IxIndex ? change.IxIndex < swap.IxIndex : change.InnerIxIndex < swap.InnerIxIndex;

    /// <summary>Asks memory for the rest of the swaps that are likely to be kept.</summary>
    private void FetchKept(in Transaction tx, JitDetector? neighbour)
    {
        if (_pools.Count == 0) { return; }
        foreach (ref readonly var swap in tx.Swaps.Span)
        {
            if (_pools.Find(swap.Pool) >= 0 || neighbour?._pools.Find(swap.Pool) >= 0) { Ahead.Fetch(in swap); }
        }
    }

    private void Take(long slot, in Transaction tx)
    {
        var swaps = tx.Swaps.Span;
        var changes = tx.LiquidityChanges.Span;
        if (changes.Length == 0 && _pools.Count == 0) { return; }
        int s = 0, c = 0;
        while (s < swaps.Length || c < changes.Length)
        {
            if (c < changes.Length && (s == swaps.Length || IsBefore(changes[c], swaps[s]))) { Take(slot, tx, changes[c++]); }
            else { Take(slot, tx, swaps[s++]); }
        }
    }

    private void Take(long slot, in Transaction tx, in Swap swap)
    {
        var pool = _pools.Find(swap.Pool);
        if (pool < 0) { return; }
        if (_swapCount == _swaps.Length)
        {
            Array.Resize(ref _swaps, _swapCount * 2);
            Array.Resize(ref _nextSwap, _swapCount * 2);
        }

        ref var fact = ref _swaps[_swapCount];
        fact.Slot = slot;
        fact.TxIndex = tx.Index;
        (fact.IxIndex, fact.InnerIxIndex, fact.LegIndex) = (swap.IxIndex, swap.InnerIxIndex, swap.LegIndex);
        fact.Signature = tx.Signature;
        fact.Signer = tx.Signer;
        fact.Trader = swap.Trader;
        fact.MintIn = swap.MintIn;
        fact.MintOut = swap.MintOut;
        (fact.AmountIn, fact.AmountOut) = (swap.AmountIn, swap.AmountOut);
        (fact.FeeIn, fact.FeeOut) = swap.FeeAmount is > 0 and var fee ? (swap.FeeMint == swap.MintIn ? fee : 0, swap.FeeMint == swap.MintOut ? fee : 0) : (0, 0);
        fact.SqrtPrice = swap.SqrtPriceX64 is { } root && root > 0 ? (UInt128)root : 0;
        (fact.TickBefore, fact.TickAfter) = (swap.TickBefore, swap.TickAfter);
        fact.HasBins = PoolModels.LawOf(swap) == PoolLaw.Bins;
        _nextSwap[_swapCount] = -1;
        ref var of = ref _poolFacts[pool];
        if (of.LastSwap >= 0) { _nextSwap[of.LastSwap] = _swapCount; } else { of.FirstSwap = _swapCount; }
        of.LastSwap = _swapCount++;
    }

    private void Take(long slot, in Transaction tx, in LiquidityChange change)
    {
        var isAdd = change.Kind == LiquidityChangeKind.Add;
        var holding = new Holding(change.Pool, change.Position ?? change.Provider);
        var number = _holdings.Find(holding);
        if (number < 0 && !isAdd) { return; }
        if (number < 0 || (isAdd && _episodes[_episodeOf[number]].IsClosed)) { Open(slot, tx, change, holding); }
        number = _holdings.Find(holding);
        ref var episode = ref _episodes[_episodeOf[number]];
        Append(slot, tx, change, ref episode);
        switch (change.Kind)
        {
            case LiquidityChangeKind.Add:
                episode.Adds++;
                episode.Added += change.Liquidity ?? 0;
                episode.IsStated &= change.Liquidity is not null;
                TakeRange(change, ref episode);
                break;
            case LiquidityChangeKind.Remove when change.AmountA > 0 || change.AmountB > 0:
                episode.Removes++;
                episode.Removed += change.Liquidity ?? 0;
                episode.IsStated &= change.Liquidity is not null;
                episode.LastSlot = slot;
                episode.SwapAtEnd = _poolFacts[episode.Pool].LastSwap;
                episode.IsClosed = !episode.IsStated || episode.Removed * 100 >= episode.Added * JitRules.LeastRemovedPercent;
                break;
        }
    }

    private void Open(long slot, in Transaction tx, in LiquidityChange change, in Holding holding)
    {
        var known = _pools.Count;
        var pool = _pools.Intern(change.Pool);
        if (pool == _poolFacts.Length) { Array.Resize(ref _poolFacts, pool * 2); }
        if (pool == known) { _poolFacts[pool] = new() { FirstSwap = -1, LastSwap = -1 }; }
        var number = _holdings.Intern(holding);
        if (number == _episodeOf.Length) { Array.Resize(ref _episodeOf, number * 2); }
        if (Count == _episodes.Length) { Array.Resize(ref _episodes, Count * 2); }
        _episodeOf[number] = Count;
        _episodes[Count++] = new()
        {
            Pool = pool,
            FirstChange = -1,
            LastChange = -1,
            FirstSlot = slot,
            LastSlot = slot,
            Signer = tx.Signer,
            Provider = change.Provider,
            Wrapper = tx.Wrapper,
            SwapBefore = _poolFacts[pool].LastSwap,
            SwapAtEnd = -1,
            IsStated = true,
            HasPosition = change.Position is not null,
        };
    }

    private void Append(long slot, in Transaction tx, in LiquidityChange change, ref Episode episode)
    {
        if (_changeCount == _changes.Length) { Array.Resize(ref _changes, _changeCount * 2); }
        _changes[_changeCount] = new()
        {
            Change = change,
            Slot = slot,
            TxIndex = tx.Index,
            Signature = tx.Signature,
            Fee = tx.FeeLamports,
            Tip = tx.TipLamports,
            Next = -1,
        };
        if (episode.LastChange >= 0) { _changes[episode.LastChange].Next = _changeCount; } else { episode.FirstChange = _changeCount; }
        episode.LastChange = _changeCount++;
    }

    /// <summary>Widens the episode's range by an addition's.</summary>
    private static void TakeRange(in LiquidityChange change, ref Episode episode)
    {
        if (change.LowerTick is not { } lower || change.UpperTick is not { } upper) { episode.HasUnknownRange |= episode.LowerTick is null; }
        else
        {
            episode.LowerTick = Math.Min(episode.LowerTick ?? lower, lower);
            episode.UpperTick = Math.Max(episode.UpperTick ?? upper, upper);
            episode.HasUnknownRange = false;
        }
    }

    private int FirstSwapOf(in Episode episode) => episode.SwapBefore >= 0 ? _nextSwap[episode.SwapBefore] : _poolFacts[episode.Pool].FirstSwap;

    /// <summary>Counts the others' swaps between the first addition and the last removal, and the provider's own.</summary>
    private int CountVictims(in Episode episode, out int own, out int last, out int first)
    {
        (own, last, first) = (0, -1, -1);
        if (episode.SwapAtEnd < 0 || episode.SwapAtEnd == episode.SwapBefore) { return 0; }
        var victims = 0;
        for (var i = FirstSwapOf(episode); i >= 0; i = i == episode.SwapAtEnd ? -1 : _nextSwap[i])
        {
            if (JitWriter.IsOwn(episode, _swaps[i]))
            {
                own++;
                continue;
            }

            victims++;
            last = i;
            if (first < 0) { first = i; }
        }

        return victims;
    }

    /// <summary>The first swap of another after the addition, also where nothing was removed; −1 for none.</summary>
    private int FirstVictim(in Episode episode)
    {
        var swap = FirstSwapOf(episode);
        while (swap >= 0 && JitWriter.IsOwn(episode, _swaps[swap])) { swap = _nextSwap[swap]; }
        return swap;
    }

    private RangeCheck RangeOf(in Episode episode)
    {
        if (episode.HasUnknownRange || episode.LowerTick is not { } lower || episode.UpperTick is not { } upper) { return RangeCheck.Unknown; }
        var isKnown = true;
        var at = episode.SwapBefore >= 0 ? _swaps[episode.SwapBefore].TickAfter : null;
        for (var i = FirstSwapOf(episode); i >= 0; i = i == episode.SwapAtEnd ? -1 : _nextSwap[i])
        {
            ref readonly var swap = ref _swaps[i];

            // A swap begins where the one before it ended.
            var (before, after) = (swap.TickBefore ?? at, swap.TickAfter);
            at = after;
            if (JitWriter.IsOwn(episode, swap)) { continue; }
            if (Covers(before ?? after, after ?? before, lower, upper)) { return RangeCheck.Yes; }
            isKnown &= before is not null && after is not null;
        }

        return isKnown ? RangeCheck.No : RangeCheck.Unknown;
    }

    private static bool Covers(int? before, int? after, int lower, int upper) =>
        before is { } one && after is { } other && Math.Max(one, other) >= lower && Math.Min(one, other) <= upper;

    /// <summary>What was removed of what was added, percent.</summary>
    private static double RemovedPercent(in Episode episode, in JitMoney money) =>
        episode.IsStated && episode.Added > 0 ? 100 * (double)episode.Removed / (double)episode.Added : money.RemovedPercent;
}
