using Sluice.Lab.Chain;
using Sluice.Lab.Venues;

namespace Sluice.Lab.Scenarios.LookAlikes;

/// <summary>Swaps beside which other things give or take tokens: airdrops, staking deposits, liquidity.</summary>
internal sealed class MoneyBeside
{
    private readonly Stage _stage;
    private readonly Market _market;
    private readonly UserSwaps _swaps;
    private readonly Purses _purses;
    private readonly LiquidityPositions _liquidity;
    private readonly List<Pool> _pools = new(4);
    private readonly List<Leg> _route = new(4);
    private readonly int _distributor;
    private readonly int _treasury;
    private readonly (int Pool, int Authority, int Reserve, int Fees) _stakePool;

    public MoneyBeside(Stage stage, Market market, UserSwaps swaps, Purses purses, LiquidityPositions liquidity)
    {
        _stage = stage;
        _market = market;
        _swaps = swaps;
        _purses = purses;
        _liquidity = liquidity;
        var world = stage.World;
        _distributor = world.NewAccount(1_141_440);
        _treasury = world.NewAccount(900_000_000);
        var authority = world.NewAccount();
        _stakePool = (world.NewAccount(5_143_440), authority, world.NewAccount(80_000_000_000_000),
            world.NewTokenAccount(Staked, authority, 1_000_000_000));
    }

    /// <summary>The first kind of staked SOL that the simulation has.</summary>
    private Mint Staked => _stage.World.Mints[3];

    /// <summary>A claim pays out more of a token than the swaps behind it sell, so that no balance of the wallet falls.</summary>
    public bool AirdropBesideSwap()
    {
        var (tx, random) = (_stage.Tx, _stage.Random);
        var start = _stage.World.Mints[3 + random.Below(_stage.World.Mints.Count - 3)];
        if (start.TransferFeeBps > 0 || !_market.TryWalk(random, start, 1 + random.Below(2), _route)) { return false; }
        var user = _swaps.AnyUser();
        var amount = _swaps.Affordable(user, start, _route[0]);
        if (amount == 0 || !_swaps.Flows(_route, amount)) { return false; }
        var vault = _purses.Existing(_treasury, start, start.OfCents(2_000_000_000));
        if (_stage.Accounts[vault].Amount < amount * 3) { return false; }

        _stage.Begin(user, 620_000, versioned: true);
        var source = _stage.World.TokenAccount(user, start);
        tx.Open(_distributor, 14_000);
        tx.With(user, Use.Write | Use.Sign).With(_treasury).With(vault, Use.Write).With(source, Use.Write).With(start.Program);
        tx.With(start.Account);
        tx.Tag(0x4EB1628AD21515FE).U64(amount);
        tx.Log("Instruction: NewClaim"u8);
        tx.TransferChecked(vault, source, _treasury, amount + random.Range(amount / 10, amount));
        tx.Close(3_000);
        var held = amount;
        foreach (var leg in _route)
        {
            var destination = _stage.World.TokenAccount(user, leg.MintOut);
            var before = _stage.Accounts[destination].IsOpen ? _stage.Accounts[destination].Amount : 0;
            if (!_stage.Accounts[destination].IsOpen) { tx.CreateTokenAccount(user, destination); }
            var from = _stage.World.TokenAccount(user, leg.MintIn);
            leg.Pool.Venue.Swap(tx, leg.Pool, new Trade(user, from, destination, leg.AToB, held, 0));
            held = _stage.Accounts[destination].Amount - before;
        }

        CloseWrapped(user);
        Note("airdrop-beside-swap", _stage.Send(), user);
        return true;
    }

