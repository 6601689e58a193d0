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
        private readonly RejectionWriter _rejections = new(version, metrics);
        private readonly long[] _verdicts = new long[BundleRules.Count];
        private ProcessorContext _context = null!;

        public void Init(ProcessorContext context) => _context = context;

        public void Process(in Block block, in RecordMetadata metadata)
        {
            if (block.IsContext) { return; }
            _finder.Read(block);
            foreach (ref readonly var run in _finder.Runs) { BundleWriter.Write(block, run, ref _context.Forward(Topics.Bundles)); }
            _verdicts[(int)BundleVerdict.Bundle] = _finder.Count;
            _verdicts[(int)BundleVerdict.LoneTip] = _finder.LoneTips;
            _verdicts[(int)BundleVerdict.NoTip] = _finder.StretchesWithoutTip;
            _rejections.Write(_context, Name, block.Slot, _verdicts, static v => BundleRules.NameOf((BundleVerdict)v));
        }
    }
}
