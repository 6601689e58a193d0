using Sluice.Processors.Core.Arbitrage;
using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Records;
using Sluice.Streams;

namespace Sluice.Processors.Topologies;

/// <summary>
/// chain.blocks → mev.arbitrages and, for each slot and failed rule, mev.rejections. Every non-vote transaction that swaps or failed
/// is judged: judged = found + rejected. Context blocks give nothing: their own partition judges them.
/// </summary>
public static class ArbitrageTopology
{
    /// <summary>Name, and stage of its rejections.</summary>
    public const string Name = "arbitrage";

    /// <param name="version">Pipeline version that the rejections carry; rows of a newer one replace them.</param>
    /// <param name="metrics">Counts verdicts; none are counted without.</param>
    public static Topology Build(long version, DetectorMetrics? metrics = null) => new TopologyBuilder(Name)
        .AddSource("blocks", Topics.Blocks)
        .AddProcessor("judge", () => new Judge(version, metrics), "blocks")
        .AddSink("arbitrages", Topics.Arbitrages, "judge")
        .AddSink("rejections", Topics.Rejections, "judge")
        .Build();

    private sealed class Judge(long version, DetectorMetrics? metrics) : IProcessor<Block>
    {
        private readonly ArbitrageDetector _detector = new();
        private readonly BlockContext _block = new();
        private readonly long[] _verdicts = new long[ArbitrageRuleNames.Count];
        private ProcessorContext _context = null!;

        public void Init(ProcessorContext context) => _context = context;

        public void Process(in Block block, in RecordMetadata metadata)
        {
            if (block.IsContext) { return; }
            _block.Begin(block);
            Array.Clear(_verdicts);

            // One empty record lies ready for the next finding.
            ref var finding = ref _context.Forward(Topics.Arbitrages);
            foreach (ref readonly var tx in block.Transactions.Span)
            {
                var verdict = _detector.Judge(tx, _block, ref finding);
                _verdicts[(int)verdict]++;
                if (verdict == ArbitrageVerdict.Arbitrage) { finding = ref _context.Forward(Topics.Arbitrages); }
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
