using Sluice.Lab.Venues;

namespace Sluice.Lab.Chain;

/// <summary>Makes the mints and pools that the simulation starts with.</summary>
internal sealed class Genesis
{
    /// <summary>Lamports that a dollar buys when the simulation starts (SOL at 190 dollars).</summary>
    private const ulong LamportsPerUsd = 5_263_157;

    private const int Established = 44, Graduated = 24, OnCurve = 20;

    private readonly World _world;
    private readonly Prng _random;
    private readonly RaydiumAmmV4 _ammV4;
    private readonly RaydiumCpmm _cpmm;
    private readonly RaydiumClmm _clmm;
    private readonly OrcaWhirlpool _whirlpool;
    private readonly MeteoraDlmm _dlmm;
    private readonly MeteoraDammV2 _dammV2;
    private readonly PumpSwap _pumpSwap;
    private readonly PumpFun _pumpFun;

    public Genesis(World world, Prng random)
    {
        _world = world;
        _random = random;
        _ammV4 = new RaydiumAmmV4(world);
        _cpmm = new RaydiumCpmm(world);
        _clmm = new RaydiumClmm(world);
        _whirlpool = new OrcaWhirlpool(world);
        _dlmm = new MeteoraDlmm(world);
        _dammV2 = new MeteoraDammV2(world);
        _pumpSwap = new PumpSwap(world);
        _pumpFun = new PumpFun(world);
    }

    public PumpSwap PumpSwap => _pumpSwap;

    /// <summary>Mints first: wrapped SOL is number 0, the two dollar tokens follow.</summary>
    public void Run()
    {
        ListPrograms();
        var sol = _world.AddMint("So11111111111111111111111111111111111111112", 9, LamportsPerUsd);
        var usdc = _world.AddMint("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v", 6, 1_000_000);
        var usdt = _world.AddMint("Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB", 6, 1_000_000);
        MakeMajors(sol, usdc, usdt);
        MakeStaked(sol, usdc);
        MakeEstablished(sol, usdc, usdt);
        MakeGraduated(sol, usdc);
        MakeOnCurve(sol);
        MakeWithFees(sol, usdc);
    }

    private void ListPrograms()
    {
        var p = _world.Programs;
        _world.List([p.System, p.Token, p.Token2022, p.AssociatedToken, p.Memo, p.Rent, p.Clock, p.InstructionsSysvar,
            p.OpenBook]);
        _world.List([p.Jupiter, p.JupiterEvents, p.RaydiumAmmV4, p.RaydiumAmmAuthority, p.RaydiumCpmm, p.RaydiumCpmmAuthority]);
        _world.List([p.RaydiumClmm, p.Whirlpool, p.Dlmm, p.DlmmEvents, p.DammV2, p.DammV2Authority, p.DammV2Events]);
        _world.List([p.PumpFun, p.PumpFunGlobal, p.PumpFunEvents, p.PumpFunVolume, p.PumpFunFeeConfig, p.PumpFees, p.PumpSwap]);
        _world.List([p.PumpSwapGlobal, p.PumpSwapEvents, p.PumpSwapVolume, p.PumpSwapFeeConfig, p.PumpSwapFeeRecipient,
            p.KaminoLend]);
        _world.List(p.TipAccounts);
    }

    /// <summary>Markets of SOL and the dollar tokens, several on each venue.</summary>
    private void MakeMajors(Mint sol, Mint usdc, Mint usdt)
    {
        Venue[] all = [_ammV4, _cpmm, _clmm, _whirlpool, _dlmm, _dammV2];
        foreach (var venue in all)
        {
            Pool(venue, sol, usdc, _random.Range(4_000_000, 30_000_000));
            Pool(venue, sol, usdt, _random.Range(1_000_000, 6_000_000));
        }

        Pool(_clmm, sol, usdc, 18_000_000);
        Pool(_whirlpool, sol, usdc, 22_000_000);
        Pool(_dlmm, sol, usdc, 9_000_000);
        Pool(_clmm, usdc, usdt, 9_000_000);
        Pool(_whirlpool, usdc, usdt, 12_000_000);
        Pool(_dlmm, usdc, usdt, 3_000_000);
    }

