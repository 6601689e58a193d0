using System.Diagnostics.Metrics;

namespace Sluice.Api.Metrics;

/// <summary>How a family adds up its measurements.</summary>
internal enum MetricKind
{
    /// <summary>Only grows; measurements are increments.</summary>
    Counter,

    /// <summary>Only grows; each reading gives the total.</summary>
    ObservedCounter,

    /// <summary>Goes up and down; measurements are increments.</summary>
    UpDown,

    /// <summary>The last measurement stands.</summary>
    Gauge,

    /// <summary>Each reading gives the value.</summary>
    ObservedGauge,

    /// <summary>Measurements are counted in buckets.</summary>
    Histogram,
}

/// <summary>What an instrument is, seen without its number type.</summary>
/// <param name="Kind">How it adds up.</param>
/// <param name="Boundaries">Upper bounds of a histogram's buckets, ascending and inclusive; empty for others.</param>
internal sealed record InstrumentShape(MetricKind Kind, double[] Boundaries)
{
    private static readonly double[] Seconds =
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    private static readonly double[] Numbers =
        [1, 5, 10, 50, 100, 500, 1e3, 5e3, 1e4, 5e4, 1e5, 5e5, 1e6, 1e7, 1e8, 1e9];

    /// <summary>Null for a kind of instrument that is not known.</summary>
    public static InstrumentShape? Of(Instrument instrument)
    {
        var type = instrument.GetType();
        if (!type.IsGenericType) { return null; }
        var definition = type.GetGenericTypeDefinition();
        MetricKind? kind =
            definition == typeof(Counter<>) ? MetricKind.Counter
            : definition == typeof(ObservableCounter<>) ? MetricKind.ObservedCounter
            : definition == typeof(UpDownCounter<>) ? MetricKind.UpDown
            : definition == typeof(ObservableUpDownCounter<>) || definition == typeof(ObservableGauge<>) ? MetricKind.ObservedGauge
            : definition == typeof(Gauge<>) ? MetricKind.Gauge
            : definition == typeof(Histogram<>) ? MetricKind.Histogram
            : null;
        return kind is { } known
            ? new InstrumentShape(known, known == MetricKind.Histogram ? BoundariesOf(instrument) : [])
            : null;
    }

    private static double[] BoundariesOf(Instrument instrument)
    {
        var advised = instrument switch
        {
            Histogram<double> h => h.Advice?.HistogramBucketBoundaries?.ToArray(),
            Histogram<float> h => Convert(h.Advice?.HistogramBucketBoundaries, static v => v),
            Histogram<decimal> h => Convert(h.Advice?.HistogramBucketBoundaries, static v => (double)v),
            Histogram<long> h => Convert(h.Advice?.HistogramBucketBoundaries, static v => v),
            Histogram<int> h => Convert(h.Advice?.HistogramBucketBoundaries, static v => v),
            Histogram<short> h => Convert(h.Advice?.HistogramBucketBoundaries, static v => v),
            Histogram<byte> h => Convert(h.Advice?.HistogramBucketBoundaries, static v => v),
            _ => null,
        };
        if (advised is { Length: > 0 }) { return advised; }
        return instrument.Unit switch
        {
            "s" => Seconds,
            "ms" => Array.ConvertAll(Seconds, static s => s * 1e3),
            "us" => Array.ConvertAll(Seconds, static s => s * 1e6),
            _ => Numbers,
        };
    }

    private static double[]? Convert<T>(IReadOnlyList<T>? values, Func<T, double> convert) => values?.Select(convert).ToArray();
}
