using Sluice.Schemas.Chain;

namespace Sluice.Lab.Scenarios.Liquidations;

/// <summary>The lending protocols of the simulated chain, and loans drawn from them.</summary>
/// <remarks>
/// Markets of SOL, the dollar tokens and staked SOL on each protocol. Loans are as heavy-tailed as trades: from 20 dollars, twice as much half as
/// often. Liquidations are split among protocols as chosen: four tenths Kamino, then MarginFi, Solend, Drift.
/// </remarks>
internal sealed class Lenders
{
    private const ulong LeastCents = 2_000, MostCents = 50_000_000;

    private readonly Stage _stage;
    private readonly Lender[] _all;

    public Lenders(Stage stage)
    {
        _stage = stage;
        var mints = stage.World.Mints;
        var (sol, usdc, usdt) = (mints[0], mints[1], mints[2]);
        var staked = mints.First(m => stage.KeyOf(m) == JitoSol);
        Prices = new OraclePrices(stage.World);
        _all =
        [
            new KaminoLender(stage, [(sol, 0), (usdc, 0), (usdt, 0), (staked, 0)]),
            new MarginfiLender(stage, [(sol, 0), (usdc, 0), (usdt, 0), (staked, 0)]),
            new SolendLender(stage, [(sol, 0), (usdc, 0), (usdt, 0)]),
            new DriftLender(stage, [(usdc, 0), (sol, 1), (usdt, 5), (staked, 6)]),
        ];
    }

    public OraclePrices Prices { get; }

    private static Pubkey JitoSol { get; } = Pubkey.Parse("J1toso1uCk3RLmjorhTtrVwY9HJ7X8V9yYac6Y7kGCPn");

    /// <summary>A protocol, with the instruction that it will liquidate by.</summary>
    public Lender Any()
    {
        var lender = _all[_stage.Random.Below(10) switch { < 4 => 0, < 7 => 1, < 9 => 2, _ => 3 }];
        lender.Choose(_stage.Random);
        return lender;
    }

    /// <summary>A loan that was there before, of a size drawn by chance; the deposit is worth a quarter more than the debt.</summary>
    public Position AnyPosition(Lender lender, int owner)
    {
        var random = _stage.Random;
        var reserves = lender.Reserves;
        var at = random.Below(reserves.Count);
        var (debt, collateral) = (reserves[at], reserves[(at + 1 + random.Below(reserves.Count - 1)) % reserves.Count]);
        var borrowed = Math.Max(100_000, debt.Mint.OfCents(random.HeavyTail(LeastCents, MostCents)));
        var deposited = Prices.Convert(debt.Mint, borrowed, collateral.Mint) / 4 * 5;
        return new Position(_stage.World.NewAccount(23_942_400), owner, debt, borrowed, collateral, deposited);
    }
}