    /// <summary>Staked SOL, worth a little more than SOL.</summary>
    private void MakeStaked(Mint sol, Mint usdc)
    {
        (string Address, ulong UnitsPerUsd)[] staked =
        [
            ("J1toso1uCk3RLmjorhTtrVwY9HJ7X8V9yYac6Y7kGCPn", LamportsPerUsd * 100 / 124),
            ("jupSoLaHXQiZZTSfEWMTRRgpnyFm8f6sZdosWBjx93v", LamportsPerUsd * 100 / 115),
            ("bSo13r4TkiE4KumL71LsHTPpL2euBYLFx6h9HP3piy1", LamportsPerUsd * 100 / 127),
        ];
        foreach (var (address, units) in staked)
        {
            var mint = _world.AddMint(address, 9, units);
            Pool(_whirlpool, sol, mint, _random.Range(2_000_000, 9_000_000));
            Pool(_clmm, sol, mint, _random.Range(1_000_000, 5_000_000));
            Pool(_dlmm, mint, usdc, _random.Range(300_000, 1_000_000));
        }
    }

    /// <summary>Tokens with markets on several venues, among them three real ones.</summary>
    private void MakeEstablished(Mint sol, Mint usdc, Mint usdt)
    {
        List<Mint> mints =
        [
            _world.AddMint("JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN", 6, 2_800_000),
            _world.AddMint("DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263", 5, 7_300_000_000),
            _world.AddMint("WENWENvqqNya429ubCdR81ZmD69brwQaaBYY6p3LCpk", 5, 3_500_000_000),
        ];
        for (var i = mints.Count; i < Established; i++)
        {
            var decimals = (byte)(i % 5 == 0 ? 9 : i % 7 == 0 ? 8 : 6);
            mints.Add(_world.AddMint(null, decimals, _random.Magnitude(100_000, 40_000_000_000)));
        }

        Venue[] all = [_ammV4, _cpmm, _clmm, _whirlpool, _dlmm, _dammV2];
        foreach (var mint in mints)
        {
            var start = _random.Below(all.Length);
            var count = 2 + _random.Below(3);
            for (var i = 0; i < count; i++)
            {
                Pool(all[(start + i) % all.Length], mint, sol, _random.Magnitude(120_000, 4_000_000));
            }

            if (_random.PerMille(600)) { Pool(all[(start + 4) % all.Length], mint, usdc, _random.Magnitude(120_000, 2_000_000)); }
            if (_random.PerMille(200)) { Pool(all[(start + 5) % all.Length], mint, usdt, _random.Magnitude(100_000, 500_000)); }
        }
    }

    /// <summary>
    /// Coins that left the curve: PumpSwap, and now and then a second market. The newer ones belong to Token-2022.
    /// </summary>
    private void MakeGraduated(Mint sol, Mint usdc)
    {
        for (var i = 0; i < Graduated; i++)
        {
            var mint = _world.AddMint(null, 6, _random.Magnitude(20_000_000, 20_000_000_000), token2022: i % 3 == 0);
            Pool(_pumpSwap, mint, sol, _random.Magnitude(30_000, 900_000));
            if (i % 2 == 0) { Pool(i % 4 == 0 ? _dlmm : _dammV2, mint, sol, _random.Magnitude(30_000, 300_000)); }
            if (i % 8 == 5) { Pool(_clmm, mint, usdc, _random.Magnitude(30_000, 200_000)); }
        }
    }

    private void MakeOnCurve(Mint sol)
    {
        for (var i = 0; i < OnCurve; i++)
        {
            // A coin is worth what the curve says: 30 virtual SOL against 1,073 million coins in the beginning.
            var mint = _world.AddMint(null, 6, 185_000_000_000);
            var real = _random.Range(2_000_000_000, 40_000_000_000);
            var coins = (ulong)((UInt128)PumpFun.VirtualSol * 1_073_000_000_000_000 / (PumpFun.VirtualSol + real)) - PumpFun.VirtualCoins;
            _world.AddPool(_pumpFun.Create(mint, sol, coins, real));
        }
    }

    /// <summary>Two mints that withhold a transfer fee.</summary>
    private void MakeWithFees(Mint sol, Mint usdc)
    {
        Pool(_cpmm, _world.AddMint(null, 9, 900_000_000, token2022: true, transferFeeBps: 100), sol, 350_000);
        Pool(_cpmm, _world.AddMint(null, 6, 45_000_000, token2022: true, transferFeeBps: 25), usdc, 220_000);
    }

    private void Pool(Venue venue, Mint a, Mint b, ulong usdOnEachSide)
    {
        // Markets of one pair agree to within 20 bps when the simulation starts.
        var off = _random.Range(9_990, 10_010);
        var reserveA = (UInt128)a.UnitsPerUsd * usdOnEachSide;
        var reserveB = (UInt128)b.UnitsPerUsd * usdOnEachSide * off / 10_000;
        _world.AddPool(venue.Create(a, b, (ulong)reserveA, (ulong)reserveB));
    }
}
