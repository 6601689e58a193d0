using Sluice.Lab.Chain;
using Sluice.Lab.Venues;

namespace Sluice.Lab.Scenarios.LookAlikes;

/// <summary>A pool that takes deposits, with the mint of its shares.</summary>
internal sealed class LiquidityPool
{
    public required Pool Pool { get; init; }

    public required Mint Shares { get; init; }

    public required ulong Supply { get; set; }
}

/// <summary>Deposits into and withdrawals from Raydium AMM v4 pools.</summary>
/// <remarks>Instructions 3 and 4 with 14 and 22 accounts. Source: raydium-io/raydium-amm, instruction.rs.</remarks>
internal sealed class LiquidityPositions
{
    private const int MaxPools = 4;

    private readonly Stage _stage;
    private readonly List<LiquidityPool> _pools = new(MaxPools);

    public LiquidityPositions(Stage stage)
    {
        _stage = stage;
        foreach (var pool in stage.World.Pools.ToArray())
        {
            // Only pools whose order book the instructions can name.
            var plain = pool.Kind == VenueKind.RaydiumAmmV4 && pool.Variant == RaydiumAmmV4.Full;
            if (!plain || pool.MintA.IsNative || _pools.Count == MaxPools) { continue; }
            var (a, b) = pool.Venue.Reserves(pool);
            var supply = (ulong)PriceMath.Liquidity(a, b);
            var shares = stage.World.AddMint(null, 9, 1_000_000_000);
            stage.World.List([shares.Account]);
            _pools.Add(new LiquidityPool { Pool = pool, Shares = shares, Supply = supply });
        }
    }

    public LiquidityPool Any(Prng random) => _pools[random.Below(_pools.Count)];

    /// <summary>Deposits both tokens and returns the shares that came for them.</summary>
    public ulong Add(LiquidityPool position, int user, int sourceA, int sourceB, ulong amountA, ulong amountB)
    {
        var (tx, pool, programs) = (_stage.Tx, position.Pool, _stage.World.Programs);
        var wallet = _stage.World.TokenAccount(user, position.Shares);
        if (!_stage.Accounts[wallet].IsOpen) { tx.CreateTokenAccount(user, wallet); }
        var shares = (ulong)((UInt128)position.Supply * amountA / pool.Venue.Reserves(pool).A);
        tx.Open(programs.RaydiumAmmV4, 9_000);
        tx.With(programs.Token).With(pool.Account, Use.Write).With(pool.Authority).With(pool.Others[0]);
        tx.With(pool.Others[1], Use.Write);
        tx.With(position.Shares.Account, Use.Write).With(pool.VaultA, Use.Write).With(pool.VaultB, Use.Write);
        tx.With(pool.Others[2]);
        tx.With(sourceA, Use.Write).With(sourceB, Use.Write).With(wallet, Use.Write).With(user, Use.Sign).With(pool.Others[5]);
        tx.U8(3).U64(amountA + (amountA / 100)).U64(amountB + (amountB / 100)).U64(0);
        tx.Transfer(sourceA, pool.VaultA, user, amountA);
        tx.Transfer(sourceB, pool.VaultB, user, amountB);
        tx.MintTo(position.Shares.Number, wallet, pool.Authority, shares);
        tx.Close(11_000);
        position.Supply += shares;
        return shares;
    }

    /// <summary>Burns shares for their part of both reserves.</summary>
    public void Remove(LiquidityPool position, int user, int destinationA, int destinationB, ulong shares)
    {
        var (tx, pool, programs) = (_stage.Tx, position.Pool, _stage.World.Programs);
        var wallet = _stage.World.TokenAccount(user, position.Shares);
        var (a, b) = pool.Venue.Reserves(pool);
        tx.Open(programs.RaydiumAmmV4, 12_000);
        tx.With(programs.Token).With(pool.Account, Use.Write).With(pool.Authority).With(pool.Others[0], Use.Write);
        tx.With(pool.Others[1], Use.Write);
        tx.With(position.Shares.Account, Use.Write).With(pool.VaultA, Use.Write).With(pool.VaultB, Use.Write);
        tx.With(programs.OpenBook);
        tx.With(pool.Others[2], Use.Write).With(pool.Others[6], Use.Write).With(pool.Others[7], Use.Write).With(pool.Others[8]);
        tx.With(wallet, Use.Write).With(destinationA, Use.Write).With(destinationB, Use.Write).With(user, Use.Sign);
        tx.With(pool.Others[5], Use.Write).With(pool.Others[3], Use.Write).With(pool.Others[4], Use.Write).U8(4).U64(shares);
        tx.Transfer(pool.VaultA, destinationA, pool.Authority, (ulong)((UInt128)a * shares / position.Supply));
        tx.Transfer(pool.VaultB, destinationB, pool.Authority, (ulong)((UInt128)b * shares / position.Supply));
        tx.Burn(wallet, user, shares);
        tx.Close(14_000);
        position.Supply -= shares;
    }
}
