using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Streams;

namespace Sluice.Bench.Kafka;

/// <summary>Counts what the streams runtime processed and committed, by its own metrics.</summary>
internal sealed class BenchCounter
{
    private long _records;
    private long _commitsSinceAll;
    private long _all = long.MaxValue;

    public BenchCounter()
    {
        var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name is "pipeline.streams.record.processed" or "pipeline.streams.commit.duration") { self.EnableMeasurementEvents(instrument); }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref _records, value));
        listener.SetMeasurementEventCallback<double>((_, _, _, _) =>
        {
            if (Interlocked.Read(ref _records) >= Interlocked.Read(ref _all)) { Interlocked.Increment(ref _commitsSinceAll); }
        });
        listener.Start();
        Metrics = new StreamsMetrics(services.GetRequiredService<IMeterFactory>());
    }

    public StreamsMetrics Metrics { get; }

    public long Records => Interlocked.Read(ref _records);

    /// <summary>Commits since that many records were processed.</summary>
    public long CommitsAfter(long records)
    {
        Interlocked.Exchange(ref _all, records);
        return Interlocked.Read(ref _commitsSinceAll);
    }
}
