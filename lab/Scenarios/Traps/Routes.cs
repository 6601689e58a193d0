using Sluice.Lab.Chain;
using Sluice.Lab.Scenarios.LookAlikes;
using Sluice.Lab.Scenarios.Scenes;
using Sluice.Lab.Venues;

namespace Sluice.Lab.Scenarios.Traps;

/// <summary>Look-alikes by routers, other pools and liquidity.</summary>
internal sealed class Routes(TrapScenes scenes, Stage stage, Market market, Purses purses, UserSwaps swaps, Crowd crowd, LiquidityPositions liquidity)
{
    private readonly List<Hop> _hops = new(2);

    /// <summary>A router's fee account gets a share of one user's purchase and of another's sale.</summary>
    public bool RouterFees()
    {
        var random = scenes.Random;
        if (scenes.FindLeg(isRoutable: true) is not { } leg) { return false; }
        var size = TrapScenes.Part(leg, 2, 6, random);
        var referrer = stage.Actors.Referrers[random.Below(stage.Actors.Referrers.Length)];
        var fee = (byte)random.Range(20, 100);
        var scene = scenes.Open("router_fee_account", leg, atOnce: random.PerMille(500));
        scenes.Then(scene, () => WithFee(scene, leg, size, referrer, fee));
        scenes.Then(scene, () => scenes.Other(scene, leg, size * 2));
        scenes.Then(scene, () => WithFee(scene, TrapScenes.Back(leg), leg.Quote(size), referrer, fee));
        scenes.Begin(scene);
        return true;
    }

    /// <summary>A route of two swaps there, somebody else, another user's route of the same two swaps back: the router's frames show each of them again.</summary>
    public bool TwoHopsTwice()
    {
        var random = scenes.Random;
        if (scenes.FindLeg(isRoutable: true) is not { } leg) { return false; }
        var choices = market.From(leg.MintOut);
        var next = choices[random.Below(choices.Count)];
        if (next.Pool == leg.Pool || next.MintOut == leg.MintIn || UserSwaps.IsBetweenDollars([leg, next])) { return false; }
        var size = Math.Min(TrapScenes.Part(leg, 2, 5, random), leg.MintIn.OfCents(500_000));
        var (a, b) = next.Pool.Venue.Reserves(next.Pool);
        if (leg.Quote(size) > (next.AToB ? a : b) / 50) { return false; }
        var scene = scenes.Open("two_hops_twice", leg, atOnce: random.PerMille(500));
        scenes.Then(scene, () => TwoHops(scene, leg, next, size));
        scenes.Then(scene, () => scenes.Other(scene, leg, size * 2));
        scenes.Then(scene, () => TwoHops(scene, TrapScenes.Back(next), TrapScenes.Back(leg), next.Quote(leg.Quote(size))));
        scenes.Begin(scene);
        return true;
    }

    /// <summary>Twice a trade that is split over two pools and ends, at a loss, in the token that it began with; somebody buys between.</summary>
    public bool SplitRound()
    {
        var random = scenes.Random;
        if (scenes.FindLeg(isRoutable: true) is not { } leg || Twin(leg) is not { } other || scenes.FindOperator(leg.Pool) is not { } trader) { return false; }
        var wallet = trader.Wallets[0];
        var size = Math.Min(TrapScenes.Part(leg, 2, 5, random), TrapScenes.Part(other, 5, 9, random));
        if (!scenes.CanPay(wallet, leg.MintIn, size * 3)) { return false; }
        var scene = scenes.Open("split_route_round", leg, atOnce: true, trader);
        scene.Reserved.Add(other.Pool);
        scenes.Then(scene, () => SplitOnce(scene, wallet, leg, other, size));
        scenes.Then(scene, () => scenes.Other(scene, leg, size));
        scenes.Then(scene, () => SplitOnce(scene, wallet, leg, other, size));
        scenes.Begin(scene);
        return true;
    }

    /// <summary>A searcher buys in one pool, somebody buys there too, the searcher sells in another pool to which nobody carried the price.</summary>
    public bool OtherPool()
    {
        var random = scenes.Random;
        if (scenes.FindLeg(isRoutable: true) is not { } leg || Twin(leg) is not { } other || scenes.FindOperator(leg.Pool) is not { } searcher) { return false; }
        var wallet = searcher.Wallets[0];
        var size = Math.Min(TrapScenes.Part(leg, 2, 5, random), TrapScenes.Part(other, 5, 9, random));
        if (!scenes.CanPay(wallet, leg.MintIn, size)) { return false; }
        var scene = scenes.Open("second_leg_elsewhere", leg, atOnce: true, searcher);
        scene.Reserved.Add(other.Pool);
        ulong bought = 0;
        scenes.Then(scene, () => bought = scenes.Own(scene, new Order(wallet, leg, size) { Via = Via.Program, Program = searcher.Program }));
        scenes.Then(scene, () => scenes.Other(scene, leg, size));
        scenes.Then(scene, () => scenes.Own(scene, new Order(wallet, TrapScenes.Back(other), bought) { Via = Via.Program, Program = searcher.Program }));
        scenes.Begin(scene);
        return true;
    }

