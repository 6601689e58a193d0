using Sluice.Processors.Core.Bundles;
using Sluice.Schemas.Records;
using Sluice.Streams;

namespace Sluice.Processors.Topologies;

/// <summary>
/// chain.blocks → mev.bundles and mev.rejections: runs of neighbours that look like bundles. Candidates are runs, tips in no run, and linked
/// neighbours without a tip. Context blocks give nothing: their own partition has them.
/// </summary>
public static class BundlesTopology
{
    /// <summary>Name, and stage of its rejections.</summary>
    public const string Name = "bundles";

    /// <param name="version">Pipeline version that the rejections carry; rows of a newer one replace them.</param>
    /// <param name="metrics">Counts verdicts; none are counted without.</param>
    public static Topology Build(long version, DetectorMetrics? metrics = null) => new TopologyBuilder(Name)
        .AddSource("blocks", Topics.Blocks)
        .AddProcessor("infer", () => new Infer(version, metrics), "blocks")
        .AddSink("bundles", Topics.Bundles, "infer")
        .AddSink("rejections", Topics.Rejections, "infer")
        .Build();

    private sealed class Infer(long version, DetectorMetrics? metrics) : IProcessor<Block>
    {
        private readonly BundleFinder _finder = new();
        private ProcessorContext _context = null!;

        public void Init(ProcessorContext context) => _context = context;

        public void Process(in Block block, in RecordMetadata metadata)
        {
            if (block.IsContext) { return; }
            _finder.Read(block);
            foreach (ref readonly var run in _finder.Runs) { BundleWriter.Write(block, run, ref _context.Forward(Topics.Bundles)); }
            if (_finder.Count > 0) { metrics?.Found(Name, _finder.Count); }
            Reject(block.Slot, BundleRules.LoneTip, _finder.LoneTips);
            Reject(block.Slot, BundleRules.NoTip, _finder.StretchesWithoutTip);
        }

        private void Reject(long slot, string reason, int count)
        {
            if (count == 0) { return; }
            metrics?.Rejected(Name, reason, count);
            ref var rejection = ref _context.Forward(Topics.Rejections);
            rejection.Slot = slot;
            rejection.Stage = Name;
            rejection.Reason = reason;
            rejection.Count = count;
            rejection.Version = version;
        }
    }
}
