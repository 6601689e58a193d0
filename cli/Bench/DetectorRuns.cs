using Sluice.Processors.Core.Arbitrage;
using Sluice.Processors.Core.Attempts;
using Sluice.Processors.Core.Bundles;
using Sluice.Processors.Core.Jit;
using Sluice.Processors.Core.Liquidations;
using Sluice.Processors.Core.Prices;
using Sluice.Processors.Core.Sandwich;
using Sluice.Processors.Topologies;
using Sluice.Schemas.Records;

namespace Sluice.Cli.Bench;

/// <summary>Looks at every swap and balance change once: what memory alone costs.</summary>
internal sealed class ReadingRun : IDetectorRun
{
    private ulong _sum;

    public long Findings => 0;

    public void Take(in Block block)
    {
        foreach (ref readonly var tx in block.Transactions.Span)
        {
            _sum += tx.FeeLamports;
            foreach (ref readonly var swap in tx.Swaps.Span) { _sum += swap.AmountIn + swap.AmountOut; }
            foreach (ref readonly var change in tx.BalanceChanges.Span) { _sum += (ulong)change.Delta; }
        }
    }
}

/// <summary>Sandwiches, over leader groups.</summary>
internal sealed class SandwichRun : IDetectorRun, ISandwichOutput
{
    private readonly RecordList<Sandwich> _sandwich = new();
    private readonly RecordList<RoundTrip> _roundTrip = new();
    private readonly GroupWindows<SandwichGroup> _groups;

    public SandwichRun() => _groups = new(() => new SandwichGroup(this));

    public long Findings { get; private set; }

    public void Take(in Block block) => _groups.Take(block);

    public ref Sandwich AddSandwich()
    {
        Findings++;
        _sandwich.Clear();
        return ref _sandwich.Add();
    }

    public ref RoundTrip AddRoundTrip()
    {
        _roundTrip.Clear();
        return ref _roundTrip.Add();
    }

    public void Reject(long slot, SandwichVerdict verdict, long count)
    {
    }
}

/// <summary>Arbitrages with their causes and values.</summary>
internal sealed class ArbitrageRun : IDetectorRun
{
    private readonly ArbitrageBlock _block = new();
    private readonly RecordList<Arbitrage> _finding = new();

    public long Findings { get; private set; }

    public void Take(in Block block)
    {
        var prices = _block.Take(block);
        _finding.Clear();
        ref var finding = ref _finding.Add();
        var routes = _block.Routes;
        for (var i = 0; i < routes.Length; i++)
        {
            if (_block.Judge(i, ref finding) != ArbitrageVerdict.Arbitrage) { continue; }
            _block.Causes.Find(routes[i], ref finding);
            ArbitrageValues.Write(prices, ref finding);
            Findings++;
            _finding.Clear();
            finding = ref _finding.Add();
        }
    }
}

/// <summary>Runs that look like bundles.</summary>
internal sealed class BundlesRun : IDetectorRun
{
    private readonly BundleFinder _finder = new();
    private readonly RecordList<Bundle> _bundle = new();

    public long Findings { get; private set; }

    public void Take(in Block block)
    {
        _finder.Read(block);
        foreach (ref readonly var run in _finder.Runs)
        {
            _bundle.Clear();
            BundleWriter.Write(block, run, ref _bundle.Add());
            Findings++;
        }
    }
}

/// <summary>Just-in-time liquidity, with its prices.</summary>
internal sealed class JitRun : IDetectorRun
{
    private readonly GroupWindows<Group> _groups;

    public JitRun() => _groups = new(() => new Group(this));

    public long Findings { get; private set; }

    public void Take(in Block block) => _groups.Take(block);

    private sealed class Group(JitRun run) : IGroupDetector
    {
        private readonly JitDetector _detector = new();
        private readonly PriceBook _prices = new();
        private readonly RecordList<JitLiquidity> _finding = new();

        public void Begin(long group)
        {
            _detector.Begin();
            _prices.BeginGroup(group);
        }

        public void Take(in Block block, bool isContext)
        {
            _detector.Take(block, _prices);
        }

        public void Take(in Block block, IGroupDetector neighbour)
        {
            var other = (Group)neighbour;
            _detector.Take(block, _prices, other._detector, other._prices);
        }

        public void End()
        {
            for (var i = 0; i < _detector.Count; i++)
            {
                _finding.Clear();
                if (_detector.Judge(i, _prices, out _, ref _finding.Add()) == JitVerdict.Jit) { run.Findings++; }
            }
        }
    }
}

/// <summary>Liquidations and failed attempts, with their prices.</summary>
internal sealed class LiquidationRun : IDetectorRun
{
    private readonly GroupWindows<Group> _groups;

    public LiquidationRun() => _groups = new(() => new Group(this));

    public long Findings { get; private set; }

    public void Take(in Block block) => _groups.Take(block);

    private sealed class Group(LiquidationRun run) : IGroupDetector
    {
        private readonly LiquidationDetector _detector = new();
        private readonly AttemptFinder _attempts = new();
        private readonly PriceBook _prices = new();
        private readonly RecordList<Liquidation> _finding = new();
        private readonly RecordList<FailedAttempt> _attempt = new();
        private long _group;

        public void Begin(long group)
        {
            _group = group;
            _prices.BeginGroup(group);
            _attempts.Begin();
        }

        public void Take(in Block block, bool isContext)
        {
            _attempts.Take(block, isContext, block.Slot / 4 <= _group ? _prices : null);
            if (!isContext) { Judge(block); }
        }

        public void Take(in Block block, IGroupDetector neighbour)
        {
            var other = (Group)neighbour;
            _attempts.Take(block, isContext: false, _prices, other._attempts, block.Slot / 4 <= other._group ? other._prices : null);
            Judge(block);
        }

        private void Judge(in Block block)
        {
            foreach (var position in _attempts.Liquidating)
            {
                ref readonly var tx = ref block.Transactions[position];
                for (var i = 0; i < tx.Liquidations.Count; i++)
                {
                    _finding.Clear();
                    if (_detector.Judge(block, tx, i, _prices, ref _finding.Add()) == LiquidationVerdict.Liquidation) { run.Findings++; }
                }
            }
        }

        public void End()
        {
            for (var i = 0; i < _attempts.Count; i++)
            {
                _attempt.Clear();
                if (_attempts.Judge(i, ref _attempt.Add()) == AttemptVerdict.Attempt) { run.Findings++; }
            }
        }
    }
}
