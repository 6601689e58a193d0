using Sluice.Lab.Chain;
using Sluice.Lab.Venues;

namespace Sluice.Lab.Scenarios;

/// <summary>Swaps of ordinary users: direct calls of a venue, calls through a trading bot's program, Jupiter routes.</summary>
internal sealed class UserSwaps
{
    /// <summary>Walks that are looked at for a route; of five hops few flow.</summary>
    private const int Walks = 10;

    /// <summary>
    /// Chance of each venue in thousandths, in the order of <see cref="VenueKind"/>. Chosen after what traded in late 2025;
    /// in slot 254170887 Raydium AMM v4 had most, and pump.fun and PumpSwap did not exist.
    /// </summary>
    private static ReadOnlySpan<int> VenueShares => [160, 70, 110, 130, 130, 80, 130, 190];

    private readonly Stage _stage;
    private readonly Market _market;
    private readonly Purses _purses;
    private readonly Jupiter _jupiter;
    private readonly List<Pool>[] _byVenue;
    private readonly List<Leg> _route = new(8);
    private readonly List<Hop> _hops = new(8);
    private readonly int[] _terminals;
    private int _hopsWanted;

    public UserSwaps(Stage stage, Market market, Purses purses, Jupiter jupiter)
    {
        _stage = stage;
        _market = market;
        _purses = purses;
        _jupiter = jupiter;
        _byVenue = new List<Pool>[VenueNames.Count];
        for (var i = 0; i < _byVenue.Length; i++) { _byVenue[i] = []; }
        foreach (var pool in stage.World.Pools) { _byVenue[(int)pool.Kind].Add(pool); }
        _terminals = new int[6];
        for (var i = 0; i < _terminals.Length; i++) { _terminals[i] = stage.World.NewAccount(1_141_440); }
    }

    /// <summary>A user's swap by an outer instruction of the venue. False when the user has nothing to trade.</summary>
    public bool Direct(bool fails) => Swap(fails, terminal: -1);

    /// <summary>A user's swap through the program of a trading bot (a "terminal"), which calls the venue.</summary>
    public bool Wrapped(bool fails) => Swap(fails, AnyTerminal());

    /// <summary>A user's Jupiter route of one to five hops. False when chance found none that the user can pay.</summary>
    public bool Route(bool fails)
    {
        // What was drawn is kept until it was found, or short routes would be the more frequent ones.
        if (_hopsWanted == 0) { _hopsWanted = AnyHops(); }
        for (var i = 0; i < Walks; i++)
        {
            if (!TryWalk(out var user, out var amount)) { continue; }
            _hopsWanted = 0;
            Chain(_route, _hops);
            SendHops(user, _hops, amount, fails, TipOrNone());
            return true;
        }

        return false;
    }

    private bool TryWalk(out int user, out ulong amount)
    {
        var (world, random) = (_stage.World, _stage.Random);
        (user, amount) = (AnyUser(), 0);
        var start = random.Below(10) switch { < 4 => world.Mints[0], < 7 => world.Mints[1], _ => AnyMint() };
        if (!_market.TryWalk(random, start, _hopsWanted, _route) || IsBetweenDollars(_route)) { return false; }
        amount = Affordable(user, start, _route[0]);
        return amount > 0 && Flows(_route, amount) && !TurnsBack(user, _route);
    }

    /// <summary>
    /// Sends the hops in <paramref name="hops"/> as one route of a user, with accounts opened and SOL wrapped as needed.
    /// </summary>
    public Sent SendHops(int user, List<Hop> hops, ulong amount, bool fails, ulong tip, int feeAccount = -1, byte feeBps = 0)
    {
        var (tx, bought) = (_stage.Tx, hops[^1].Leg.MintOut);
        _stage.Begin(user, 140_000u + (150_000u * (uint)hops.Count), versioned: true);
        var middleSol = false;
        foreach (var hop in hops)
        {
            if (hop.Leg.MintOut == bought || hop.To == hops[0].From) { continue; }
            var middle = _stage.World.TokenAccount(user, hop.Leg.MintOut);
            middleSol |= hop.Leg.MintOut.IsNative;
            if (!_stage.Accounts[middle].IsOpen) { tx.CreateTokenAccount(user, middle); }
        }

        var purse = _purses.Prepare(user, hops[0].Leg.MintIn, bought, amount);
        _jupiter.Route(user, purse.Source, purse.Destination, hops, amount, fails, feeAccount, feeBps);
        if (!tx.HasFailed)
        {
            _purses.Tidy(user, purse);
            if (middleSol) { tx.CloseAccount(_stage.World.TokenAccount(user, _stage.World.Mints[0]), user); }
            tx.TipTo(user, AnyTipAccount(), tip);
        }

        return _stage.Send();
    }

