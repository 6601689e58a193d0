using Sluice.Lab.Chain;
using Sluice.Lab.Cluster;
using Sluice.Lab.Scenarios.Arbitrage;
using Sluice.Lab.Scenarios.Attempts;
using Sluice.Lab.Scenarios.Jit;
using Sluice.Lab.Scenarios.Liquidations;
using Sluice.Lab.Scenarios.LookAlikes;
using Sluice.Lab.Scenarios.Sandwiches;
using Sluice.Lab.Scenarios.Scenes;
using Sluice.Lab.Scenarios.Traps;

namespace Sluice.Lab.Scenarios;

/// <summary>Chooses what the next non-vote transaction of a block is.</summary>
/// <remarks>
/// Successful ones in slot 254170887 (139): 47 % calls of other programs, 22 % token transfers, 13 % direct swaps, 6.5 %
/// swaps through a program, 6.5 % Jupiter, 5 % SOL transfers. Swaps got a larger part here, for the coin trade of 2025.
/// Failed ones there (305): 59 % direct swaps, 20 % Jupiter, 18 % through a program, 3 % others, which is kept.
/// </remarks>
internal sealed class Traffic
{
    private const int Direct = 240, Jupiter = 100, Wrapped = 80, Sol = 100, Token = 180;
    private const int FailedDirect = 590, FailedJupiter = 200, FailedWrapped = 180;
    private const int Attempts = 20;

    private readonly Stage _stage;
    private readonly UserSwaps _swaps;
    private readonly PlainTraffic _plain;
    private readonly SceneBook _scenes;
    private readonly (Action Plant, Func<SimulatorOptions, int> PerThousand)[] _kinds;
    private readonly int[] _left;
    private readonly AttemptPlanter _attempts;
    private bool _isSpam;
    private int _planned;

    public Traffic(Stage stage)
    {
        _stage = stage;
        var liquidity = new LiquidityPositions(stage);
        var lenders = new Lenders(stage);
        var loans = new FlashLoans(stage);
        var market = new Market(stage.World);
        var purses = new Purses(stage);
        var jupiter = new Jupiter(stage);
        _swaps = new UserSwaps(stage, market, purses, jupiter);
        _plain = new PlainTraffic(stage, purses, _swaps);
        _scenes = new SceneBook(stage);
        var orders = new Orders(stage, purses, jupiter, _swaps);
        var crowd = new Crowd(stage, market, orders, _swaps);
        var sandwiches = new SandwichPlanter(stage, market, _scenes, orders, crowd, purses, _swaps);
        var trapScenes = new TrapScenes(stage, _scenes, orders, crowd, _plain);
        var traps = new TrapPlanter(stage, new Traders(trapScenes, stage), new Rotations(trapScenes),
            new Routes(trapScenes, stage, market, purses, _swaps, crowd, liquidity));
        var execution = new Execution(stage, purses, jupiter, loans);
        var finder = new PlanFinder(stage, market);
        var arbitrages = new ArbitragePlanter(stage, finder, execution, _swaps, _plain, purses);
        var liquidations = new LiquidationPlanter(stage, lenders, market, purses, jupiter, loans);
        _attempts = new AttemptPlanter(stage, finder, execution, arbitrages, liquidations);
        var providers = new Providers(stage, purses);
        var lookAlikes = new LookAlikePlanter(
            stage,
            new RouteLookAlikes(stage, market, _swaps, purses),
            new RoundTrips(stage, market, _swaps, purses),
            new MoneyBeside(stage, market, _swaps, purses, liquidity));
        _kinds =
        [
            (arbitrages.Plant, o => o.ArbitragesPerThousandBlocks),
            (lookAlikes.Plant, o => o.LookAlikesPerThousandBlocks),
            (sandwiches.Plant, o => o.SandwichesPerThousandBlocks),
            (traps.Plant, o => o.SandwichLookAlikesPerThousandBlocks),
            (arbitrages.PlantBackrun, o => o.BackrunsPerThousandBlocks),
            (liquidations.Plant, o => o.LiquidationsPerThousandBlocks),
            (_attempts.Plant, o => o.AttemptsPerThousandBlocks),
            (new LendingPlanter(stage, lenders, market, purses, loans).Plant, o => o.LendingPerThousandBlocks),
            (new JitPlanter(stage, _scenes, crowd, providers).Plant, o => o.JitPerThousandBlocks),
            (new JitLookAlikes(stage, _scenes, crowd, orders, providers).Plant, o => o.JitPerThousandBlocks),
        ];
        _left = new int[_kinds.Length];
    }

