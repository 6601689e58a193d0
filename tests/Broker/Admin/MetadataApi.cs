using Sluice.Tests.Broker.Core;
using Sluice.Tests.Broker.Log;
using Sluice.Tests.Broker.Protocol;

namespace Sluice.Tests.Broker.Admin;

/// <summary>Metadata, versions 0 to 12: the one node, and topics with their partitions.</summary>
internal static class MetadataApi
{
    private const int NoOperations = int.MinValue;

    public static void Handle(Cluster cluster, Request request, ResponseWriter w)
    {
        var version = request.Version;
        var (wanted, mayCreate) = Read(request);
        var topics = new List<(ErrorCode Error, string? Name, Guid Id, Topic? Topic)>();
        if (wanted is null)
        {
            foreach (var topic in cluster.Topics.Values) { topics.Add((request.Injected, topic.Name, topic.Id, topic)); }
        }
        else
        {
            foreach (var (name, id) in wanted) { topics.Add(Find(cluster, request, name, id, mayCreate)); }
        }

        if (version >= 3) { w.Throttle(); }
        w.Length(1);
        w.Int32(Cluster.NodeId);
        w.String(Cluster.Host);
        w.Int32(cluster.Port);
        if (version >= 1) { w.String(null); } // rack
        w.Tags();
        if (version >= 2) { w.String(Cluster.ClusterId); }
        if (version >= 1) { w.Int32(Cluster.NodeId); }
        w.Array(topics, found =>
        {
            w.Error(found.Error);
            w.String(found.Name);
            if (version >= 10) { w.Uuid(found.Id); }
            if (version >= 1) { w.Bool(false); } // internal
            w.Array(found.Error == ErrorCode.None ? found.Topic!.Partitions : [], log => Write(w, version, found.Topic!, log));
            if (version >= 8) { w.Int32(NoOperations); }
            w.Tags();
        });
        if (version is >= 8 and <= 10) { w.Int32(NoOperations); }
        w.Tags();
    }

    private static (List<(string? Name, Guid Id)>? Topics, bool MayCreate) Read(Request request)
    {
        var r = request.Body;
        var version = request.Version;
        var topics = r.NullableArray(r =>
        {
            var id = version >= 10 ? r.Uuid() : Guid.Empty;
            var name = version >= 10 ? r.NullableString() : r.String();
            r.Tags();
            return (name, id);
        });
        if (version == 0 && topics is { Count: 0 }) { topics = null; }
        var mayCreate = version < 4 || r.Bool();
        return (topics, mayCreate);
    }

    private static (ErrorCode, string?, Guid, Topic?) Find(Cluster cluster, Request request, string? name, Guid id, bool mayCreate)
    {
        if (request.Injected != ErrorCode.None) { return (request.Injected, name, id, null); }
        if (name is null)
        {
            var byId = cluster.Topics.Values.FirstOrDefault(topic => topic.Id == id);
            const ErrorCode unknownTopicId = (ErrorCode)100;
            return byId is null ? (unknownTopicId, null, id, null) : (ErrorCode.None, byId.Name, id, byId);
        }

        if (!Cluster.IsValidTopicName(name)) { return (ErrorCode.InvalidTopic, name, Guid.Empty, null); }
        return cluster.FindOrAutoCreate(name, mayCreate) is { } topic
            ? (ErrorCode.None, name, topic.Id, topic)
            : (ErrorCode.UnknownTopicOrPartition, name, Guid.Empty, null);
    }

    private static void Write(ResponseWriter w, short version, Topic topic, PartitionLog log)
    {
        w.Error(ErrorCode.None);
        w.Int32(log.Partition);
        w.Int32(Cluster.NodeId);
        if (version >= 7) { w.Int32(PartitionLog.LeaderEpoch); }
        var replicas = Enumerable.Range(Cluster.NodeId, topic.ReplicationFactor).ToArray();
        w.Int32Array(replicas);
        w.Int32Array(replicas); // in sync
        if (version >= 5) { w.Length(0); } // offline
        w.Tags();
    }
}