    /// <summary>Somebody adds liquidity, another trades, the first takes it out again.</summary>
    public bool LiquidityAround()
    {
        var random = scenes.Random;
        var position = liquidity.Any(random);
        var pool = position.Pool;
        var leg = new Leg(pool, pool.MintA.Number < 3);
        var user = stage.Actors.Whales[random.Below(stage.Actors.Whales.Length)];
        var amountA = TrapScenes.Part(new Leg(pool, AToB: true), 2, 10, random);
        var (a, b) = pool.Venue.Reserves(pool);
        var amountB = (ulong)((UInt128)b * amountA / a);
        if (!scenes.CanPay(user, pool.MintA, amountA * 2) || !scenes.CanPay(user, pool.MintB, amountB * 2)) { return false; }
        var scene = scenes.Open("liquidity_around_trade", leg, atOnce: true);
        ulong shares = 0;
        scenes.Then(scene, () => Change(scene, user, position, () => shares = liquidity.Add(position, user, Account(user, pool.MintA), Account(user, pool.MintB), amountA, amountB), TruthRole.Add, amountB));
        scenes.Then(scene, () => scenes.Other(scene, leg, TrapScenes.Part(leg, 3, 9, random)));
        scenes.Then(scene, () => Change(scene, user, position, () => liquidity.Remove(position, user, Account(user, pool.MintA), Account(user, pool.MintB), shares), TruthRole.Remove, 0));
        scenes.Begin(scene);
        return true;
    }

    private int Account(int user, Mint mint) => stage.World.TokenAccount(user, mint);

    private void Change(Scene scene, int user, LiquidityPool position, Action change, TruthRole role, ulong wrapped)
    {
        var (tx, pool) = (stage.Tx, position.Pool);
        var (vaultA, vaultB) = (stage.Accounts[pool.VaultA].Amount, stage.Accounts[pool.VaultB].Amount);
        var sent = scenes.Act(scene, () =>
        {
            stage.Begin(user, 260_000, versioned: true);
            if (pool.MintB.IsNative)
            {
                tx.CreateTokenAccount(user, Account(user, pool.MintB));
                if (wrapped > 0)
                {
                    tx.SystemTransfer(user, Account(user, pool.MintB), wrapped);
                    tx.SyncNative(Account(user, pool.MintB));
                }
            }

            change();
            if (pool.MintB.IsNative) { tx.CloseAccount(Account(user, pool.MintB), user); }
            return stage.Send();
        });
        var (a, b) = (Difference(stage.Accounts[pool.VaultA].Amount, vaultA), Difference(stage.Accounts[pool.VaultB].Amount, vaultB));
        var adds = role == TruthRole.Add;
        scene.Legs.Add(stage.Leg(role, sent, user, pool, adds ? pool.MintA : null, adds ? a : 0, adds ? null : pool.MintA, adds ? 0 : a));
        scene.Legs.Add(stage.Leg(role, sent, user, pool, adds ? pool.MintB : null, adds ? b : 0, adds ? null : pool.MintB, adds ? 0 : b));
    }

    private static ulong Difference(ulong x, ulong y) => x > y ? x - y : y - x;

    /// <summary>Another pool that sells the same for the same.</summary>
    private Leg? Twin(Leg leg)
    {
        foreach (var other in market.From(leg.MintIn))
        {
            if (other.MintOut == leg.MintOut && other.Pool != leg.Pool) { return other; }
        }

        return null;
    }

    private void WithFee(Scene scene, Leg leg, ulong amount, int referrer, byte fee)
    {
        var user = leg.Quote(amount) == 0 ? -1 : crowd.Find(leg.Pool, leg.MintIn, amount);
        if (user < 0) { return; }
        _hops.Clear();
        _hops.Add(new Hop(leg, 100, 0, 1));
        var account = purses.Existing(referrer, leg.MintOut, leg.MintOut.OfCents(10_000));
        if (!stage.Accounts[account].IsOpen) { return; }
        scenes.Act(scene, () => swaps.SendHops(user, _hops, amount, fails: false, swaps.TipOrNone(), account, fee));
    }

    private void TwoHops(Scene scene, Leg first, Leg second, ulong amount)
    {
        var user = crowd.Find(first.Pool, first.MintIn, amount);
        if (user < 0 || stage.Recent.Has(user, second.Pool) || second.Quote(first.Quote(amount)) < 1_000) { return; }
        _hops.Clear();
        _hops.Add(new Hop(first, 100, 0, 1));
        _hops.Add(new Hop(second, 100, 1, 2));
        scenes.Act(scene, () => swaps.SendHops(user, _hops, amount, fails: false, swaps.TipOrNone()));
    }

    private void SplitOnce(Scene scene, int wallet, Leg leg, Leg other, ulong size)
    {
        var half = size / 2;
        if (!scenes.CanPay(wallet, leg.MintIn, half * 2) || leg.Quote(half) == 0 || other.Quote(half) == 0 || TrapScenes.Back(leg).Quote(leg.Quote(half) + other.Quote(half)) >= half * 2) { return; }
        scenes.Act(scene, () =>
        {
            var tx = stage.Tx;
            stage.Begin(wallet, 420_000, versioned: true);
            var purse = purses.Prepare(wallet, leg.MintIn, leg.MintOut, half * 2);
            var held = leg.Pool.Venue.Swap(tx, leg.Pool, new Trade(wallet, purse.Source, purse.Destination, leg.AToB, half, 0));
            held += other.Pool.Venue.Swap(tx, other.Pool, new Trade(wallet, purse.Source, purse.Destination, other.AToB, half, 0));
            leg.Pool.Venue.Swap(tx, leg.Pool, new Trade(wallet, purse.Destination, purse.Source, !leg.AToB, held, 0));
            purses.Tidy(wallet, purse);
            return stage.Send();
        });
    }
}
