using System.Diagnostics.Metrics;

namespace Sluice.Sinks.Writing;

/// <summary>What the sink counts.</summary>
public sealed class StoreMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Sluice.Sinks";

    private readonly Meter _meter;
    private readonly Counter<long> _rows;
    private readonly Counter<long> _batches;
    private readonly Counter<long> _retries;
    private readonly Counter<double> _waiting;
    private readonly Histogram<double> _inserts;

    /// <param name="factory">Owner of the meter, or null for one of its own.</param>
    public StoreMetrics(IMeterFactory? factory = null)
    {
        _meter = factory?.Create(MeterName) ?? new Meter(MeterName);
        _rows = _meter.CreateCounter<long>("pipeline.sinks.row.stored", "{row}", "Rows stored, by table.");
        _batches = _meter.CreateCounter<long>("pipeline.sinks.batch.stored", "{batch}", "Batches stored.");
        _retries = _meter.CreateCounter<long>("pipeline.sinks.attempt.refused", "{attempt}", "Attempts that ClickHouse did not take, by table.");
        _waiting = _meter.CreateCounter<double>("pipeline.sinks.wait.duration", "s", "Time that the pipeline waited for the store.");
        _inserts = _meter.CreateHistogram<double>("pipeline.sinks.insert.duration", "s", "Time of one insert, by table.");
    }

    public void Dispose() => _meter.Dispose();

    internal void Inserted(string table, int rows, double seconds)
    {
        _rows.Add(rows, new KeyValuePair<string, object?>("table", table));
        _inserts.Record(seconds, new KeyValuePair<string, object?>("table", table));
    }

    internal void Stored() => _batches.Add(1);

    internal void Retried(string table) => _retries.Add(1, new KeyValuePair<string, object?>("table", table));

    internal void Waited(double seconds) => _waiting.Add(seconds);
}
