using System.Diagnostics.Metrics;

namespace Sluice.Ingest.Validators;

/// <summary>What observing validators counts.</summary>
public sealed class ValidatorMetrics
{
    private readonly Counter<long> _observed;
    private readonly Counter<long> _refused;

    public ValidatorMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(IngestMetrics.MeterName);
        _observed = meter.CreateCounter<long>("pipeline.ingest.validator.observed", "{observation}", "Observations made, one a validator each time.");
        _refused = meter.CreateCounter<long>("pipeline.ingest.validator.part.refused", "{part}", "Parts of observations that no node gave, by method; their fields are null.");
    }

    internal void Observed(int count) => _observed.Add(count);

    internal void Refused(ObservedPart part) => _refused.Add(1, new KeyValuePair<string, object?>("method", ObservedParts.MethodOf(part)));
}
