using Sluice.Tests.Broker.Core;
using Sluice.Tests.Broker.Log;
using Sluice.Tests.Broker.Protocol;

namespace Sluice.Tests.Broker.Admin;

/// <summary>CreateTopics 0 to 4, DeleteTopics 0 to 3, CreatePartitions 0 to 1.</summary>
internal static class TopicApis
{
    private const int Default = -1;

    private sealed record Outcome(string Name, ErrorCode Error, string? Text);

    private sealed record NewTopic(
        string Name, int Partitions, short Replicas, List<(int Partition, List<int> Brokers)> Placement, List<(string Name, string? Value)> Configs);

    public static void Create(Cluster cluster, Request request, ResponseWriter w)
    {
        var r = request.Body;
        var version = request.Version;
        var topics = r.Array(r => new NewTopic(
            r.String(), r.Int32(), r.Int16(),
            r.Array(r => (r.Int32(), r.Array(r => r.Int32()))),
            r.Array(r => (r.String(), r.NullableString()))));
        _ = r.Int32(); // time-out: creating takes no time
        var validateOnly = version >= 1 && r.Bool();
        var outcomes = topics.ConvertAll(topic => request.Injected != ErrorCode.None
            ? new Outcome(topic.Name, request.Injected, "injected by the test")
            : topics.Count(other => other.Name == topic.Name) > 1
                ? new Outcome(topic.Name, ErrorCode.InvalidRequest, "Duplicate topic name.")
                : Create(cluster, topic, version, validateOnly));

        if (version >= 2) { w.Throttle(); }
        Write(w, outcomes, withText: version >= 1);
    }

    public static void Delete(Cluster cluster, Request request, ResponseWriter w)
    {
        var r = request.Body;
        var names = r.Array(r => r.String());
        _ = r.Int32(); // time-out
        var outcomes = names.ConvertAll(name =>
        {
            if (request.Injected != ErrorCode.None) { return new Outcome(name, request.Injected, null); }
            var error = cluster.Topics.ContainsKey(name) ? ErrorCode.None : ErrorCode.UnknownTopicOrPartition;
            cluster.DeleteTopic(name);
            return new Outcome(name, error, null);
        });
        if (request.Version >= 1) { w.Throttle(); }
        Write(w, outcomes, withText: false);
    }

    public static void CreatePartitions(Cluster cluster, Request request, ResponseWriter w)
    {
        var r = request.Body;
        var topics = r.Array(r =>
        {
            var name = r.String();
            var count = r.Int32();
            _ = r.NullableArray(r => r.Array(r => r.Int32())); // which brokers: there is one
            return (Name: name, Count: count);
        });
        _ = r.Int32(); // time-out
        var validateOnly = r.Bool();
        var outcomes = topics.ConvertAll(wanted =>
        {
            if (request.Injected != ErrorCode.None) { return new Outcome(wanted.Name, request.Injected, "injected by the test"); }
            if (!cluster.Topics.TryGetValue(wanted.Name, out var topic))
            {
                return new Outcome(wanted.Name, ErrorCode.UnknownTopicOrPartition, $"The topic '{wanted.Name}' does not exist.");
            }

            if (wanted.Count <= topic.Partitions.Count)
            {
                return new Outcome(
                    wanted.Name, ErrorCode.InvalidPartitions,
                    $"The topic has {topic.Partitions.Count} partitions; {wanted.Count} would not be an increase.");
            }

            if (!validateOnly) { topic.Grow(wanted.Count); }
            return new Outcome(wanted.Name, ErrorCode.None, null);
        });
        w.Throttle();
        Write(w, outcomes, withText: true);
    }

    private static Outcome Create(Cluster cluster, NewTopic wanted, short version, bool validateOnly)
    {
        const short withDefaults = 4;
        Outcome Refuse(ErrorCode error, string text) => new(wanted.Name, error, text);

        if (!Cluster.IsValidTopicName(wanted.Name)) { return Refuse(ErrorCode.InvalidTopic, $"Topic name is invalid: '{wanted.Name}'."); }
        if (cluster.Topics.ContainsKey(wanted.Name)) { return Refuse(ErrorCode.TopicAlreadyExists, $"Topic '{wanted.Name}' already exists."); }
        var partitions = wanted.Partitions;
        var replicas = wanted.Replicas;
        if (wanted.Placement.Count > 0)
        {
            if (wanted.Placement.Exists(one => one.Brokers.Count == 0 || one.Brokers.Exists(id => id < 1 || id > cluster.Options.Brokers)))
            {
                return Refuse(ErrorCode.InvalidReplicaAssignment, "A replica is placed on a broker that does not exist.");
            }

            (partitions, replicas) = (wanted.Placement.Count, (short)wanted.Placement[0].Brokers.Count);
        }
        else if (version >= withDefaults)
        {
            if (partitions == Default) { partitions = cluster.Options.DefaultPartitions; }
            if (replicas == Default) { replicas = 1; }
        }

        if (partitions < 1) { return Refuse(ErrorCode.InvalidPartitions, "Number of partitions was set to an invalid non-positive value."); }
        if (replicas < 1 || replicas > cluster.Options.Brokers)
        {
            return Refuse(
                ErrorCode.InvalidReplicationFactor,
                $"Unable to replicate the partition {replicas} time(s): the cluster has {cluster.Options.Brokers} broker(s).");
        }

        foreach (var (name, value) in wanted.Configs)
        {
            if (TopicConfigs.Refuse(name, value) is { } text) { return Refuse(ErrorCode.InvalidConfig, text); }
        }

        if (!validateOnly)
        {
            var configs = wanted.Configs.Select(config => KeyValuePair.Create(config.Name, config.Value!));
            cluster.Topics[wanted.Name] = new Topic(wanted.Name, partitions, replicas, configs);
        }

        return new Outcome(wanted.Name, ErrorCode.None, null);
    }

    private static void Write(ResponseWriter w, List<Outcome> outcomes, bool withText) => w.Array(outcomes, outcome =>
    {
        w.String(outcome.Name);
        w.Error(outcome.Error);
        if (withText) { w.String(outcome.Text); }
    });
}
