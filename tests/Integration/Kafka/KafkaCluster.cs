using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Streams;
using Sluice.Streams.Kafka;

namespace Sluice.Tests.Integration.Kafka;

/// <summary>The cluster that a test runs on: the one that SLUICE_TEST_KAFKA names, else librdkafka's mock. Everything made on it carries
/// <see cref="Prefix"/> and is removed at the end.</summary>
internal sealed class KafkaCluster : IDisposable
{
    private readonly MockCluster? _mock;

    private KafkaCluster(MockCluster? mock, string servers)
    {
        _mock = mock;
        BootstrapServers = servers;
        Prefix = $"test-{Guid.NewGuid().ToString("N")[..10]}.";
    }

    /// <summary>Address of a real cluster, where one was named.</summary>
    public static string? Named => Environment.GetEnvironmentVariable("SLUICE_TEST_KAFKA") is { Length: > 0 } servers ? servers : null;

    public string BootstrapServers { get; }

    public string Prefix { get; }

    /// <summary>True on the mock, which drops transactional offsets and shows aborted records: tests that need either skip their last check there.</summary>
    public bool IsMock => _mock is not null;

    public static KafkaCluster Start() => Named is { } servers ? new KafkaCluster(null, servers) : StartMock();

    /// <summary>The mock whatever was named, for faults that only it can be told to show.</summary>
    public static KafkaCluster StartMock(int brokers = 1)
    {
        var mock = new MockCluster(brokers);
        return new KafkaCluster(mock, mock.BootstrapServers);
    }

    public KafkaOptions Options() => new()
    {
        BootstrapServers = BootstrapServers,
        TopicPrefix = Prefix,
        ReplicationFactor = IsMock ? null : (short)1,
        TopicCheck = IsMock ? TopicCheck.Partitions : TopicCheck.Strict,
    };

    /// <summary>Makes a topic as an operator would, where the product cannot (the mock knows no administration).</summary>
    public void CreateOnMock(string name, int partitions) => _mock?.CreateTopic(name, partitions);

    /// <summary>Makes every topic that the topologies need, changelogs included, on the mock.</summary>
    public void CreateOnMock(KafkaOptions options, int partitions, params Topology[] topologies)
    {
        if (_mock is null) { return; }
        foreach (var name in topologies.SelectMany(t => t.Sources.Concat(t.Outputs)).Append(Topics.DeadLetters).Select(options.NameOf).Distinct()) { CreateOnMock(name, partitions); }
        foreach (var topology in topologies.Where(t => t.Stores.Any(s => s.Changelog is null))) { CreateOnMock(KafkaTask.WindowsTopic(topology, options), partitions); }
    }

    /// <summary>Takes every broker of the mock away or brings them back.</summary>
    public void SetUp(bool isUp) => _mock!.SetUp(1, isUp);

    public void Dispose()
    {
        if (_mock is not null)
        {
            _mock.Dispose();
            return;
        }

        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = BootstrapServers }).Build();
        using var topics = new TopicAdmin(Options(), NullLogger.Instance);
        var ours = topics.Partitions().Keys.Where(t => t.StartsWith(Prefix, StringComparison.Ordinal)).ToArray();
        if (ours.Length > 0) { admin.DeleteTopicsAsync(ours).GetAwaiter().GetResult(); }
        var groups = admin.ListGroups(TimeSpan.FromSeconds(10)).Select(g => g.Group).Where(g => g.StartsWith(Prefix, StringComparison.Ordinal)).ToList();
        if (groups.Count > 0) { admin.DeleteGroupsAsync(groups).GetAwaiter().GetResult(); }
    }
}
