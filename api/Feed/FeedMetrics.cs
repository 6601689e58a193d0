using System.Diagnostics.Metrics;

namespace Sluice.Api.Feed;

/// <summary>What the live feed counts.</summary>
internal sealed class FeedMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly bool _isOwn;
    private readonly Counter<long> _published;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _cut;
    private readonly Counter<long> _failed;
    private readonly UpDownCounter<long> _readers;
    private readonly Histogram<double> _delay;

    public FeedMetrics(IMeterFactory? meters, FeedRing ring)
    {
        _isOwn = meters is null;
        _meter = meters?.Create("Sluice.Feed") ?? new Meter("Sluice.Feed");
        _published = _meter.CreateCounter<long>("pipeline.feed.event.published", "{event}", "Events of the live feed, by channel and type.");
        _sent = _meter.CreateCounter<long>("pipeline.feed.event.sent", "{event}", "Events written to readers, by transport.");
        _cut = _meter.CreateCounter<long>("pipeline.feed.reader.cut", "{reader}", "Readers that were disconnected or turned away, by reason.");
        _failed = _meter.CreateCounter<long>("pipeline.feed.event.failed", "{event}", "Events that could not be made.");
        _readers = _meter.CreateUpDownCounter<long>("pipeline.feed.reader.connected", "{reader}", "Readers of the live feed, by transport.");
        _delay = _meter.CreateHistogram<double>("pipeline.feed.write.delay", "s", "Time from an event's publication to its being written to a reader.");
        _meter.CreateObservableGauge("pipeline.feed.event.kept", () => Math.Max(0, ring.Newest - ring.Oldest + 1), "{event}", "Events that are kept for readers.");
        _meter.CreateObservableGauge("pipeline.feed.event.kept.size", () => ring.Bytes, "By", "Bytes of the events that are kept for readers.");
    }

    public void Published(FeedChannel channel, bool isRetraction) => _published.Add(
        1, new KeyValuePair<string, object?>("channel", channel.Name), new KeyValuePair<string, object?>("type", isRetraction ? "retracted" : "added"));

    public void Failed() => _failed.Add(1);

    public void Connected(string transport) => _readers.Add(1, new KeyValuePair<string, object?>("transport", transport));

    public void Left(string transport) => _readers.Add(-1, new KeyValuePair<string, object?>("transport", transport));

    /// <param name="delay">Null where the event was published before the reader came.</param>
    public void Sent(string transport, TimeSpan? delay)
    {
        _sent.Add(1, new KeyValuePair<string, object?>("transport", transport));
        if (delay is { } time) { _delay.Record(time.TotalSeconds); }
    }

    public void Cut(string reason) => _cut.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>A meter of a factory is the factory's.</summary>
    public void Dispose()
    {
        if (_isOwn) { _meter.Dispose(); }
    }
}
