using Sluice.Processors.Core.Sandwich;
using Sluice.Schemas.Records;
using Sluice.Streams;

namespace Sluice.Processors.Topologies;

/// <summary>
/// chain.blocks → mev.sandwiches; what looks like one and is none → mev.round-trips; all other candidates, for each slot and failed rule → mev.rejections.
/// A candidate is a position in a pool that its actor sold from again: judged = found + round trips + rejected. A finding comes with the block of its last leg where it
/// is closed to the unit, else when its leader group's window closes; rejections when it closes.
/// </summary>
public static class SandwichTopology
{
    /// <summary>Name, and stage of its rejections.</summary>
    public const string Name = "sandwich";

    private const string Window = "window";

    /// <param name="version">Pipeline version that the rejections carry; rows of a newer one replace them.</param>
    /// <param name="metrics">Counts verdicts; none are counted without.</param>
    public static Topology Build(long version, DetectorMetrics? metrics = null) => new TopologyBuilder(Name)
        .AddSource("blocks", Topics.Blocks)
        .AddProcessor("judge", () => new Judge(version, metrics), "blocks")
        .AddSlotWindow(Window, GroupWindows<SandwichGroup>.Slots, "judge")
        .AddSink("sandwiches", Topics.Sandwiches, "judge")
        .AddSink("round-trips", Topics.RoundTrips, "judge")
        .AddSink("rejections", Topics.Rejections, "judge")
        .Build();

    private sealed class Judge : IProcessor<Block>, ISandwichOutput
    {
        private readonly long _version;
        private readonly DetectorMetrics? _metrics;
        private readonly GroupWindows<SandwichGroup> _groups;
        private readonly HeldBlocks _held = new();
        private ProcessorContext _context = null!;
        private SlotWindow _window = null!;

        public Judge(long version, DetectorMetrics? metrics)
        {
            (_version, _metrics) = (version, metrics);
            _groups = new GroupWindows<SandwichGroup>(() => new SandwichGroup(this));
        }

        public void Init(ProcessorContext context)
        {
            _context = context;
            _window = context.GetStateStore<SlotWindow>(Window);
        }

        public void Process(in Block block, in RecordMetadata metadata)
        {
            _window.Open(block.Slot);
            _held.Add(block.Slot, _context.Hold());
            _groups.Take(block);
            _held.ReleaseBefore(_groups.First);
        }

        public void Finish()
        {
            _groups.Finish();
            _held.ReleaseBefore(long.MaxValue);
        }

        public void Close() => _held.ReleaseBefore(long.MaxValue);

        public ref Sandwich AddSandwich()
        {
            _metrics?.Found(Name, 1);
            return ref _context.Forward(Topics.Sandwiches);
        }

        public ref RoundTrip AddRoundTrip()
        {
            _metrics?.Found(Name, 1);
            return ref _context.Forward(Topics.RoundTrips);
        }

        public void Reject(long slot, SandwichVerdict verdict, long count)
        {
            var rule = SandwichRuleNames.NameOf(verdict);
            _metrics?.Rejected(Name, rule, count);
            ref var rejection = ref _context.Forward(Topics.Rejections);
            rejection.Slot = slot;
            rejection.Stage = Name;
            rejection.Reason = rule;
            rejection.Count = count;
            rejection.Version = _version;
        }
    }
}

/// <summary>A leader group's window of the sandwich detector, see <see cref="GroupWindows{T}"/>. Its blocks must stay as they are until it ends.</summary>
public sealed class SandwichGroup(ISandwichOutput output) : IGroupDetector
{
    private readonly SandwichDetector _detector = new();

    public void Begin(long group) => _detector.BeginGroup(group);

    public void Take(in Block block, bool isContext) => _detector.Add(block, output);

    public void Take(in Block block, IGroupDetector neighbour) => _detector.Add(block, ((SandwichGroup)neighbour)._detector, output);

    public void End() => _detector.Close(output);
}