    /// <summary>Turns a walk into the hops of a route, one after the other.</summary>
    public static void Chain(List<Leg> route, List<Hop> hops)
    {
        hops.Clear();
        for (var i = 0; i < route.Count; i++) { hops.Add(new Hop(route[i], 100, (byte)i, (byte)(i + 1))); }
    }

    /// <summary>Whether every hop gives something and takes at most a fiftieth of its pool.</summary>
    public bool Flows(List<Leg> route, ulong amount)
    {
        foreach (var leg in route)
        {
            var (a, b) = leg.Pool.Venue.Reserves(leg.Pool);
            if (amount > (leg.AToB ? a : b) / 50) { return false; }
            amount = leg.Quote(amount);
            if (amount < 1_000) { return false; }
        }

        return true;
    }

    /// <summary>Whether the user traded the other way in one of the pools a moment ago.</summary>
    public bool TurnsBack(int user, List<Leg> route)
    {
        foreach (var leg in route)
        {
            if (_stage.Recent.HasOpposite(user, leg.Pool, leg.AToB)) { return true; }
        }

        return false;
    }

    /// <summary>
    /// An amount of the leg's first token that the user can pay, of a heavy tail above the median (<see cref="TrafficOptions"/>), at most a two-hundredth of the pool; 0 where there is none or the pool gives nothing for it.
    /// </summary>
    public ulong Affordable(int user, Mint sold, Leg leg)
    {
        var wanted = sold.OfCents(AnyCents());
        var (a, b) = leg.Pool.Venue.Reserves(leg.Pool);
        wanted = Math.Min(wanted, (leg.AToB ? a : b) / 200);
        var holding = _purses.Holding(user, sold);
        if (holding < wanted) { wanted = holding / 2; }
        return wanted < sold.OfCents(_stage.Options.Traffic.LeastTradeCents) || wanted < 1_000 || leg.Quote(wanted) == 0 ? 0 : wanted;
    }

    public int AnyUser() => _stage.Actors.Users[_stage.Random.Below(_stage.Actors.Users.Length)];

    /// <summary>The program of a trading bot that anybody may use.</summary>
    public int AnyTerminal() => _terminals[_stage.Random.Below(_terminals.Length)];

    public int AnyTipAccount() => _stage.World.Programs.TipAccounts[_stage.Random.Below(8)];

    public ulong TipOrNone() => _stage.Random.PerMille(_stage.Options.TippedSwapsPerMille) ? Budgets.Tip(_stage.Random) : 0;

    /// <summary>
    /// Whether the route begins in one dollar token and ends in another. Users' routes of more than one hop never do: by
    /// the definition of the stable class they could not be told from an arbitrage.
    /// </summary>
    public static bool IsBetweenDollars(List<Leg> route) =>
        route.Count > 1 && route[0].MintIn.Number is 1 or 2 && route[^1].MintOut.Number is 1 or 2;

    private int AnyHops()
    {
        var shares = _stage.Options.Traffic.HopsPerMille;
        var (draw, hops) = (_stage.Random.Below(1000), 0);
        while (draw >= shares[hops]) { draw -= shares[hops++]; }
        return hops + 1;
    }

    private ulong AnyCents()
    {
        var (random, traffic) = (_stage.Random, _stage.Options.Traffic);
        return random.PerMille(500)
            ? random.Magnitude(traffic.LeastTradeCents, traffic.MedianTradeCents)
            : random.HeavyTail(traffic.MedianTradeCents, traffic.LargestTradeCents, traffic.TwiceAsLargePerMille);
    }

    private Mint AnyMint() => _stage.World.Mints[_stage.Random.Below(_stage.World.Mints.Count)];

