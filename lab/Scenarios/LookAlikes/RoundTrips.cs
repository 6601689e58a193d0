using Sluice.Lab.Venues;

namespace Sluice.Lab.Scenarios.LookAlikes;

/// <summary>Transactions that end in the token they began with and lose by it.</summary>
/// <remarks>None of them pays a tip: the class rules would let a tip stand in for a gain.</remarks>
internal sealed class RoundTrips(Stage stage, Market market, UserSwaps swaps, Purses purses)
{
    private readonly List<Pool> _pools = new(2);

    /// <summary>A user who buys in one pool and sells in another at a worse price.</summary>
    public bool OppositeSwapsAtLoss()
    {
        var from = market.From(stage.World.Mints[stage.Random.PerMille(600) ? 0 : 1]);
        var first = from[stage.Random.Below(from.Count)];
        Leg? second = null;
        foreach (var leg in market.From(first.MintOut))
        {
            if (leg.MintOut == first.MintIn && leg.Pool != first.Pool) { second = leg; }
        }

        if (second is not { } back) { return false; }
        var user = swaps.AnyUser();
        var amount = swaps.Affordable(user, first.MintIn, first);
        if (amount < 10_000) { return false; }
        var returned = back.Quote(first.Quote(amount));
        if (returned == 0 || returned > amount - (amount / 500)) { return false; }
        BothWays("round-trip-loss", user, first, back, amount);
        return true;
    }

    /// <summary>A volume bot: bought and sold again at once in one pool.</summary>
    public bool VolumeBot()
    {
        var pools = stage.World.Pools;
        var pool = pools[stage.Random.Below(pools.Count)];
        if (pool.MintA.TransferFeeBps > 0 || !pool.MintB.IsNative) { return false; }
        var user = swaps.AnyUser();
        var buy = new Leg(pool, AToB: false);
        var amount = swaps.Affordable(user, pool.MintB, buy);
        if (amount < 1_000_000) { return false; }
        BothWays("volume-bot", user, buy, new Leg(pool, AToB: true), amount);
        return true;
    }

    private void BothWays(string label, int user, Leg first, Leg back, ulong amount)
    {
        var tx = stage.Tx;
        stage.Begin(user, 420_000, versioned: first.Pool != back.Pool);
        var bought = stage.World.TokenAccount(user, first.MintOut);
        var held = stage.Accounts[bought].IsOpen ? stage.Accounts[bought].Amount : 0;
        if (first.Pool.Kind == VenueKind.PumpFun)
        {
            if (!stage.Accounts[bought].IsOpen) { tx.CreateTokenAccount(user, bought); }
            first.Pool.Venue.Swap(tx, first.Pool, new Trade(user, bought, bought, first.AToB, amount, 0));
            var coins = stage.Accounts[bought].Amount - held;
            back.Pool.Venue.Swap(tx, back.Pool, new Trade(user, bought, bought, back.AToB, coins, 0));
        }
        else
        {
            var purse = purses.Prepare(user, first.MintIn, first.MintOut, amount);
            first.Pool.Venue.Swap(tx, first.Pool, new Trade(user, purse.Source, purse.Destination, first.AToB, amount, 0));
            var coins = stage.Accounts[purse.Destination].Amount - held;
            back.Pool.Venue.Swap(tx, back.Pool, new Trade(user, purse.Destination, purse.Source, back.AToB, coins, 0));
            purses.Tidy(user, purse);
        }

        _pools.Clear();
        _pools.Add(first.Pool);
        _pools.Add(back.Pool);
        stage.Plant(TruthKind.LookAlike, label, stage.Send(), user, _pools, "direct");
    }
}
