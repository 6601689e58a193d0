using Sluice.Processors.Core.Attempts;
using Sluice.Processors.Core.Liquidations;
using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Sluice.Streams;

namespace Sluice.Processors.Topologies;

/// <summary>
/// chain.blocks → mev.liquidations, mev.attempts and mev.rejections. A liquidation is told with its block, at the prices of its leader group's window so far;
/// failed attempts when the group's window is whole. Candidates are liquidation instructions, and failed transactions.
/// </summary>
public static class LiquidationTopology
{
    /// <summary>Name, and stage of the rejections of liquidation instructions.</summary>
    public const string Name = "liquidation";

    /// <summary>Stage of the rejections of failed transactions.</summary>
    public const string AttemptStage = "attempt";

    private const string Window = "group";

    /// <param name="version">Pipeline version that the rejections carry; rows of a newer one replace them.</param>
    /// <param name="metrics">Counts verdicts; none are counted without.</param>
    public static Topology Build(long version, DetectorMetrics? metrics = null) => new TopologyBuilder(Name)
        .AddSource("blocks", Topics.Blocks)
        .AddProcessor("judge", () => new Judge(version, metrics), "blocks")
        .AddSlotWindow(Window, GroupWindows<Group>.Slots, "judge")
        .AddSink("liquidations", Topics.Liquidations, "judge")
        .AddSink("attempts", Topics.Attempts, "judge")
        .AddSink("rejections", Topics.Rejections, "judge")
        .Build();

    private sealed class Judge : IProcessor<Block>
    {
        private readonly GroupWindows<Group> _groups;
        private readonly RejectionWriter _rejections;
        private ProcessorContext _context = null!;
        private SlotWindow _window = null!;

        public Judge(long version, DetectorMetrics? metrics)
        {
            _rejections = new(version, metrics);
            _groups = new(() => new Group(_rejections, () => _context));
        }

        public void Init(ProcessorContext context)
        {
            _context = context;
            _window = context.GetStateStore<SlotWindow>(Window);
        }

        public void Process(in Block block, in RecordMetadata metadata)
        {
            _window.Open(block.Slot);
            _groups.Take(block);
        }

        public void Finish() => _groups.Finish();
    }

    private sealed class Group(RejectionWriter rejections, Func<ProcessorContext> context) : IGroupDetector
    {
        private readonly LiquidationDetector _detector = new();
        private readonly AttemptFinder _attempts = new();
        private readonly PriceBook _prices = new();
        private readonly long[] _verdicts = new long[LiquidationRuleNames.Count];
        private long _group;
        private readonly long[] _attemptVerdicts = new long[AttemptRules.Count];

        public void Begin(long group)
        {
            _group = group;
            _prices.BeginGroup(group);
            _attempts.Begin();
        }

        public void Take(in Block block, bool isContext)
        {
            _attempts.Take(block, isContext, PricesFor(block));
            if (!isContext) { JudgeLiquidations(block); }
        }

        public void Take(in Block block, IGroupDetector neighbour)
        {
            var other = (Group)neighbour;
            _attempts.Take(block, isContext: false, _prices, other._attempts, other.PricesFor(block));
            JudgeLiquidations(block);
        }

        public void End()
        {
            var at = context();
            Array.Clear(_attemptVerdicts);
            for (var i = 0; i < _attempts.Count; i++)
            {
                ref var finding = ref at.Forward(Topics.Attempts);
                var verdict = _attempts.Judge(i, ref finding);
                if (verdict != AttemptVerdict.Attempt) { at.TakeBack(Topics.Attempts); }
                _attemptVerdicts[(int)verdict]++;
                var slot = _attempts.SlotOf(i);
                if (i + 1 < _attempts.Count && _attempts.SlotOf(i + 1) == slot) { continue; }
                rejections.Write(at, AttemptStage, slot, _attemptVerdicts, static v => AttemptRules.NameOf((AttemptVerdict)v));
                Array.Clear(_attemptVerdicts);
            }
        }

        /// <summary>The prices, unless the block comes after all that is valued.</summary>
        private PriceBook? PricesFor(in Block block) => block.Slot / (long)WellKnown.SlotsPerLeaderGroup <= _group ? _prices : null;

        private void JudgeLiquidations(in Block block)
        {
            var at = context();
            Array.Clear(_verdicts);
            foreach (var position in _attempts.Liquidating)
            {
                ref readonly var tx = ref block.Transactions[position];
                for (var i = 0; i < tx.Liquidations.Count; i++)
                {
                    ref var finding = ref at.Forward(Topics.Liquidations);
                    var verdict = _detector.Judge(block, tx, i, _prices, ref finding);
                    if (verdict != LiquidationVerdict.Liquidation) { at.TakeBack(Topics.Liquidations); }
                    _verdicts[(int)verdict]++;
                }
            }

            rejections.Write(at, Name, block.Slot, _verdicts, static v => LiquidationRuleNames.NameOf((LiquidationVerdict)v));
        }
    }
}
