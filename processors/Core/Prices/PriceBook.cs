using Sluice.Processors.Core.Common;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Prices;

/// <summary>What tokens are worth in SOL and dollars, by the swaps of one leader group's window.</summary>
/// <remarks>
/// Steps:
/// <list type="number">
/// <item>Of every pool that trades a token against SOL, a dollar or staked SOL, the first state in the window (before any swap that the window
/// could show to be an attack) and how much of the quote it holds or traded. Left out: failed transactions, order books, what only the generic
/// detector saw, dust.</item>
/// <item>A dollar in SOL: the median of the pools between the two (<see cref="PoolMedian"/>).</item>
/// <item>A token in SOL: the median of its pools against SOL, and against dollars and staked SOL, whose prices bring them to SOL.</item>
/// </list>
/// Nothing is assumed: without a pool there is no price. Integers alone; the result does not depend on the order in which equal things came.
/// Nothing is allocated once buffers have grown. Not thread-safe.
/// </remarks>
public sealed class PriceBook
{
    private readonly KeyIndex<PoolPair> _pairs = new();
    private readonly KeyIndex<Pubkey> _bases = new();
    private readonly Dictionary<(Route Route, string Venue), string> _sources = [];
    private PoolObservation[] _pools = new PoolObservation[64];
    private UInt128[] _traded = new UInt128[64]; // by pool, what changed hands of the quote in the window, base units: apart, since it alone is touched with every swap
    private int[] _first = new int[64]; // first pool of a base
    private Quote[] _quotes = new Quote[16];
    private Rate[] _staked = []; // of a base that is staked SOL, lamports a base unit
    private Price _dollar;
    private readonly List<(long Slot, BlockSwaps Swaps)> _later = []; // blocks of which only swaps of money for money were taken
    private readonly KeyIndex<Pubkey> _asked = new(); // tokens that the book was asked for while it had such blocks
    private int[] _fed = new int[16]; // of an asked token, how many of the blocks have been looked through for it
    private PriceFeed? _feed;
    private bool _isPrepared;
    private long _newest = long.MinValue, _slot = long.MinValue;

    [Flags]
    private enum Route : byte
    {
        None = 0,
        Direct = 1,
        ViaDollar = 2,
        ViaStaked = 4,
    }

    /// <summary>The group whose window the prices are of.</summary>
    public long Group { get; private set; }

    /// <summary>Newest slot that was added to the group's; less than any slot before the first.</summary>
    public long Newest => _newest;

    /// <summary>First slot of the blocks that the book still looks into when it is asked; greater than any where there are none.</summary>
    internal long FirstLater => _later.Count == 0 ? long.MaxValue : _later[0].Slot;

    /// <summary>Forgets everything and turns to a group: the window of slots 4 · group − 1 to 4 · group + 4.</summary>
    public void BeginGroup(long group)
    {
        Group = group;
        _pairs.Clear();
        _bases.Clear();
        foreach (var (_, swaps) in _later) { swaps.Users--; }
        _later.Clear();
        _asked.Clear();
        _isPrepared = false;
        _newest = long.MinValue;
    }

    /// <summary>Takes a block's swaps. Slots ascend; one that was taken already is ignored.</summary>
    public void Add(in Block block)
    {
        if (!TryBeginBlock(block.Slot)) { return; }
        _feed ??= new();
        _feed.Give(block, this);
    }

    /// <summary>Of the block that it turned to last the book is given swaps of money for money; those of a token are looked for when it is asked what the token is worth.</summary>
    internal void TakeLater(BlockSwaps swaps)
    {
        _later.Add((_newest, swaps));
        swaps.Users++;
    }

    /// <summary>Turns to a later block, whose swaps are given transaction by transaction; false for one that was taken already.</summary>
    internal bool TryBeginBlock(long slot)
    {
        if (slot <= _newest) { return false; }
        BeginBlock(slot);
        return true;
    }

    /// <summary>Asks memory for the place of a pool, by the hash of its pair.</summary>
    internal void FetchPlace(uint hash) => _pairs.Fetch(hash);

    /// <summary>When the place is there, asks memory for what is known of the pool.</summary>
    internal void FetchPool(uint hash)
    {
        if (_pairs.FetchKey(hash) is >= 0 and var number) { Ahead.Fetch(in _traded[number]); }
    }

    /// <summary>Takes a swap that tells a price.</summary>
    /// <param name="swap">The swap; looked at where it is the first of its pool.</param>
    /// <param name="pair">Its pool and tokens.</param>
    /// <param name="hash">The pair's hash.</param>
    /// <param name="quoteIsIn">True when it pays the quote in.</param>
    /// <param name="amount">What it moves of the quote, base units.</param>
    internal void Take(in Swap swap, in PoolPair pair, uint hash, bool quoteIsIn, ulong amount)
    {
        var number = PoolOf(swap, pair, hash, quoteIsIn, _slot);
        _traded[number] += amount;
    }

    /// <summary>Turns to a later block, whose swaps are given one by one.</summary>
    internal void BeginBlock(long slot)
    {
        _newest = _slot = slot;
        _isPrepared = false;
    }

