using System.Collections.Concurrent;

namespace Sluice.Api.Metrics;

/// <summary>All series of one name.</summary>
internal sealed class MetricFamily
{
    /// <summary>Series of a family. More label sets than this are added up under one label, <c>otel_metric_overflow</c>.</summary>
    public const int MaxSeries = 2_000;

    private readonly ConcurrentDictionary<TagSet, Series> _byTags = new(TagSet.Comparer.Instance);
    private readonly ConcurrentDictionary<TagSet, Series>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>> _lookup;
    private readonly SortedDictionary<string, Series> _byLabels = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly string _name;
    private readonly string? _description;
    private readonly InstrumentShape _shape;
    private Series? _overflow;

    public MetricFamily(string name, string? description, InstrumentShape shape)
    {
        _name = name;
        _description = description;
        _shape = shape;
        _lookup = _byTags.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
    }

    public MetricKind Kind => _shape.Kind;

    public Series SeriesOf(ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _lookup.TryGetValue(tags, out var series) ? series : AddSeries(tags);

    /// <summary>Forgets what the last reading of observed instruments gave, so that those gone disappear.</summary>
    public void ForgetObserved()
    {
        if (Kind is not (MetricKind.ObservedCounter or MetricKind.ObservedGauge)) { return; }
        lock (_gate)
        {
            foreach (var series in _byLabels.Values) { series.Forget(); }
        }
    }

    public void WriteTo(ref PrometheusText text)
    {
        lock (_gate)
        {
            var headed = false;
            foreach (var (labels, series) in _byLabels)
            {
                if (!series.HasValue) { continue; }
                if (!headed) { text.Head(_name, PrometheusNames.TypeOf(Kind), _description); }
                headed = true;
                series.WriteTo(ref text, _name, labels);
            }
        }
    }

    private Series AddSeries(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
        {
            if (_byTags.Count >= MaxSeries) { return Overflow(); }

            // Label values 1 and "1" are different objects and one text.
            var set = new TagSet(tags.ToArray());
            var labels = set.Render();
            if (!_byLabels.TryGetValue(labels, out var series))
            {
                series = Series.Of(_shape);
                _byLabels.Add(labels, series);
            }

            return _byTags.GetOrAdd(set, series);
        }
    }

    private Series Overflow()
    {
        if (_overflow is null)
        {
            _overflow = Series.Of(_shape);
            _byLabels["otel_metric_overflow=\"true\""] = _overflow;
        }

        return _overflow;
    }
}
