using Sluice.Processors.Core.Jit;
using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Sluice.Streams;

namespace Sluice.Processors.Topologies;

/// <summary>
/// chain.blocks → mev.jit and mev.rejections, when a leader group's window is whole. Candidates are additions of liquidity, those of one position to its removal
/// as one; a candidate is the group's that its first victim lies in, or its first addition where it has none.
/// </summary>
public static class JitTopology
{
    /// <summary>Name, and stage of its rejections.</summary>
    public const string Name = "jit";

    private const string Window = "group";

    /// <param name="version">Pipeline version that the rejections carry; rows of a newer one replace them.</param>
    /// <param name="metrics">Counts verdicts; none are counted without.</param>
    public static Topology Build(long version, DetectorMetrics? metrics = null) => new TopologyBuilder(Name)
        .AddSource("blocks", Topics.Blocks)
        .AddProcessor("judge", () => new Judge(version, metrics), "blocks")
        .AddSlotWindow(Window, GroupWindows<Group>.Slots, "judge")
        .AddSink("jit", Topics.Jit, "judge")
        .AddSink("rejections", Topics.Rejections, "judge")
        .Build();

    private sealed class Judge : IProcessor<Block>
    {
        private readonly GroupWindows<Group> _groups;
        private ProcessorContext _context = null!;
        private SlotWindow _window = null!;

        public Judge(long version, DetectorMetrics? metrics)
        {
            var rejections = new RejectionWriter(version, metrics);
            _groups = new(() => new Group(rejections, () => _context));
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
        private const int OwnSlots = (int)WellKnown.SlotsPerLeaderGroup;

        private readonly JitDetector _detector = new();
        private readonly PriceBook _prices = new();
        private readonly long[][] _verdicts = [.. Enumerable.Range(0, OwnSlots).Select(_ => new long[JitRules.Count])];
        private readonly (long? Time, Pubkey? Leader)[] _headers = new (long?, Pubkey?)[OwnSlots + 2];
        private long _firstSlot;

        public void Begin(long group)
        {
            _firstSlot = group * OwnSlots;
            Array.Clear(_headers);
            _detector.Begin();
            _prices.BeginGroup(group);
        }

        public void Take(in Block block, bool isContext)
        {
            _detector.Take(block, _prices);
            KeepHeader(block);
        }

        public void Take(in Block block, IGroupDetector neighbour)
        {
            var other = (Group)neighbour;
            _detector.Take(block, _prices, other._detector, other._prices);
            KeepHeader(block);
            other.KeepHeader(block);
        }

        public void End()
        {
            var at = context();
            foreach (var verdicts in _verdicts) { Array.Clear(verdicts); }
            for (var i = 0; i < _detector.Count; i++)
            {
                ref var finding = ref at.Forward(Topics.Jit);
                var verdict = _detector.Judge(i, _prices, out var slot, ref finding);
                var isOwn = slot >= _firstSlot && slot < _firstSlot + OwnSlots;
                if (isOwn) { _verdicts[slot - _firstSlot][(int)verdict]++; }
                var isFound = verdict == JitVerdict.Jit && (isOwn || _detector.IsSeenHereOnly(i, slot, _firstSlot, _firstSlot + OwnSlots - 1));
                if (!isFound) { at.TakeBack(Topics.Jit); }
                else { (finding.BlockTimeUnixMs, finding.Leader) = _headers[PlaceOf(slot)]; }
            }

            for (var i = 0; i < OwnSlots; i++)
            {
                rejections.Write(at, Name, _firstSlot + i, _verdicts[i], static v => JitRules.NameOf((JitVerdict)v));
            }
        }

        private void KeepHeader(in Block block) => _headers[PlaceOf(block.Slot)] = (block.BlockTimeUnixMs, block.Leader);

        /// <summary>Place of a slot's header: the group's own after that of the block before it, and before that of the block behind it.</summary>
        private int PlaceOf(long slot) => (int)Math.Clamp(slot - _firstSlot + 1, 0, OwnSlots + 1);
    }
}
