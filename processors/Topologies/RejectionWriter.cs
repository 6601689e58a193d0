using Sluice.Streams;

namespace Sluice.Processors.Topologies;

/// <summary>Writes a slot's verdicts down as rejections and counts them. Verdict 0 is the finding.</summary>
/// <param name="version">Pipeline version that the rejections carry.</param>
/// <param name="metrics">Counts verdicts; none are counted without.</param>
internal sealed class RejectionWriter(long version, DetectorMetrics? metrics)
{
    public void Write(ProcessorContext context, string stage, long slot, ReadOnlySpan<long> verdicts, Func<int, string> nameOf)
    {
        if (verdicts[0] > 0) { metrics?.Found(stage, verdicts[0]); }
        for (var i = 1; i < verdicts.Length; i++)
        {
            if (verdicts[i] == 0) { continue; }
            metrics?.Rejected(stage, nameOf(i), verdicts[i]);
            ref var rejection = ref context.Forward(Topics.Rejections);
            rejection.Slot = slot;
            rejection.Stage = stage;
            rejection.Reason = nameOf(i);
            rejection.Count = verdicts[i];
            rejection.Version = version;
        }
    }
}
