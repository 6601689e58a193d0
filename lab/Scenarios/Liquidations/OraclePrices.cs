using Sluice.Lab.Chain;
using Sluice.Lab.Venues;

namespace Sluice.Lab.Scenarios.Liquidations;

/// <summary>What lending protocols take tokens to be worth: the price of the deepest pool against SOL.</summary>
internal sealed class OraclePrices
{
    private readonly Dictionary<int, (Pool Pool, bool IsA)> _deepest = [];

    public OraclePrices(World world)
    {
        foreach (var pool in world.Pools)
        {
            if (pool.MintA.IsNative) { Take(pool.MintB, pool, isA: false, pool.FirstA); }
            if (pool.MintB.IsNative) { Take(pool.MintA, pool, isA: true, pool.FirstB); }
        }
    }

    /// <summary>Whether the mint has a price.</summary>
    public bool Knows(Mint mint) => mint.IsNative || _deepest.ContainsKey(mint.Number);

    /// <summary>How much of another token is worth as much, rounded down.</summary>
    public ulong Convert(Mint from, ulong amount, Mint to)
    {
        if (from == to) { return amount; }
        var ((tokens, sol), (otherTokens, otherSol)) = (Rate(from), Rate(to));
        var lamports = (UInt128)amount * sol / tokens;
        return (ulong)(lamports * otherTokens / otherSol);
    }

    private (UInt128 Tokens, UInt128 Lamports) Rate(Mint mint)
    {
        if (mint.IsNative) { return (1, 1); }
        var (pool, isA) = _deepest[mint.Number];
        var (a, b) = pool.Venue.Reserves(pool);
        return isA ? (a, b) : (b, a);
    }

    private void Take(Mint mint, Pool pool, bool isA, ulong sol)
    {
        var held = _deepest.TryGetValue(mint.Number, out var known) ? (known.IsA ? known.Pool.FirstB : known.Pool.FirstA) : 0;
        if (sol > held) { _deepest[mint.Number] = (pool, isA); }
    }
}
