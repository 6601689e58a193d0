using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Sluice.Streams;

/// <summary>Instruments of the streams runtime. For every processor received = processed + rejected.</summary>
/// <remarks>
/// pipeline.streams.batch.received {topology} · pipeline.streams.record.received, .processed, .forwarded {topology, processor} ·
/// pipeline.streams.record.rejected {topology, processor, reason} · pipeline.streams.queue.depth {consumer}, in batches.
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

    public StreamsMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _batches = _meter.CreateCounter<long>("pipeline.streams.batch.received", "{batch}");
        _received = _meter.CreateCounter<long>("pipeline.streams.record.received", "{record}");
        _processed = _meter.CreateCounter<long>("pipeline.streams.record.processed", "{record}");
        _rejected = _meter.CreateCounter<long>("pipeline.streams.record.rejected", "{record}");
        _forwarded = _meter.CreateCounter<long>("pipeline.streams.record.forwarded", "{record}");
    }

    internal void BatchProcessed(string topology, ProcessorNode[] processors)
    {
        _batches.Add(1, new KeyValuePair<string, object?>("topology", topology));
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

    internal void ObserveQueue(string consumer, Func<int> depth) => _meter.CreateObservableGauge(
        "pipeline.streams.queue.depth",
        () => new Measurement<int>(depth(), new KeyValuePair<string, object?>("consumer", consumer)),
        "{batch}");
}
