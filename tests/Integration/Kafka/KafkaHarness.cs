using System.Buffers;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Sluice.Schemas.Records;
using Sluice.Streams;
using Sluice.Streams.Formats;
using Sluice.Streams.Kafka;

namespace Sluice.Tests.Integration.Kafka;

/// <summary>Writes and reads topics of a test with plain clients, and waits for conditions.</summary>
internal static class KafkaHarness
{
    /// <summary>Longest that a test waits for something that must happen; reaching it is a failure, not a measurement.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    /// <summary>Writes records to their partitions.</summary>
    public static void Write<T>(KafkaOptions options, Topic<T> topic, int partitions, IEnumerable<T> records)
        where T : struct, IRecord
    {
        KafkaLibrary.Load();
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig
        {
            BootstrapServers = options.BootstrapServers,
            EnableIdempotence = true,
            LingerMs = 5,
            CompressionType = CompressionType.Lz4,
            MessageMaxBytes = TopicSpec.LargestMessage,
        }).Build();
        var key = new byte[Topic.MaxKeyBytes];
        var value = new ArrayBufferWriter<byte>();
        var codec = AvroSchemas.CodecOf<T>();
        foreach (var record in records)
        {
            value.ResetWrittenCount();
            codec.WriteSingleObject(in record, value);
            var at = new TopicPartition(options.NameOf(topic), topic.PartitionOf(in record, partitions));
            producer.Produce(at, new Message<byte[], byte[]> { Key = key[..topic.WriteKey(in record, key)], Value = value.WrittenSpan.ToArray() });
        }

        producer.Flush(Deadline);
    }

    /// <summary>Writes one message as it is.</summary>
    public static void WriteRaw(KafkaOptions options, Topic topic, int partition, byte[] key, byte[] value)
    {
        KafkaLibrary.Load();
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = options.BootstrapServers }).Build();
        producer.Produce(new TopicPartition(options.NameOf(topic), partition), new Message<byte[], byte[]> { Key = key, Value = value });
        producer.Flush(Deadline);
    }

    /// <summary>Every committed record of a topic, each partition in its order, until <paramref name="isEnough"/> or the end of all partitions.</summary>
    public static List<TResult> Read<T, TResult>(KafkaOptions options, Topic<T> topic, int partitions, Func<T, TResult> select, Func<List<TResult>, bool>? isEnough = null)
        where T : struct, IRecord
    {
        KafkaLibrary.Load();
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = options.BootstrapServers,
            GroupId = options.GroupOf("check"),
            EnableAutoCommit = false,
            IsolationLevel = IsolationLevel.ReadCommitted,
            EnablePartitionEof = true,
            AllowAutoCreateTopics = false,
        }).Build();
        consumer.Assign(Enumerable.Range(0, partitions).Select(p => new TopicPartitionOffset(options.NameOf(topic), p, Offset.Beginning)));
        var codec = AvroSchemas.CodecOf<T>();
        var results = new List<TResult>();
        var ended = new HashSet<int>();
        var deadline = DateTime.UtcNow + Deadline;
        while (isEnough is null ? ended.Count < partitions : !isEnough(results))
        {
            if (DateTime.UtcNow > deadline) { throw new TimeoutException($"{topic.Name}: {results.Count} records and no end after {Deadline.TotalSeconds} s"); }
            var message = consumer.Consume(TimeSpan.FromMilliseconds(200));
            if (message is null) { continue; }
            if (message.IsPartitionEOF)
            {
                ended.Add(message.Partition);
                continue;
            }

            var record = default(T);
            record.Reset();
            var read = codec.ReadSingleObject(message.Message.Value, ref record);
            Assert.True(read.IsOk, read.ToString());
            results.Add(select(record));
        }

        return results;
    }

    /// <summary>Partition and value of every committed message of a topic, each partition in its order.</summary>
    public static List<(int Partition, byte[] Value)> ReadValues(KafkaOptions options, string topic, int partitions) =>
        [.. Messages<byte[]>(options, topic, partitions).Select(m => (m.Partition.Value, m.Message.Value))];

    /// <summary>Partition and offset of every committed record of a topic.</summary>
    public static List<(int Partition, long Offset)> Offsets(KafkaOptions options, Topic topic, int partitions) =>
        [.. Messages<Ignore>(options, options.NameOf(topic), partitions).Select(m => (m.Partition.Value, m.Offset.Value))];

    private static List<ConsumeResult<Ignore, TValue>> Messages<TValue>(KafkaOptions options, string topic, int partitions)
    {
        KafkaLibrary.Load();
        using var consumer = new ConsumerBuilder<Ignore, TValue>(new ConsumerConfig
        {
            BootstrapServers = options.BootstrapServers,
            GroupId = options.GroupOf("check"),
            EnableAutoCommit = false,
            IsolationLevel = IsolationLevel.ReadCommitted,
            EnablePartitionEof = true,
            AllowAutoCreateTopics = false,
            FetchWaitMaxMs = 20,
        }).Build();
        consumer.Assign(Enumerable.Range(0, partitions).Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning)));
        var messages = new List<ConsumeResult<Ignore, TValue>>();
        var ended = new HashSet<int>();
        var deadline = DateTime.UtcNow + Deadline;
        while (ended.Count < partitions && DateTime.UtcNow < deadline)
        {
            var message = consumer.Consume(TimeSpan.FromMilliseconds(200));
            if (message is null) { continue; }
            if (message.IsPartitionEOF) { ended.Add(message.Partition); } else { messages.Add(message); }
        }

        return messages;
    }

    /// <summary>Waits until something holds.</summary>
    public static async Task UntilAsync(Func<bool> holds, string what)
    {
        var deadline = DateTime.UtcNow + Deadline;
        while (!holds())
        {
            if (DateTime.UtcNow > deadline) { throw new TimeoutException($"not after {Deadline.TotalSeconds} s: {what}"); }
            await Task.Delay(20);
        }
    }

    /// <summary>Runs topologies in the background until disposed.</summary>
    public static RunningStreams Run(KafkaOptions options, params Topology[] topologies) => new(options, topologies);

    public static Rejection Number(long slot, long count, string reason = "n") => new() { Slot = slot, Stage = "test", Reason = reason, Count = count, Version = 1 };

    internal sealed class RunningStreams : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        public RunningStreams(KafkaOptions options, Topology[] topologies, ILogger? log = null)
        {
            Streams = new KafkaStreams(options, topologies, TopicFormats.CreateAsync(new FormatOptions(), default).GetAwaiter().GetResult(), null, log);
            _running = Streams.RunAsync(_stop.Token);
        }

        public KafkaStreams Streams { get; }

        /// <summary>Ends it cleanly.</summary>
        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            try
            {
                await _running;
            }
            catch (OperationCanceledException)
            {
                // As asked.
            }
        }
    }
}
