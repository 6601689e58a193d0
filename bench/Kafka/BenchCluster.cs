using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Sluice.Streams;
using Sluice.Streams.Kafka;
using Sluice.Tests.Integration.Kafka;

namespace Sluice.Bench.Kafka;

/// <summary>The broker that is measured on: the one that SLUICE_BENCH_KAFKA names, else the mock in a process of its own memory limits.</summary>
internal sealed class BenchCluster : IDisposable
{
    private readonly MockCluster? _mock;

    private BenchCluster(MockCluster? mock, string servers) => (_mock, BootstrapServers) = (mock, servers);

    public string BootstrapServers { get; }

    /// <summary>For the figures.</summary>
    public string Name => _mock is null ? "real broker" : "librdkafka's mock, same process";

    public string Prefix { get; } = $"bench-{Guid.NewGuid().ToString("N")[..8]}.";

    public static BenchCluster Start()
    {
        if (Environment.GetEnvironmentVariable("SLUICE_BENCH_KAFKA") is { Length: > 0 } servers) { return new BenchCluster(null, servers); }
        var mock = new MockCluster(1);
        return new BenchCluster(mock, mock.BootstrapServers);
    }

    public KafkaOptions Options() => new() { BootstrapServers = BootstrapServers, TopicPrefix = Prefix, TopicCheck = TopicCheck.Partitions };

    public void Create(string topic, int partitions)
    {
        if (_mock is not null)
        {
            _mock.CreateTopic(topic, partitions);
            return;
        }

        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = BootstrapServers }).Build();
        admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = -1 }]).GetAwaiter().GetResult();
    }

    /// <summary>Creates every topic of a topology.</summary>
    public void Create(KafkaOptions options, int partitions, Topology topology)
    {
        foreach (var name in topology.Sources.Concat(topology.Outputs).Append(Topics.DeadLetters).Select(options.NameOf).Distinct()) { Create(name, partitions); }
    }

    public void Dispose()
    {
        if (_mock is not null)
        {
            _mock.Dispose();
            return;
        }

        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = BootstrapServers }).Build();
        var topics = admin.GetMetadata(TimeSpan.FromSeconds(10)).Topics.Select(t => t.Topic).Where(t => t.StartsWith(Prefix, StringComparison.Ordinal)).ToArray();
        if (topics.Length > 0) { admin.DeleteTopicsAsync(topics).GetAwaiter().GetResult(); }
    }
}
