using Sluice.Tests.Broker.Core;
using Sluice.Tests.Broker.Log;
using Sluice.Tests.Broker.Protocol;

namespace Sluice.Tests.Broker;

/// <summary>A small, strict Kafka broker for tests: one node, in memory, the real protocol on 127.0.0.1.</summary>
/// <remarks>
/// It keeps the promises that exactly-once rests on, as Apache Kafka documents them: sequence numbers of producers, fencing by
/// epoch, transactions with markers and a last stable offset, offsets that count when their transaction is committed,
/// and commits that only a member of the current generation may make. Nothing is ever deleted by age or size.
/// Any number of brokers may run in one process; all members are safe for use from any thread.
/// Not there: security, quotas, several nodes, the group protocol of KIP-848, share groups, topic ids in fetches.
/// </remarks>
public sealed partial class TestBroker : IAsyncDisposable
{
    private readonly Cluster _cluster;
    private readonly Faults _faults = new();
    private readonly Listener _listener;

    private TestBroker(TestBrokerOptions options)
    {
        _cluster = new Cluster(options);
        _listener = new Listener(_cluster, _faults, options.Port);
        _cluster.Port = _listener.Port;
    }

    /// <summary>Where clients connect: <c>127.0.0.1:port</c>, the same for the whole life of the broker.</summary>
    public string BootstrapServers => $"{Cluster.Host}:{_listener.Port}";

    /// <summary>Starts a broker that answers at once.</summary>
    public static TestBroker Start(TestBrokerOptions? options = null)
    {
        var broker = new TestBroker(options ?? new TestBrokerOptions());
        broker._listener.Open();
        return broker;
    }

    /// <summary>Creates a topic without a client.</summary>
    /// <exception cref="ArgumentException">The name is invalid or taken, or a config is.</exception>
    public void CreateTopic(string name, int partitions = 1, params (string Name, string Value)[] configs)
    {
        foreach (var (config, value) in configs)
        {
            if (TopicConfigs.Refuse(config, value) is { } refusal) { throw new ArgumentException(refusal, nameof(configs)); }
        }

        lock (_cluster.Gate)
        {
            if (!Cluster.IsValidTopicName(name) || _cluster.Topics.ContainsKey(name))
            {
                throw new ArgumentException($"The topic name '{name}' is invalid or taken.", nameof(name));
            }

            _cluster.Topics[name] = new Topic(name, partitions, replicationFactor: 1, configs.Select(c => KeyValuePair.Create(c.Name, c.Value)));
        }
    }

    /// <summary>Stops answering: the port refuses connections, and all there are are closed. Topics, groups and transactions stay.</summary>
    public void GoAway()
    {
        lock (_cluster.Gate)
        {
            if (!_cluster.IsUp) { return; }
            _cluster.IsUp = false;
            _listener.Close();
        }
    }

    /// <summary>Answers again on the same port. Members of groups get a new session; transactions whose time is over are aborted.</summary>
    public void ComeBack()
    {
        lock (_cluster.Gate)
        {
            if (_cluster.IsUp || _cluster.IsDisposed) { return; }
            _cluster.IsUp = true;
            _cluster.Groups.RenewSessions();
            _listener.Open();
        }
    }

    /// <summary>Closes every connection; clients may connect again at once.</summary>
    public void KillConnections() => _listener.KillConnections();

    /// <summary>Keeps connections open but neither reads from them nor answers, as a stalled network does. Time-outs go on.</summary>
    public void PauseConnections() => _faults.Pause();

    public void ResumeConnections() => _faults.Resume();

    /// <summary>Answers the next <paramref name="count"/> requests of a kind with an error and does not carry them out.</summary>
    public void InjectError(ApiKey key, ErrorCode error, int count = 1) => _faults.Inject(key, error, count);

    /// <summary>
    /// Carries the next <paramref name="count"/> requests of a kind out, but closes the connection in place of an answer:
    /// the client cannot know whether it happened.
    /// </summary>
    public void LoseAnswers(ApiKey key, int count = 1) => _faults.LoseAnswers(key, count);

    /// <summary>Takes back what was injected and has not struck yet.</summary>
    public void ClearFaults() => _faults.Clear();

    public ValueTask DisposeAsync()
    {
        lock (_cluster.Gate) { (_cluster.IsUp, _cluster.IsDisposed) = (false, true); }
        _faults.Resume();
        _listener.Dispose();
        return ValueTask.CompletedTask;
    }
}
