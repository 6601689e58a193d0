using System.Diagnostics;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Sluice.Streams.Kafka;
using Sluice.Tests.Broker;

namespace Sluice.Tests.Integration.Kafka;

/// <summary>Confluent's client, against a <see cref="TestBroker"/>, with times that suit tests.</summary>
internal static class TestBrokerClients
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static IProducer<string, string> Producer(
        TestBroker broker, string? transactionalId = null, Action<ProducerConfig>? configure = null)
    {
        KafkaLibrary.Load();
        var config = new ProducerConfig
        {
            BootstrapServers = broker.BootstrapServers,
            TransactionalId = transactionalId,
            EnableIdempotence = true,
            LingerMs = 1,
            ReconnectBackoffMs = 10,
            ReconnectBackoffMaxMs = 100,
        };
        configure?.Invoke(config);
        return new ProducerBuilder<string, string>(config).SetLogHandler(Silent).SetErrorHandler((_, _) => { }).Build();
    }

    public static ConsumerBuilder<string, string> ConsumerBuilder(TestBroker broker, string group, Action<ConsumerConfig>? configure = null)
    {
        KafkaLibrary.Load();
        var config = new ConsumerConfig
        {
            BootstrapServers = broker.BootstrapServers,
            GroupId = group,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            IsolationLevel = IsolationLevel.ReadCommitted,
            SessionTimeoutMs = (int)Patience.TotalMilliseconds,
            HeartbeatIntervalMs = 100,
            FetchWaitMaxMs = 100,
            ReconnectBackoffMs = 10,
            ReconnectBackoffMaxMs = 100,
        };
        configure?.Invoke(config);
        return new ConsumerBuilder<string, string>(config).SetLogHandler(Silent).SetErrorHandler((_, _) => { });
    }

    public static IConsumer<string, string> Consumer(TestBroker broker, string group, Action<ConsumerConfig>? configure = null) =>
        ConsumerBuilder(broker, group, configure).Build();

    public static IAdminClient Admin(TestBroker broker)
    {
        KafkaLibrary.Load();
        return new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).SetLogHandler(Silent).Build();
    }

    /// <summary>Values a consumer finds from the beginning of a topic until the ends of all its partitions.</summary>
    public static List<string> ReadToEnd(TestBroker broker, string topic, IsolationLevel isolation = IsolationLevel.ReadCommitted)
    {
        using var consumer = Consumer(broker, "reader-" + Guid.NewGuid(), config => config.IsolationLevel = isolation);
        var partitions = broker.Offsets(topic).Select(one => new TopicPartitionOffset(topic, one.Partition, Offset.Beginning)).ToList();
        consumer.Assign(partitions);
        var values = new List<string>();
        var ends = new HashSet<int>();
        var watch = Stopwatch.StartNew();
        while (ends.Count < partitions.Count)
        {
            Assert.True(watch.Elapsed < Patience, $"The ends of {topic} were not reached; {values.Count} records came.");
            var result = consumer.Consume(TimeSpan.FromMilliseconds(100));
            if (result is null) { continue; }
            if (result.IsPartitionEOF) { ends.Add(result.Partition.Value); } else { values.Add(result.Message.Value); }
        }

        consumer.Close();
        return values;
    }

    /// <summary>Polls consumers, which drives their rebalances, until the condition holds.</summary>
    public static void PollUntil(Func<bool> condition, string what, params IConsumer<string, string>[] consumers)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < Patience, "Waited in vain until " + what);
            foreach (var consumer in consumers) { _ = consumer.Consume(TimeSpan.FromMilliseconds(20)); }
            if (consumers.Length == 0) { Thread.Yield(); }
        }
    }

    public static Task CreateTopicAsync(IAdminClient admin, string name, int partitions = 1, short replicas = 1) =>
        admin.CreateTopicsAsync([new TopicSpecification { Name = name, NumPartitions = partitions, ReplicationFactor = replicas }]);

    public static Message<string, string> Message(string value, string key = "k") => new() { Key = key, Value = value };

    private static void Silent(IClient client, LogMessage message)
    {
        if (Environment.GetEnvironmentVariable("SLUICE_TEST_KAFKA_LOG") is { Length: > 0 }) { Console.Error.WriteLine($"{client.Name}: {message.Message}"); }
    }

    private static void Silent<TKey, TValue>(IConsumer<TKey, TValue> client, LogMessage message) => Silent((IClient)client, message);
}