    private Pool AnyPool()
    {
        var draw = _stage.Random.Below(1000);
        var venue = 0;
        while (draw >= VenueShares[venue]) { draw -= VenueShares[venue++]; }
        var pools = _byVenue[venue];
        return pools[_stage.Random.Below(pools.Count)];
    }

    /// <summary>Users lean towards the price at which the pool began, the more the further it went.</summary>
    private bool Direction(Pool pool)
    {
        var (a, b) = pool.Venue.Reserves(pool);
        var now = (UInt128)a * pool.FirstB;
        var then = (UInt128)b * pool.FirstA;
        var cheaper = now > then; // more of A than before: A is cheap, so it is bought
        var (more, less) = cheaper ? (now, then) : (then, now);
        var lean = more - less > less / 50 ? 900 : 550;
        return _stage.Random.PerMille(lean) ? !cheaper : cheaper;
    }

    private bool Swap(bool fails, int terminal)
    {
        var pool = AnyPool();
        var user = AnyUser();
        var leg = new Leg(pool, Direction(pool));
        var amount = Affordable(user, leg.MintIn, leg);
        if (amount == 0)
        {
            _stage.AskFor(leg.MintIn.IsNative ? user : _stage.World.TokenAccount(user, leg.MintIn), leg.MintIn.OfCents(300_000));
            leg = new Leg(pool, !leg.AToB);
            amount = Affordable(user, leg.MintIn, leg);
        }

        if (amount == 0 || _stage.Recent.HasOpposite(user, pool, leg.AToB)) { return false; }
        _stage.Begin(user, 260_000);
        SwapOnce(user, leg, amount, fails, terminal);
        if (!_stage.Tx.HasFailed) { _stage.Tx.TipTo(user, AnyTipAccount(), TipOrNone()); }
        _stage.Send();
        return true;
    }

    /// <summary>One swap with everything around it, inside a transaction that has begun.</summary>
    public void SwapOnce(int user, Leg leg, ulong amount, bool fails = false, int terminal = -1)
    {
        var (tx, pool) = (_stage.Tx, leg.Pool);
        var insisted = leg.Quote(amount);
        insisted = fails ? insisted + (insisted / 50) : insisted - (insisted / 50);
        if (pool.Kind == VenueKind.PumpFun)
        {
            var coins = _stage.World.TokenAccount(user, pool.MintA);
            if (!_stage.Accounts[coins].IsOpen) { tx.CreateTokenAccount(user, coins); }
            Call(terminal, pool, new Trade(user, coins, coins, leg.AToB, amount, insisted, fails));
            return;
        }

        var all = !leg.MintIn.IsNative && _stage.Random.PerMille(100);
        var purse = _purses.Prepare(user, leg.MintIn, leg.MintOut, amount);
        var (a, b) = pool.Venue.Reserves(pool);
        var held = _stage.Accounts[purse.Source].Amount;
        if (all && held <= (leg.AToB ? a : b) / 100 && leg.Quote(held) > 0) { amount = held; }
        Call(terminal, pool, new Trade(user, purse.Source, purse.Destination, leg.AToB, amount, fails ? insisted : 0, fails));
        if (tx.HasFailed) { return; }
        _purses.Tidy(user, purse);
        if (!leg.MintIn.IsNative && _stage.Accounts[purse.Source].Amount == 0) { tx.CloseAccount(purse.Source, user); }
    }

    private void Call(int terminal, Pool pool, in Trade trade)
    {
        var tx = _stage.Tx;
        if (terminal < 0)
        {
            Execute(pool, trade);
            return;
        }

        tx.Open(terminal, 3_100);
        tx.With(trade.User, Use.Sign).ListInnerAccounts();
        tx.U8(1).U64(trade.AmountIn).U64(trade.MinOut).U32(50);
        Execute(pool, trade);
        tx.Close(1_900);
    }

    private void Execute(Pool pool, in Trade trade)
    {
        // Half of PumpSwap's buyers name the coins that they want instead of the SOL that they give.
        if (pool.Kind == VenueKind.PumpSwap && !trade.AToB && _stage.Random.PerMille(500))
        {
            var coins = pool.Venue.Quote(pool, false, trade.AmountIn);
            _stage.PumpSwap.BuyExactOut(_stage.Tx, pool, trade, coins - (coins / 100) - 1);
            return;
        }

        pool.Venue.Swap(_stage.Tx, pool, trade);
    }
}
