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
    private readonly Counter<long> _refused;
    private readonly Histogram<double> _inserts;
    private readonly Histogram<double> _endToEnd;

    /// <param name="factory">Owner of the meter, or null for one of its own.</param>
    public StoreMetrics(IMeterFactory? factory = null)
    {
        _meter = factory?.Create(MeterName) ?? new Meter(MeterName);
        _rows = _meter.CreateCounter<long>("pipeline.sinks.row.stored", "{row}", "Rows stored, by table.");
        _batches = _meter.CreateCounter<long>("pipeline.sinks.batch.stored", "{batch}", "Batches stored.");
        _retries = _meter.CreateCounter<long>("pipeline.sinks.attempt.refused", "{attempt}", "Attempts that ClickHouse did not take, by table.");
        _waiting = _meter.CreateCounter<double>("pipeline.sinks.wait.duration", "s", "Time that the pipeline waited for the store.");
        _refused = _meter.CreateCounter<long>("pipeline.sinks.row.refused", "{row}", "Rows that can never be stored and became dead letters, by table and reason.");
        _inserts = _meter.CreateHistogram<double>("pipeline.sinks.insert.duration", "s", "Time of one insert, by table.");
        _endToEnd = _meter.CreateHistogram<double>(
            "pipeline.streams.e2e.duration", "s", "Time from the arrival of a block's bytes to its rows being stored, by topic.");
    }

    internal Meter Meter => _meter;

    public void Dispose() => _meter.Dispose();

    internal void Inserted(string table, int rows, double seconds)
    {
        _rows.Add(rows, new KeyValuePair<string, object?>("table", table));
        _inserts.Record(seconds, new KeyValuePair<string, object?>("table", table));
    }

    internal void Refused(string table, string reason) => _refused.Add(
        1, new KeyValuePair<string, object?>("table", table), new KeyValuePair<string, object?>("reason", reason));

    internal void EndToEnd(string topic, double seconds) => _endToEnd.Record(seconds, new KeyValuePair<string, object?>("topic", topic));

    internal void ObserveState(Func<int> state) => _meter.CreateObservableGauge(
        "pipeline.sinks.state", state, null, "The sink: 0 starting, 1 running, 2 trying again, 3 waiting for help, 4 stopped.");

    internal void Stored() => _batches.Add(1);

    internal void Retried(string table) => _retries.Add(1, new KeyValuePair<string, object?>("table", table));

    internal void Waited(double seconds) => _waiting.Add(seconds);
}
