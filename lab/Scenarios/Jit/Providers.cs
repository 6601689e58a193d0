using Sluice.Lab.Chain;
using Sluice.Lab.Venues;
using Sluice.Lab.Venues.Arithmetic;
using Sluice.Lab.Venues.Bins;
using Sluice.Lab.Venues.Curves;
using Sluice.Lab.Venues.Liquidity;
using Sluice.Lab.Venues.Ranges;

namespace Sluice.Lab.Scenarios.Jit;

/// <summary>A change of somebody's liquidity that went into the block, and what moved.</summary>
internal readonly record struct Change(Position Position, Sent Sent, ulong Slot, ulong A, ulong B);

/// <summary>Wallets that provide liquidity, with both tokens at hand, and their transactions.</summary>
internal sealed class Providers
{
    private const int Wallets = 48;
    private const ulong Lamports = 3_000_000_000_000;

    /// <summary>What a wallet holds of each token when it is first looked at: five million dollars.</summary>
    private const ulong Cents = 500_000_000;

    private readonly Stage _stage;
    private readonly Purses _purses;
    private readonly int[] _wallets = new int[Wallets];
    private readonly LiquidityProgram?[] _programs = new LiquidityProgram?[VenueNames.Count];
    private readonly List<Pool> _pools = [];

    public Providers(Stage stage, Purses purses)
    {
        (_stage, _purses) = (stage, purses);
        var world = stage.World;
        for (var i = 0; i < Wallets; i++) { _wallets[i] = world.NewAccount(Lamports); }
        _programs[(int)VenueKind.OrcaWhirlpool] = new WhirlpoolLiquidity(world);
        _programs[(int)VenueKind.RaydiumClmm] = new ClmmLiquidity(world);
        _programs[(int)VenueKind.MeteoraDlmm] = new DlmmLiquidity(world);
        _programs[(int)VenueKind.MeteoraDammV2] = new DammLiquidity(world);
        foreach (var pool in world.Pools)
        {
            if (_programs[(int)pool.Kind] is not null && pool.MintA.TransferFeeBps + pool.MintB.TransferFeeBps == 0) { _pools.Add(pool); }
        }
    }

    public int AnyWallet() => _wallets[_stage.Random.Below(Wallets)];

    /// <summary>A pool that has positions.</summary>
    public Pool AnyPool() => _pools[_stage.Random.Below(_pools.Count)];

    public LiquidityProgram ProgramOf(Pool pool) => _programs[(int)pool.Kind]!;

    /// <summary>A position of so many spacings around the price, its middle moved by some; over all prices where the pool has no ranges.</summary>
    public Position Draft(Pool pool, int wallet, int below, int above)
    {
        var program = ProgramOf(pool);
        var spacing = program.SpacingOf(pool);
        if (spacing == 0) { return program.Draft(pool, wallet, 0, 0); }
        var at = RangeSeeds.Floor(program.At(pool), spacing);

        // The upper tick is the first that is not covered; the last bin is.
        var end = pool.Kind == VenueKind.MeteoraDlmm ? at + above : at + ((above + 1) * spacing);
        return program.Draft(pool, wallet, at - (below * spacing), end);
    }

    /// <summary>Whether the pool has all of the position's bins; ranges it has without end.</summary>
    public static bool Fits(Position position) =>
        position.Pool.State is not BinState bins || (bins.Has(position.Lower) && bins.Has(position.Upper));

    /// <summary>Whether the wallet can pay both amounts.</summary>
    public bool CanPay(int wallet, Pool pool, ulong a, ulong b) => Held(wallet, pool.MintA) >= a && Held(wallet, pool.MintB) >= b;

    /// <summary>Opens the position with at most those amounts.</summary>
    public Change Add(Position position, ulong mostA, ulong mostB, ulong tip)
    {
        var (tx, pool) = (_stage.Tx, position.Pool);
        Begin(position, position.Signer);
        var (a, b) = ProgramOf(pool).Add(tx, position, TokensOf(position, pool.MintA), TokensOf(position, pool.MintB), mostA, mostB);
        return Send(position, a, b, tip);
    }

    /// <summary>Takes everything out.</summary>
    public Change Remove(Position position, ulong tip)
    {
        var (tx, pool) = (_stage.Tx, position.Pool);
        Begin(position, -1);
        var (a, b) = ProgramOf(pool).Remove(tx, position, TokensOf(position, pool.MintA), TokensOf(position, pool.MintB));
        return Send(position, a, b, tip);
    }

    /// <summary>Units of the second token for units of the first, at the pool's price now.</summary>
    public static Int128 InB(Pool pool, Int128 a)
    {
        var price = PriceOf(pool);
        var worth = (Int128)MulDiv.Shift((UInt128)Int128.Abs(a), price, 64);
        return a < 0 ? -worth : worth;
    }

    /// <summary>Units of the first token for units of the second.</summary>
    public static Int128 InA(Pool pool, Int128 b)
    {
        var worth = (Int128)MulDiv.Down((UInt128)Int128.Abs(b), UInt128.One << 64, PriceOf(pool));
        return b < 0 ? -worth : worth;
    }

    /// <summary>Price of the first token in the second, 64 binary places.</summary>
    private static UInt128 PriceOf(Pool pool) => pool.State switch
    {
        RangeState range => MulDiv.Shift(range.Price, range.Price, 64),
        CurveState curve => MulDiv.Shift(curve.Price, curve.Price, 64),
        BinState bins => bins[bins.Active].Price,
        _ => throw new InvalidOperationException("The pool has no positions."),
    };

    private void Begin(Position position, int secondSigner)
    {
        var budget = Budgets.Draw(_stage.Random, 1_000, 400_000);
        var tables = _stage.Random.PerMille(_stage.Options.VersionedPerMille);
        _stage.Tx.Begin(position.Owner, budget, tables, tables, secondSigner);
    }

    private Change Send(Position position, ulong a, ulong b, ulong tip)
    {
        _stage.Tx.TipTo(position.Owner, _stage.World.Programs.TipAccounts[_stage.Random.Below(8)], tip);
        return new Change(position, _stage.Send(), _stage.World.Slot, a, b);
    }

    private ulong Held(int wallet, Mint mint)
    {
        ref readonly var account = ref _stage.Accounts[_purses.Existing(wallet, mint, mint.OfCents(Cents))];
        return account.IsOpen ? account.Amount : 0;
    }

    private int TokensOf(Position position, Mint mint) => _stage.World.TokenAccount(position.Owner, mint);
}
