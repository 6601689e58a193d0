using Sluice.Lab.Chain;
using Sluice.Lab.Venues;

namespace Sluice.Lab.Scenarios;

/// <summary>One swap of a route: a pool and the direction through it.</summary>
internal readonly record struct Leg(Pool Pool, bool AToB)
{
    public Mint MintIn => Pool.MintIn(AToB);

    public Mint MintOut => Pool.MintOut(AToB);

    public ulong Quote(ulong amountIn) => Pool.Venue.Quote(Pool, AToB, amountIn);
}

/// <summary>Which pools trade a mint, for walks through the market.</summary>
internal sealed class Market
{
    private readonly List<Leg>[] _from;

    public Market(World world)
    {
        _from = new List<Leg>[world.Mints.Count];
        for (var i = 0; i < _from.Length; i++) { _from[i] = []; }
        foreach (var pool in world.Pools)
        {
            // Curves settle in native lamports and fees on transfer change amounts underway: neither is routed through.
            if (pool.Kind == VenueKind.PumpFun || pool.MintA.TransferFeeBps + pool.MintB.TransferFeeBps > 0) { continue; }
            _from[pool.MintA.Number].Add(new Leg(pool, AToB: true));
            _from[pool.MintB.Number].Add(new Leg(pool, AToB: false));
        }
    }

    /// <summary>Swaps that sell the mint.</summary>
    public List<Leg> From(Mint mint) => _from[mint.Number];

    /// <summary>Walks a route of so many hops that visits no mint and no pool twice; false where chance led nowhere.</summary>
    public bool TryWalk(Prng random, Mint start, int hops, List<Leg> route)
    {
        route.Clear();
        var at = start;
        for (var hop = 0; hop < hops; hop++)
        {
            var choices = _from[at.Number];
            if (choices.Count == 0) { return false; }
            var leg = choices[random.Below(choices.Count)];
            if (leg.MintOut == start || Visits(route, leg)) { return false; }
            route.Add(leg);
            at = leg.MintOut;
        }

        return true;
    }

    /// <summary>Walks a circle of so many hops that returns to its mint and uses no pool twice.</summary>
    public bool TryCircle(Prng random, Mint start, int hops, List<Leg> route)
    {
        if (!TryWalk(random, start, hops - 1, route)) { return false; }
        var choices = _from[route[^1].MintOut.Number];
        var first = random.Below(choices.Count);
        for (var i = 0; i < choices.Count; i++)
        {
            var leg = choices[(first + i) % choices.Count];
            if (leg.MintOut != start || Uses(route, leg.Pool)) { continue; }
            route.Add(leg);
            return true;
        }

        return false;
    }

    public static bool Uses(List<Leg> route, Pool pool)
    {
        foreach (var leg in route)
        {
            if (leg.Pool == pool) { return true; }
        }

        return false;
    }

    private static bool Visits(List<Leg> route, Leg next)
    {
        foreach (var leg in route)
        {
            if (leg.Pool == next.Pool || leg.MintOut == next.MintOut) { return true; }
        }

        return false;
    }
}