    /// <summary>False for what only the generic detector saw, and for order books.</summary>
    internal static bool IsSource(SwapSource source, string venue) => source != SwapSource.Generic && !OrderBooks.Includes(venue);

    /// <summary>Takes a swap that is a price source.</summary>
    /// <param name="isForward">False for the direction of its market that is opposite to the one that is called forward.</param>
    /// <param name="memo">What is known of its market; the default value before its first swap of the group.</param>
    internal void Take(in Swap swap, long slot, bool isForward, ref MarketMemo memo)
    {
        if (swap.AmountIn == 0 || swap.AmountOut == 0) { return; }
        if (!memo.IsRead) { memo = MarketMemo.Of(swap, isForward); }
        if (memo.Dust == 0) { return; }
        var amount = memo.QuoteOf(swap, isForward);
        if (amount < memo.Dust) { return; }
        if (memo.Pool == 0)
        {
            var quoteIsIn = memo.QuoteIsForward == isForward;
            var (coin, quote) = quoteIsIn ? (swap.MintOut, swap.MintIn) : (swap.MintIn, swap.MintOut);
            var pair = new PoolPair(swap.Pool, Canonical(coin), Canonical(quote));
            memo.Pool = PoolOf(swap, pair, KeyIndex<PoolPair>.HashOf(pair), quoteIsIn, slot) + 1;
        }

        _traded[memo.Pool - 1] += amount;
    }

    /// <summary>What an amount is worth by the swaps taken so far.</summary>
    /// <param name="mint">Token.</param>
    /// <param name="amount">Base units, also below zero.</param>
    /// <param name="slot">Slot that the age counts to.</param>
    public Valuation Value(in Pubkey mint, Int128 amount, long slot)
    {
        Prepare();
        if (mint == WellKnown.WrappedSol) { return Told(amount, _dollar.Rate.Inverse().Apply(amount), "native", 0, _dollar, slot); }
        if (KnownMints.AreEqual(mint, WellKnown.Usdc))
        {
            return _dollar.Rate.IsKnown
                ? Told(_dollar.Rate.Apply(amount), amount, SourceOf(_dollar), _dollar.Pools, _dollar, slot)
                : Told(null, amount, "par", 0, default, slot);
        }

        TakeLater(mint);
        var price = Find(mint, _dollar.Rate);
        if (price.Rate.IsKnown)
        {
            var usd = _dollar.Rate.IsKnown ? price.Rate.Times(_dollar.Rate.Inverse()).Apply(amount) : null;
            return Told(price.Rate.Apply(amount), usd, SourceOf(price), price.Pools, price, slot);
        }

        if (_dollar.Rate.IsKnown) { return default; }
        price = FindInDollars(mint);
        return price.Rate.IsKnown ? Told(null, price.Rate.Apply(amount), SourceOf(price), price.Pools, price, slot) : default;
    }

    private static Valuation Told(Int128? lamports, Int128? usd, string source, int pools, in Price price, long slot) =>
        lamports is null && usd is null ? default
        : new(lamports, usd, source, pools, price.Rate.IsKnown ? (int)Math.Clamp(slot - price.Slot, 0, int.MaxValue) : null);

    /// <summary>Number of a swap's pool; the first swap tells its price.</summary>
    private int PoolOf(in Swap swap, in PoolPair pair, uint hash, bool quoteIsIn, long slot)
    {
        var known = _pairs.Count;
        var number = _pairs.Intern(pair, hash);
        if (number < known) { return number; }
        if (number == _pools.Length)
        {
            Array.Resize(ref _pools, number * 2);
            Array.Resize(ref _traded, number * 2);
        }

        _traded[number] = 0;
        _pools[number] = new()
        {
            Price = PoolObservation.PriceOf(swap, quoteIsIn),
            Slot = slot,
            Reserve = (quoteIsIn ? swap.ReserveIn : swap.ReserveOut) ?? 0,
            Venue = swap.Venue,
            Next = Head(pair.Base, number),
        };
        return number;
    }

    /// <summary>Puts a pool before the others of its base and returns the one that was first.</summary>
    private int Head(in Pubkey coin, int pool)
    {
        var known = _bases.Count;
        var number = _bases.Intern(coin);
        if (number == _first.Length) { Array.Resize(ref _first, number * 2); }
        var before = number == known ? -1 : _first[number];
        _first[number] = pool;
        return before;
    }

    /// <summary>Takes the swaps of a token out of the blocks that have not been looked through for it.</summary>
    private void TakeLater(in Pubkey token)
    {
        if (_later.Count == 0 || KnownMints.UnitOf(token) != MintUnit.None) { return; }
        var known = _asked.Count;
        var number = _asked.Intern(token);
        if (number == _fed.Length) { Array.Resize(ref _fed, number * 2); }
        ref var fed = ref _fed[number];
        if (number == known) { fed = 0; }
        while (fed < _later.Count)
        {
            (_slot, var swaps) = _later[fed++];
            Take(token, swaps);
        }

        _slot = _newest;
    }

