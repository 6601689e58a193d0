using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Streams;
using Sluice.Streams.Kafka;
using Sluice.Tests.Broker;

namespace Sluice.Tests.Integration.Kafka;

/// <summary>The cluster that a test runs on: the one that SLUICE_TEST_KAFKA names, else a broker in this process. Everything made on it carries
/// <see cref="Prefix"/> and is removed at the end.</summary>
/// <remarks>
/// Two brokers stand in, neither of which knows everything: our strict one (transactions, fencing, administration), and librdkafka's mock, which nobody
/// here wrote, but which forgets offsets that come in transactions, shows records of aborted ones and knows no administration.
/// </remarks>
internal sealed class KafkaCluster : IAsyncDisposable
{
    private readonly MockCluster? _mock;

    private KafkaCluster(MockCluster? mock, TestBroker? broker, string servers)
    {
        _mock = mock;
        Strict = broker;
        BootstrapServers = servers;
        Prefix = $"test-{Guid.NewGuid().ToString("N")[..10]}.";
    }

    /// <summary>Address of a real cluster, where one was named.</summary>
    public static string? Named => Environment.GetEnvironmentVariable("SLUICE_TEST_KAFKA") is { Length: > 0 } servers ? servers : null;

    public string BootstrapServers { get; }

    public string Prefix { get; }

    /// <summary>True on the mock.</summary>
    public bool IsMock => _mock is not null;

    /// <summary>The strict broker, to tell it to fail; null on the others.</summary>
    public TestBroker? Strict { get; }

    /// <summary>The named cluster, else the strict broker.</summary>
    public static KafkaCluster Start()
    {
        if (Named is { } servers) { return new KafkaCluster(null, null, servers); }
        return StartStrict();
    }

    /// <summary>The strict broker whatever was named, for faults that it must be told to show.</summary>
    public static KafkaCluster StartStrict(TestBrokerOptions? options = null)
    {
        var broker = TestBroker.Start(options);
        return new KafkaCluster(null, broker, broker.BootstrapServers);
    }

    /// <summary>The named cluster, else librdkafka's mock.</summary>
    public static KafkaCluster StartMock()
    {
        if (Named is { } servers) { return new KafkaCluster(null, null, servers); }
        var mock = new MockCluster(1);
        return new KafkaCluster(mock, null, mock.BootstrapServers);
    }

    public KafkaOptions Options() => new()
    {
        BootstrapServers = BootstrapServers,
        TopicPrefix = Prefix,
        ReplicationFactor = IsMock ? null : (short)1,
        TopicCheck = IsMock ? TopicCheck.Partitions : TopicCheck.Strict,

        // The mock forgets offsets that are committed in transactions.
        Guarantee = IsMock ? ProcessingGuarantee.AtLeastOnce : ProcessingGuarantee.ExactlyOnce,
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

    public async ValueTask DisposeAsync()
    {
        if (Strict is not null) { await Strict.DisposeAsync(); }
        if (_mock is not null) { _mock.Dispose(); }
        if (Strict is not null || _mock is not null) { return; }
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = BootstrapServers }).Build();
        using var topics = new TopicAdmin(Options(), NullLogger.Instance);
        var ours = topics.Partitions().Keys.Where(t => t.StartsWith(Prefix, StringComparison.Ordinal)).ToArray();
        if (ours.Length > 0) { await admin.DeleteTopicsAsync(ours); }
        var groups = admin.ListGroups(KafkaHarness.Deadline).Select(g => g.Group).Where(g => g.StartsWith(Prefix, StringComparison.Ordinal)).ToList();
        if (groups.Count == 0) { return; }
        try
        {
            await admin.DeleteGroupsAsync(groups);
        }
        catch (DeleteGroupsException)
        {
            // A group of a process that was killed has its member until the session's end; without topics the broker drops its offsets by itself.
        }
    }
}
