using System.Diagnostics;
using System.Diagnostics.Metrics;
using Sluice.Streams.Kafka;

namespace Sluice.Streams;

/// <summary>Instruments of the streams runtime. For every processor received = processed + rejected.</summary>
/// <remarks>
/// pipeline.streams.batch.received {topology} · pipeline.streams.record.received, .processed, .forwarded {topology, processor} ·
/// pipeline.streams.record.rejected {topology, processor, reason} · pipeline.streams.queue.depth {consumer}, in batches. Over Kafka besides:
/// pipeline.streams.consumer.lag {topology, topic, partition}, in records behind the end · pipeline.streams.commit.duration {topology}, s ·
/// pipeline.streams.rebalances {topology, kind} · pipeline.streams.restarts {topology, reason} · pipeline.streams.restore.remaining
/// {topology, store, partition}, in records · pipeline.streams.state {topology}: 0 starting, 1 running, 2 restoring, 3 recovering, 4 failed.
/// </remarks>
public sealed class StreamsMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Sluice.Streams";

    private readonly Meter _meter;
    private readonly Counter<long> _batches;
    private readonly Counter<long> _received;
    private readonly Counter<long> _processed;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _forwarded;
    private readonly Histogram<double> _commits;
    private readonly Counter<long> _rebalances;
    private readonly Counter<long> _restarts;

    public StreamsMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _batches = _meter.CreateCounter<long>("pipeline.streams.batch.received", "{batch}");
        _received = _meter.CreateCounter<long>("pipeline.streams.record.received", "{record}");
        _processed = _meter.CreateCounter<long>("pipeline.streams.record.processed", "{record}");
        _rejected = _meter.CreateCounter<long>("pipeline.streams.record.rejected", "{record}");
        _forwarded = _meter.CreateCounter<long>("pipeline.streams.record.forwarded", "{record}");
        _commits = _meter.CreateHistogram<double>("pipeline.streams.commit.duration", "s");
        _rebalances = _meter.CreateCounter<long>("pipeline.streams.rebalances", "{rebalance}");
        _restarts = _meter.CreateCounter<long>("pipeline.streams.restarts", "{restart}");
    }

    internal void BatchProcessed(string topology, ProcessorNode[] processors)
    {
        _batches.Add(1, new KeyValuePair<string, object?>("topology", topology));
        Report(topology, processors);
    }

    /// <summary>Counts what the processors did since the last report.</summary>
    internal void Report(string topology, ProcessorNode[] processors)
    {
        foreach (var processor in processors)
        {
            var now = processor.Counts;
            var before = processor.Reported;
            var tags = new TagList { { "topology", topology }, { "processor", processor.Name } };
            _received.Add(now.Received - before.Received, tags);
            _processed.Add(now.Processed - before.Processed, tags);
            _forwarded.Add(now.Forwarded - before.Forwarded, tags);
            before.Received = now.Received;
            before.Processed = now.Processed;
            before.Forwarded = now.Forwarded;
        }
    }

    internal void RecordRejected(string topology, string processor, string reason) =>
        _rejected.Add(1, new TagList { { "topology", topology }, { "processor", processor }, { "reason", reason } });

    internal void Committed(string topology, double seconds) => _commits.Record(seconds, new KeyValuePair<string, object?>("topology", topology));

    internal void Rebalanced(string topology, string kind) => _rebalances.Add(1, new TagList { { "topology", topology }, { "kind", kind } });

    internal void Restarted(string topology, string reason) => _restarts.Add(1, new TagList { { "topology", topology }, { "reason", reason } });

    /// <summary>Shows what the members of topologies on Kafka are doing, for as long as the meter lives.</summary>
    internal void ObserveMembers(Func<IEnumerable<(string Topology, ThreadStatus Status)>> members)
    {
        _meter.CreateObservableGauge(
            "pipeline.streams.state",
            () => members().Select(m => new Measurement<int>((int)m.Status.State, new KeyValuePair<string, object?>("topology", m.Topology))));
        _meter.CreateObservableGauge(
            "pipeline.streams.consumer.lag",
            () => members().SelectMany(m => m.Status.Lag.Select(l => new Measurement<long>(
                l.Value, new TagList { { "topology", m.Topology }, { "topic", l.Key.Topic }, { "partition", l.Key.Partition.Value } }))),
            "{record}");
        _meter.CreateObservableGauge(
            "pipeline.streams.restore.remaining",
            () => members().SelectMany(m => m.Status.Remaining.Select(r => new Measurement<long>(
                r.Value, new TagList { { "topology", m.Topology }, { "store", r.Key.Changelog }, { "partition", r.Key.Partition } }))),
            "{record}");
    }

    internal void ObserveQueue(string consumer, Func<int> depth) => _meter.CreateObservableGauge(
        "pipeline.streams.queue.depth",
        () => new Measurement<int>(depth(), new KeyValuePair<string, object?>("consumer", consumer)),
        "{batch}");
}
