using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Schemas.Records;
using Sluice.Streams;
using Sluice.Streams.Formats;
using Sluice.Streams.Kafka;
using static Sluice.Tests.Integration.Kafka.KafkaHarness;

namespace Sluice.Tests.Integration.Kafka;

/// <summary>Every listener sees all that comes after it began, and only that.</summary>
public class KafkaListenerTests
{
    private const int Partitions = 3;

    [KafkaClientFact]
    public async Task Each_sees_everything_that_comes_later_also_on_topics_that_were_not_there()
    {
        await using var cluster = KafkaCluster.Start();
        var options = cluster.Options() with { Partitions = Partitions };
        await CreateAsync(options, TestTopologies.Numbers);
        Write(options, TestTopologies.Numbers, Partitions, Enumerable.Range(0, 100).Select(i => Number(i, -1)));
        await using var one = new Listening(options);
        await using var two = new Listening(options);
        await UntilAsync(() => one.IsRunning && two.IsRunning, "both have found the ends");

        // What cannot be read holds nothing up.
        WriteRaw(options, TestTopologies.Numbers, 0, [1], [9, 9, 9]);
        Write(options, TestTopologies.Numbers, Partitions, Enumerable.Range(0, 300).Select(i => Number(i, i)));
        await CreateAsync(options, Topics.Rejections);
        Write(options, Topics.Rejections, Partitions, Enumerable.Range(300, 100).Select(i => Number(i, i)));
        await UntilAsync(() => one.Seen.Count >= 400 && two.Seen.Count >= 400, "both have seen all");
        Assert.Equal(Enumerable.Range(0, 400).Select(i => (long)i), one.Seen.Order());
        Assert.Equal(one.Seen.Order(), two.Seen.Order());
    }

    private static async Task CreateAsync(KafkaOptions options, Topic topic)
    {
        using var admin = new TopicAdmin(options, NullLogger.Instance);
        await admin.EnsureAsync([TopicSpec.Of(topic, options)]);
    }

    /// <summary>A listener in the background.</summary>
    private sealed class Listening : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly KafkaListener _listener;
        private readonly Task _running;

        public Listening(KafkaOptions options)
        {
            var formats = TopicFormats.CreateAsync(new FormatOptions(), default).GetAwaiter().GetResult();
            _listener = new KafkaListener(options, "test", [TestTopologies.Numbers, Topics.Rejections], formats);
            _running = _listener.RunAsync(Take, _stop.Token);
        }

        public bool IsRunning => _listener.State == StreamsState.Running;

        public ConcurrentQueue<long> Seen { get; } = new();

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running;
            _stop.Dispose();
        }

        private void Take(RecordBatch batch)
        {
            foreach (ref readonly var record in ((RecordBatch<Rejection>)batch).Records.Span) { Seen.Enqueue(record.Count); }
        }
    }
}