    /// <summary>SOL into a stake pool for its token, which is then sometimes sold for a dollar token.</summary>
    public bool StakingDeposit()
    {
        var (tx, random, programs) = (_stage.Tx, _stage.Random, _stage.World.Programs);
        var user = _swaps.AnyUser();
        var lamports = _stage.World.Mints[0].OfCents(random.Magnitude(1_000, 100_000));
        if (_stage.Accounts[user].Lamports < lamports + (3 * Purses.Reserve)) { return false; }
        _route.Clear();
        if (random.PerMille(500))
        {
            foreach (var leg in _market.From(Staked))
            {
                if (leg.MintOut.Number == 1) { _route.Add(leg); }
            }
        }

        var minted = (ulong)((UInt128)lamports * Staked.UnitsPerUsd / _stage.World.Mints[0].UnitsPerUsd);
        _stage.Begin(user, 320_000);
        var destination = _stage.World.TokenAccount(user, Staked);
        if (!_stage.Accounts[destination].IsOpen) { tx.CreateTokenAccount(user, destination); }
        tx.Open(programs.StakePool, 40_000);
        tx.With(_stakePool.Pool, Use.Write).With(_stakePool.Authority).With(_stakePool.Reserve, Use.Write);
        tx.With(user, Use.Write | Use.Sign);
        tx.With(destination, Use.Write).With(_stakePool.Fees, Use.Write).With(_stakePool.Fees, Use.Write);
        tx.With(Staked.Account, Use.Write);
        tx.With(programs.System).With(programs.Token).U8(14).U64(lamports);
        tx.Log("Instruction: DepositSol"u8);
        tx.SystemTransfer(user, _stakePool.Reserve, lamports);
        tx.MintTo(Staked.Number, destination, _stakePool.Authority, minted);
        tx.Close(12_000);
        if (_route.Count > 0)
        {
            var leg = _route[0];
            var dollars = _stage.World.TokenAccount(user, leg.MintOut);
            if (!_stage.Accounts[dollars].IsOpen) { tx.CreateTokenAccount(user, dollars); }
            leg.Pool.Venue.Swap(tx, leg.Pool, new Trade(user, destination, dollars, leg.AToB, minted, 0));
        }

        Note("staking-deposit", _stage.Send(), user);
        return true;
    }

    /// <summary>Liquidity added to a pool, a swap in it, the liquidity taken out again.</summary>
    public bool LiquidityAroundSwap()
    {
        var random = _stage.Random;
        var position = _liquidity.Any(random);
        var pool = position.Pool;
        var user = _swaps.AnyUser();
        var leg = new Leg(pool, AToB: true);
        var amount = _swaps.Affordable(user, pool.MintA, leg);
        if (amount < 10_000) { return false; }
        var (a, b) = pool.Venue.Reserves(pool);
        var amountA = amount / 2;
        var amountB = (ulong)((UInt128)b * amountA / a);
        var swapped = amount / 4;
        if (_purses.Holding(user, pool.MintB) < amountB * 2) { return false; }
        var sourceA = _stage.World.TokenAccount(user, pool.MintA);
        var sourceB = _stage.World.TokenAccount(user, pool.MintB);

        _stage.Begin(user, 460_000, versioned: true);
        if (pool.MintB.IsNative)
        {
            _stage.Tx.CreateTokenAccount(user, sourceB);
            _stage.Tx.SystemTransfer(user, sourceB, amountB);
            _stage.Tx.SyncNative(sourceB);
        }

        var shares = _liquidity.Add(position, user, sourceA, sourceB, amountA, amountB);
        pool.Venue.Swap(_stage.Tx, pool, new Trade(user, sourceA, sourceB, AToB: true, swapped, 0));
        _liquidity.Remove(position, user, sourceA, sourceB, shares);
        if (pool.MintB.IsNative) { _stage.Tx.CloseAccount(sourceB, user); }
        _route.Clear();
        _route.Add(leg);
        Note("liquidity-around-swap", _stage.Send(), user);
        return true;
    }

    private void CloseWrapped(int user)
    {
        foreach (var leg in _route)
        {
            if (leg.MintOut.IsNative) { _stage.Tx.CloseAccount(_stage.World.TokenAccount(user, leg.MintOut), user); }
        }
    }

    private void Note(string label, in Sent sent, int user)
    {
        _pools.Clear();
        foreach (var leg in _route) { _pools.Add(leg.Pool); }
        _stage.Plant(TruthKind.LookAlike, label, sent, user, _pools, "direct");
    }
}
