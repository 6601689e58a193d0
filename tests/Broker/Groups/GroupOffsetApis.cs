using Sluice.Tests.Broker.Core;
using Sluice.Tests.Broker.Protocol;

namespace Sluice.Tests.Broker.Groups;

/// <summary>Offsets of groups: OffsetCommit 1 to 8, OffsetFetch 1 to 8, OffsetDelete 0.</summary>
internal static class GroupOffsetApis
{
    private const int MaxMetadataBytes = 4096;

    public static void Commit(Cluster cluster, Request request, ResponseWriter w)
    {
        var r = request.Body;
        var version = request.Version;
        var groupId = r.String();
        var generation = r.Int32();
        var memberId = r.String();
        var instanceId = version >= 7 ? r.NullableString() : null;
        if (version is >= 2 and <= 4) { _ = r.Int64(); } // retention
        var group = cluster.Groups.Find(groupId);
        if (group is null && generation < 0) { group = cluster.Groups.FindOrCreate(groupId); }
        var refused = request.Injected != ErrorCode.None ? request.Injected
            : group?.CheckCommit(memberId, instanceId, generation, inTransaction: false) ?? ErrorCode.IllegalGeneration;
        var topics = r.Array(r =>
        {
            var name = r.String();
            var partitions = r.Array(r =>
            {
                var partition = r.Int32();
                var offset = r.Int64();
                var leaderEpoch = version >= 6 ? r.Int32() : -1;
                if (version == 1) { _ = r.Int64(); } // time of the commit
                var committed = new CommittedOffset(offset, leaderEpoch, r.NullableString());
                r.Tags();
                var error = Check(cluster, refused, name, partition, committed);
                if (error == ErrorCode.None) { group!.Offsets.Commit(name, partition, committed); }
                return (partition, error);
            });
            r.Tags();
            return (name, partitions);
        });

        if (version >= 3) { w.Throttle(); }
        WriteErrors(w, topics);
        w.Tags();
    }

    /// <summary>Whether an offset may be committed, once it is known that its sender may commit at all.</summary>
    public static ErrorCode Check(Cluster cluster, ErrorCode refused, string topic, int partition, CommittedOffset committed) =>
        refused != ErrorCode.None ? refused
        : cluster.Partition(topic, partition) is null ? ErrorCode.UnknownTopicOrPartition
        : committed.Metadata?.Length > MaxMetadataBytes ? ErrorCode.OffsetMetadataTooLarge : ErrorCode.None;

    /// <summary>Topics with an error a partition, as three responses have them.</summary>
    public static void WriteErrors(ResponseWriter w, List<(string Topic, List<(int Partition, ErrorCode Error)> Partitions)> topics) =>
        w.Array(topics, topic =>
        {
            w.String(topic.Topic);
            w.Array(topic.Partitions, answer =>
            {
                w.Int32(answer.Partition);
                w.Error(answer.Error);
                w.Tags();
            });
            w.Tags();
        });

    public static void Fetch(Cluster cluster, Request request, ResponseWriter w)
    {
        const short batched = 8;
        var r = request.Body;
        var version = request.Version;
        var groups = version >= batched
            ? r.Array(r =>
            {
                var one = (Id: r.String(), Topics: ReadTopics(r));
                r.Tags();
                return one;
            })
            : [(r.String(), ReadTopics(r))];
        var requireStable = version >= 7 && r.Bool();

        if (version >= 3) { w.Throttle(); }
        if (version < batched)
        {
            WriteGroup(cluster, w, request, groups[0].Id, groups[0].Topics, requireStable);
            if (version >= 2) { w.Error(request.Injected); }
            w.Tags();
            return;
        }

        w.Array(groups, group =>
        {
            w.String(group.Id);
            WriteGroup(cluster, w, request, group.Id, group.Topics, requireStable);
            w.Error(request.Injected);
            w.Tags();
        });
        w.Tags();
    }

    public static void Delete(Cluster cluster, Request request, ResponseWriter w)
    {
        var r = request.Body;
        var group = cluster.Groups.Find(r.String());
        var topics = r.Array(r =>
        {
            var name = r.String();
            return (name, r.Array(r =>
            {
                var partition = r.Int32();
                if (group is null || request.Injected != ErrorCode.None) { return (partition, request.Injected); }
                if (cluster.Partition(name, partition) is null) { return (partition, ErrorCode.UnknownTopicOrPartition); }
                if (IsSubscribed(group, name)) { return (partition, ErrorCode.GroupSubscribedToTopic); }
                _ = group.Offsets.Delete(name, partition);
                return (partition, ErrorCode.None);
            }));
        });
        w.Error(request.Injected != ErrorCode.None ? request.Injected : group is null ? ErrorCode.GroupIdNotFound : ErrorCode.None);
        w.Throttle();
        WriteErrors(w, group is null ? [] : topics);
    }

    private static List<(string Topic, List<int> Partitions)>? ReadTopics(RequestReader r) => r.NullableArray(r =>
    {
        var topic = (r.String(), r.Array(r => r.Int32()));
        r.Tags();
        return topic;
    });

    private static void WriteGroup(
        Cluster cluster, ResponseWriter w, Request request, string id, List<(string Topic, List<int> Partitions)>? topics, bool requireStable)
    {
        var version = request.Version;
        var offsets = cluster.Groups.Find(id)?.Offsets;
        topics ??= (offsets?.All ?? []).GroupBy(one => one.Topic)
            .Select(topic => (topic.Key, topic.Select(one => one.Partition).Order().ToList())).ToList();
        w.Array(request.Injected != ErrorCode.None && version >= 2 ? [] : topics, topic =>
        {
            w.String(topic.Topic);
            w.Array(topic.Partitions, partition =>
            {
                var unstable = requireStable && offsets?.IsUnstable(topic.Topic, partition) == true;
                var found = unstable || request.Injected != ErrorCode.None ? null : offsets?.Find(topic.Topic, partition);
                w.Int32(partition);
                w.Int64(found?.Offset ?? -1);
                if (version >= 5) { w.Int32(found?.LeaderEpoch ?? -1); }
                w.String(found?.Metadata ?? "");
                w.Error(unstable ? ErrorCode.UnstableOffsetCommit : request.Injected);
                w.Tags();
            });
            w.Tags();
        });
    }

    /// <summary>Whether a member's subscription (version, topics, ...) names the topic.</summary>
    private static bool IsSubscribed(Group group, string topic)
    {
        if (group.ProtocolType != "consumer") { return false; }
        foreach (var member in group.Members)
        {
            var r = new RequestReader(member.Metadata(group.Protocol).ToArray());
            _ = r.Int16();
            if (r.Array(r => r.String()).Contains(topic)) { return true; }
        }

        return false;
    }
}