    /// <summary>Non-vote transactions that the block still gets.</summary>
    public int Remaining =>
        Math.Max(_left.Sum() + _scenes.Due, _planned - (_stage.TransactionCount - _stage.VoteCount));

    /// <summary>Decides how many non-vote transactions the block gets, and how many of them are planted.</summary>
    public void PlanBlock(int transactions)
    {
        _planned = transactions;
        var turn = new Prng(_stage.Options.Seed, stream: 0x5BA3_0000_0000 + (_stage.World.Slot / LeaderSchedule.Turn));
        _isSpam = turn.PerMille(_stage.Options.SpamTurnsPerMille);
        for (var i = 0; i < _left.Length; i++) { _left[i] = Thousandths(_kinds[i].PerThousand(_stage.Options)); }
    }

    /// <summary>Makes the next transaction, or a planted one with the large swaps that it needs before it.</summary>
    public void Next()
    {
        // Each planted one is as likely in any place that is left.
        var draw = _stage.Random.Below(Remaining);
        for (var i = 0; i < _left.Length; i++)
        {
            if (draw < _left[i])
            {
                _left[i]--;
                _kinds[i].Plant();
                return;
            }

            draw -= _left[i];
        }

        if (draw < _scenes.Due)
        {
            _scenes.Step();
        }
        else if (_stage.Random.PerMille(_isSpam ? _stage.Options.SpamFailedPerMille : _stage.Options.FailedPerMille))
        {
            if (_isSpam && _stage.Random.PerMille(600)) { _attempts.Plant(); }
            else { NextFailed(); }
        }
        else
        {
            NextSuccessful();
        }
    }

    private int Thousandths(int perThousand) => (perThousand / 1000) + (_stage.Random.PerMille(perThousand % 1000) ? 1 : 0);

    private void NextSuccessful()
    {
        var draw = _stage.Random.Below(1000);
        if (draw < Direct)
        {
            Until(() => _swaps.Direct(fails: false));
        }
        else if (draw < Direct + Jupiter)
        {
            Until(() => _swaps.Route(fails: false));
        }
        else if (draw < Direct + Jupiter + Wrapped)
        {
            Until(() => _swaps.Wrapped(fails: false));
        }
        else if (draw < Direct + Jupiter + Wrapped + Sol)
        {
            _plain.SolTransfer();
        }
        else if (draw < Direct + Jupiter + Wrapped + Sol + Token)
        {
            _plain.TokenTransfer();
        }
        else
        {
            _plain.Opaque(fails: false);
        }
    }

    private void NextFailed()
    {
        var draw = _stage.Random.Below(1000);
        if (draw < FailedDirect)
        {
            Until(() => _swaps.Direct(fails: true));
        }
        else if (draw < FailedDirect + FailedJupiter)
        {
            Until(() => _swaps.Route(fails: true));
        }
        else if (draw < FailedDirect + FailedJupiter + FailedWrapped)
        {
            Until(() => _swaps.Wrapped(fails: true));
        }
        else
        {
            _plain.Opaque(fails: true);
        }
    }

    /// <summary>Tries until a transaction was made; a transfer stands in where chance found nothing to swap.</summary>
    private void Until(Func<bool> one)
    {
        for (var i = 0; i < Attempts; i++)
        {
            if (one()) { return; }
        }

        _plain.SolTransfer();
    }
}