    /// <summary>Takes the swaps of a token, in their order.</summary>
    private void Take(in Pubkey token, BlockSwaps swaps)
    {
        _feed ??= new();
        _feed.Begin(swaps.Transactions, this, null);
        var found = swaps.Of(token);
        for (var i = found.Length - 1; i >= 0; i--)
        {
            ref readonly var mark = ref swaps[found[i]];
            var units = SwapUnits.Of(mark);
            if (!units.HasQuote || !mark.IsSuccess) { continue; }
            ref readonly var swap = ref swaps.SwapOf(found[i]);
            if (units.BaseOf(swap) == token) { _feed.Take(mark.Position, mark.Index, swap, units); }
        }

        _feed.End();
    }

    /// <summary>Makes the prices that others are made with: of a dollar, and of staked SOL.</summary>
    private void Prepare()
    {
        if (_isPrepared) { return; }
        _isPrepared = true;
        if (_staked.Length < _bases.Count) { _staked = new Rate[_first.Length]; }
        Array.Clear(_staked);
        _dollar = Find(WellKnown.Usdc, default);
        for (var i = 0; i < _bases.Count; i++)
        {
            if (KnownMints.UnitOf(_bases[i]) == MintUnit.StakedSol) { _staked[i] = Find(_bases[i], _dollar.Rate).Rate; }
        }
    }

    /// <summary>Price of a token in lamports a base unit.</summary>
    private Price Find(in Pubkey mint, Rate dollar)
    {
        var count = 0;
        for (var i = FirstOf(mint); i >= 0; i = _pools[i].Next)
        {
            ref readonly var quote = ref _pairs[i].Quote;
            var rate = quote == WellKnown.WrappedSol ? Rate.Of(1, 1) : quote == WellKnown.Usdc ? dollar
                : _bases.Find(quote) is >= 0 and var staked ? _staked[staked] : default;
            if (rate.IsKnown) { AddQuote(count++, i, rate); }
        }

        return MedianOf(count);
    }

    /// <summary>Price of a token in millionths of a dollar, where no pool tells what SOL is worth.</summary>
    private Price FindInDollars(in Pubkey mint)
    {
        var count = 0;
        for (var i = FirstOf(mint); i >= 0; i = _pools[i].Next)
        {
            if (_pairs[i].Quote == WellKnown.Usdc) { AddQuote(count++, i, Rate.Of(1, 1)); }
        }

        return MedianOf(count);
    }

    private int FirstOf(in Pubkey mint) => _bases.Find(mint) is >= 0 and var number ? _first[number] : -1;

    private void AddQuote(int index, int pool, Rate rate)
    {
        if (index == _quotes.Length) { Array.Resize(ref _quotes, index * 2); }
        ref readonly var of = ref _pools[pool];
        var liquidity = rate.Apply((Int128)UInt128.Min(UInt128.Max(of.Reserve, _traded[pool]), (UInt128)Int128.MaxValue)) ?? MaxWeight; // what is there, or was traded when that is more
        _quotes[index] = new(of.Price.Times(rate), (UInt128)Int128.Clamp(liquidity, 1, MaxWeight), pool, _pairs[pool]);
    }

    private Price MedianOf(int count)
    {
        var quotes = _quotes.AsSpan(0, count);
        var index = PoolMedian.Find(quotes);
        if (index < 0) { return default; }
        var price = new Price { Rate = quotes[index].Price, Venue = _pools[quotes[index].Pool].Venue, Pools = count, Slot = long.MinValue };
        foreach (ref readonly var quote in quotes)
        {
            price.Slot = Math.Max(price.Slot, _pools[quote.Pool].Slot);
            price.Route |= quote.Pair.Quote == WellKnown.WrappedSol ? Route.Direct
                : quote.Pair.Quote == WellKnown.Usdc ? Route.ViaDollar : Route.ViaStaked;
        }

        return price;
    }

    private string SourceOf(in Price price)
    {
        if (_sources.TryGetValue((price.Route, price.Venue), out var text)) { return text; }
        var routes = new List<string>(3);
        if (price.Route.HasFlag(Route.Direct)) { routes.Add("direct"); }
        if (price.Route.HasFlag(Route.ViaDollar)) { routes.Add("via-dollar"); }
        if (price.Route.HasFlag(Route.ViaStaked)) { routes.Add("via-staked"); }
        return _sources[(price.Route, price.Venue)] = string.Join('+', routes) + " " + price.Venue;
    }

    /// <summary>All dollars of as many decimals are one.</summary>
    internal static Pubkey Canonical(in Pubkey mint) => KnownMints.AreEqual(mint, WellKnown.Usdc) ? WellKnown.Usdc : mint;

    /// <summary>Weights beyond this many lamports do not count more: no pool holds a billion SOL.</summary>
    private static readonly Int128 MaxWeight = (Int128)1_000_000_000 * 1_000_000_000;

    private struct Price
    {
        public Rate Rate;
        public string Venue;
        public Route Route;
        public int Pools;
        public long Slot;
    }
}
