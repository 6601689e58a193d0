using System.Buffers;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Sluice.Api.Metrics;

/// <summary>Keeps the current value of the process's instruments and writes them as Prometheus text.</summary>
/// <remarks>
/// A counter adds up from the moment of construction on, so make it before the pipeline starts and hand it to the api.
/// Instruments of one name and kind are one family: their series with equal labels are added up. Recording allocates
/// nothing once a label set has been seen. Thread-safe.
/// </remarks>
public sealed class MetricRegistry : IDisposable
{
    /// <summary>Meters kept when none are named: the product's own, the runtime's, and the web server's requests.</summary>
    public static IReadOnlyList<string> DefaultMeters { get; } =
        ["Sluice", "pipeline", "System.Runtime", "Microsoft.AspNetCore.Hosting"];

    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<string> _meters;
    private long _failedCallbacks;

    /// <param name="meters">Names of meters; a meter is kept when it has this name or one that goes on with a dot.</param>
    public MetricRegistry(IReadOnlyList<string>? meters = null)
    {
        _meters = meters ?? DefaultMeters;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (IsKept(instrument.Meter.Name) && FamilyOf(instrument) is { } family)
            {
                listener.EnableMeasurementEvents(instrument, family);
            }
        };
        _listener.SetMeasurementEventCallback<byte>(static (_, value, tags, family) => Add(family, value, tags));
        _listener.SetMeasurementEventCallback<short>(static (_, value, tags, family) => Add(family, value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => Add(family, value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => Add(family, value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, family) => Add(family, (double)value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => Add(family, value, tags));
        _listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, family) => Add(family, (double)value, tags));
        _listener.Start();
    }

    /// <summary>Writes every family, by name, in the text exposition format 0.0.4.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        var text = new PrometheusText(output);
        lock (_gate)
        {
            foreach (var family in _families.Values) { family.ForgetObserved(); }
            Observe();
            foreach (var family in _families.Values) { family.WriteTo(ref text); }
        }

        text.Head("process_start_time_seconds", "gauge", "When the process started, seconds since 1970-01-01 UTC.");
        using var process = Process.GetCurrentProcess();
        text.Sample("process_start_time_seconds", "", "", (process.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds);
        text.Head("sluice_build_info", "gauge", "Always 1; the version is a label.");
        text.Sample("sluice_build_info", "", $"version=\"{ProductVersion.Text}\"", 1);
        text.Head("sluice_metric_callbacks_failed_total", "counter", "Instruments that threw while they were read.");
        text.Sample("sluice_metric_callbacks_failed_total", "", "", Interlocked.Read(ref _failedCallbacks));
        text.Complete();
    }

    public void Dispose() => _listener.Dispose();

    private static void Add(object? family, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        ((MetricFamily)family!).SeriesOf(tags).Record(value);

    private static void Add(object? family, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        ((MetricFamily)family!).SeriesOf(tags).Record(value);

    private void Observe()
    {
        try
        {
            _listener.RecordObservableInstruments();
        }
        catch (AggregateException e)
        {
            // One broken callback must not hide every other instrument; the others have been read.
            Interlocked.Add(ref _failedCallbacks, e.InnerExceptions.Count);
        }
    }

    private bool IsKept(string meter)
    {
        foreach (var name in _meters)
        {
            if (meter.StartsWith(name, StringComparison.Ordinal) && (meter.Length == name.Length || meter[name.Length] == '.'))
            {
                return true;
            }
        }

        return false;
    }

    private MetricFamily? FamilyOf(Instrument instrument)
    {
        if (InstrumentShape.Of(instrument) is not { } shape) { return null; }
        var name = PrometheusNames.Family(instrument.Name, instrument.Unit, shape.Kind);
        lock (_gate)
        {
            // Two instruments that become one name but are of different kinds cannot share a TYPE line.
            if (_families.TryGetValue(name, out var family) && family.Kind != shape.Kind)
            {
                name = $"{name}_{PrometheusNames.TypeOf(shape.Kind)}";
                _families.TryGetValue(name, out family);
            }

            if (family is null)
            {
                family = new MetricFamily(name, instrument.Description, shape);
                _families.Add(name, family);
            }

            return family;
        }
    }
}
