namespace Sluice.Api.Metrics;

/// <summary>The current value of one set of labels.</summary>
internal abstract class Series
{
    /// <summary>False until something was recorded, and again after <see cref="Forget"/>.</summary>
    public abstract bool HasValue { get; }

    public static Series Of(InstrumentShape shape) => shape.Kind switch
    {
        MetricKind.Histogram => new HistogramSeries(shape.Boundaries),
        MetricKind.Gauge => new LastSeries(),
        _ => new SumSeries(),
    };

    public abstract void Record(long value);

    public abstract void Record(double value);

    public abstract void Forget();

    public abstract void WriteTo(ref PrometheusText text, string name, string labels);
}

/// <summary>Adds up. Whole numbers are kept apart from fractions, so that a counter of lamports stays exact beyond 2^53.</summary>
internal sealed class SumSeries : Series
{
    private long _whole;
    private double _fraction;
    private volatile bool _hasValue;

    public override bool HasValue => _hasValue;

    public override void Record(long value)
    {
        Interlocked.Add(ref _whole, value);
        _hasValue = true;
    }

    public override void Record(double value)
    {
        double seen;
        do { seen = Volatile.Read(ref _fraction); }
        while (!Interlocked.CompareExchange(ref _fraction, seen + value, seen).Equals(seen));
        _hasValue = true;
    }

    public override void Forget()
    {
        Interlocked.Exchange(ref _whole, 0);
        Interlocked.Exchange(ref _fraction, 0);
        _hasValue = false;
    }

    public override void WriteTo(ref PrometheusText text, string name, string labels)
    {
        var fraction = Volatile.Read(ref _fraction);
        if (fraction == 0) { text.Sample(name, "", labels, Interlocked.Read(ref _whole)); }
        else { text.Sample(name, "", labels, Interlocked.Read(ref _whole) + fraction); }
    }
}

/// <summary>Keeps the last value.</summary>
internal sealed class LastSeries : Series
{
    private double _value;
    private volatile bool _hasValue;

    public override bool HasValue => _hasValue;

    public override void Record(long value) => Record((double)value);

    public override void Record(double value)
    {
        Volatile.Write(ref _value, value);
        _hasValue = true;
    }

    public override void Forget() => _hasValue = false;

    public override void WriteTo(ref PrometheusText text, string name, string labels) =>
        text.Sample(name, "", labels, Volatile.Read(ref _value));
}

/// <summary>Counts values in buckets.</summary>
internal sealed class HistogramSeries(double[] boundaries) : Series
{
    private readonly long[] _counts = new long[boundaries.Length + 1];
    private readonly Lock _gate = new();
    private double _sum;
    private long _count;

    public override bool HasValue => Interlocked.Read(ref _count) > 0;

    public override void Record(long value) => Record((double)value);

    public override void Record(double value)
    {
        // Without a number there is no bucket; a sum would be spoilt for good.
        if (double.IsNaN(value)) { return; }
        var bucket = Array.BinarySearch(boundaries, value);
        lock (_gate)
        {
            _counts[bucket < 0 ? ~bucket : bucket]++;
            _sum += value;
            _count++;
        }
    }

    public override void Forget()
    {
        lock (_gate)
        {
            Array.Clear(_counts);
            _sum = 0;
            _count = 0;
        }
    }

    public override void WriteTo(ref PrometheusText text, string name, string labels)
    {
        lock (_gate)
        {
            long upTo = 0;
            for (var i = 0; i < boundaries.Length; i++)
            {
                upTo += _counts[i];
                text.Bucket(name, labels, boundaries[i], upTo);
            }

            text.Bucket(name, labels, double.PositiveInfinity, _count);
            text.Sample(name, "_sum", labels, _sum);
            text.Sample(name, "_count", labels, _count);
        }
    }
}
