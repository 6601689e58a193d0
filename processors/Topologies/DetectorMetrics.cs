using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Sluice.Processors.Topologies;

/// <summary>Instruments of the detectors: received = emitted + rejected, by detector and rule.</summary>
/// <remarks>
/// pipeline.processors.candidate.received, .emitted {detector} · pipeline.processors.candidate.rejected {detector, rule}; unit: transactions.
/// </remarks>
public sealed class DetectorMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Sluice.Processors";

    private readonly Counter<long> _received;
    private readonly Counter<long> _emitted;
    private readonly Counter<long> _rejected;

    public DetectorMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _received = meter.CreateCounter<long>("pipeline.processors.candidate.received", "{transaction}");
        _emitted = meter.CreateCounter<long>("pipeline.processors.candidate.emitted", "{transaction}");
        _rejected = meter.CreateCounter<long>("pipeline.processors.candidate.rejected", "{transaction}");
    }

    /// <summary>Counts candidates that became findings.</summary>
    public void Found(string detector, long count)
    {
        var tag = new KeyValuePair<string, object?>("detector", detector);
        _received.Add(count, tag);
        _emitted.Add(count, tag);
    }

    /// <summary>Counts candidates that failed a rule.</summary>
    public void Rejected(string detector, string rule, long count)
    {
        _received.Add(count, new KeyValuePair<string, object?>("detector", detector));
        _rejected.Add(count, new TagList { { "detector", detector }, { "rule", rule } });
    }
}
