using Sluice.Processors.Core.Arbitrage;
using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Records;
using Sluice.Streams;

namespace Sluice.Processors.Topologies;

/// <summary>
/// chain.blocks → mev.arbitrages and, for each slot and failed rule, mev.rejections. Every non-vote transaction that swaps or failed
/// is judged: judged = found + rejected. Context blocks give nothing but prices: their own partition judges them.
/// </summary>
/// <remarks>
/// A finding follows from its block, but for its value in SOL and dollars, which is that of the swaps of its leader group so far and of the slot before the group. A restart reads
/// those again.
/// </remarks>
public static class ArbitrageTopology
{
    /// <summary>Name, and stage of its rejections.</summary>
    public const string Name = "arbitrage";

    private const string Window = "prices";

    /// <param name="version">Pipeline version that the rejections carry; rows of a newer one replace them.</param>
    /// <param name="metrics">Counts verdicts; none are counted without.</param>
    public static Topology Build(long version, DetectorMetrics? metrics = null) => new TopologyBuilder(Name)
        .AddSource("blocks", Topics.Blocks)
        .AddProcessor("judge", () => new Judge(version, metrics), "blocks")
        .AddSlotWindow(Window, GroupPrices.Slots, "judge")
        .AddSink("arbitrages", Topics.Arbitrages, "judge")
        .AddSink("rejections", Topics.Rejections, "judge")
        .Build();

    private sealed class Judge(long version, DetectorMetrics? metrics) : IProcessor<Block>
    {
        private readonly ArbitrageBlock _block = new();
        private readonly HeldBlocks _held = new();
        private readonly long[] _verdicts = new long[ArbitrageRuleNames.Count];
        private ProcessorContext _context = null!;
        private SlotWindow _window = null!;

        public void Init(ProcessorContext context)
        {
            _context = context;
            _window = context.GetStateStore<SlotWindow>(Window);
        }

        public void Process(in Block block, in RecordMetadata metadata)
        {
            _window.Open(block.Slot);
            _held.Add(block.Slot, _context.Hold());
            var prices = _block.Take(block);
            if (!block.IsContext) { JudgeAll(block, prices); }
            _held.ReleaseBefore(_block.First);
        }

        public void Finish() => _held.ReleaseBefore(long.MaxValue);

        public void Close() => _held.ReleaseBefore(long.MaxValue);

        private void JudgeAll(in Block block, PriceBook prices)
        {
            Array.Clear(_verdicts);
            _verdicts[(int)ArbitrageVerdict.FailedTransaction] = _block.Failed;
            _verdicts[(int)ArbitrageVerdict.FewerThanTwoSwaps] = _block.WithOneSwap;

            // One empty record lies ready for the next finding.
            ref var finding = ref _context.Forward(Topics.Arbitrages);
            var routes = _block.Routes;
            for (var i = 0; i < routes.Length; i++)
            {
                var verdict = _block.Judge(i, ref finding);
                _verdicts[(int)verdict]++;
                if (verdict != ArbitrageVerdict.Arbitrage) { continue; }
                _block.Causes.Find(routes[i], ref finding);
                ArbitrageValues.Write(prices, ref finding);
                finding = ref _context.Forward(Topics.Arbitrages);
            }

            _context.TakeBack(Topics.Arbitrages);
            WriteRejections(block.Slot);
        }

        private void WriteRejections(long slot)
        {
            for (var i = 0; i < _verdicts.Length; i++)
            {
                var verdict = (ArbitrageVerdict)i;
                if (_verdicts[i] == 0 || verdict == ArbitrageVerdict.NoSwap) { continue; }
                if (verdict == ArbitrageVerdict.Arbitrage)
                {
                    metrics?.Found(Name, _verdicts[i]);
                    continue;
                }

                var rule = ArbitrageRuleNames.NameOf(verdict);
                metrics?.Rejected(Name, rule, _verdicts[i]);
                ref var rejection = ref _context.Forward(Topics.Rejections);
                rejection.Slot = slot;
                rejection.Stage = Name;
                rejection.Reason = rule;
                rejection.Count = _verdicts[i];
                rejection.Version = version;
            }
        }
    }
}
