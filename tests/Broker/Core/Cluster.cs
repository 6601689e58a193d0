using Sluice.Tests.Broker.Groups;
using Sluice.Tests.Broker.Log;
using Sluice.Tests.Broker.Transactions;

namespace Sluice.Tests.Broker.Core;

/// <summary>Everything the broker keeps. It outlives connections and the listener.</summary>
/// <remarks>One lock, <see cref="Gate"/>, guards all of it: requests hold it while they are carried out, timers while they fire.</remarks>
internal sealed class Cluster
{
    public const int NodeId = 1;
    public const string ClusterId = "sluice-test-broker";
    public const string Host = "127.0.0.1";

    private long _nextProducerId = 1000;

    public Cluster(TestBrokerOptions options)
    {
        Options = options;
        Groups = new GroupRegistry(this);
        Transactions = new TransactionCoordinator(this);
    }

    public Lock Gate { get; } = new();

    public TestBrokerOptions Options { get; }

    public int Port { get; set; }

    /// <summary>False while the broker has gone away: time-outs do not strike then.</summary>
    public bool IsUp { get; set; } = true;

    /// <summary>Whether the broker is gone for good, and with it every time-out.</summary>
    public bool IsDisposed { get; set; }

    public SortedDictionary<string, Topic> Topics { get; } = new(StringComparer.Ordinal);

    public GroupRegistry Groups { get; }

    public TransactionCoordinator Transactions { get; }

    public long NowUnixMs => Options.Time.GetUtcNow().ToUnixTimeMilliseconds();

    public long NextProducerId() => _nextProducerId++;

    public PartitionLog? Partition(string topic, int partition) => Topics.GetValueOrDefault(topic)?.Partition(partition);

    /// <summary>Creates a topic when the options allow it; null when it does not exist then.</summary>
    public Topic? FindOrAutoCreate(string name, bool allowed)
    {
        if (Topics.TryGetValue(name, out var topic)) { return topic; }
        if (!allowed || !Options.AutoCreateTopics || !IsValidTopicName(name)) { return null; }
        return Topics[name] = new Topic(name, Options.DefaultPartitions, replicationFactor: 1, []);
    }

    public void DeleteTopic(string name)
    {
        if (!Topics.Remove(name, out var topic)) { return; }
        foreach (var partition in topic.Partitions) { partition.Wake(); }
        Groups.ForgetTopic(name);
    }

    public static bool IsValidTopicName(string name) =>
        name.Length is > 0 and <= 249 && name is not ("." or "..")
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
