using Sluice.Tests.Broker.Core;
using Sluice.Tests.Broker.Groups;
using Sluice.Tests.Broker.Protocol;

namespace Sluice.Tests.Broker.Transactions;

/// <summary>InitProducerId 0 to 4, AddPartitionsToTxn, AddOffsetsToTxn, TxnOffsetCommit and EndTxn 0 to 3.</summary>
internal static class TransactionApis
{
    public static void InitProducerId(Cluster cluster, Request request, ResponseWriter w)
    {
        var r = request.Body;
        var version = request.Version;
        var transactionalId = r.NullableString();
        var timeout = TimeSpan.FromMilliseconds(r.Int32());
        (long ProducerId, short Epoch)? expected = null;
        if (version >= 3)
        {
            var own = (r.Int64(), r.Int16());
            if (own.Item1 >= 0) { expected = own; }
        }

        var (error, producerId, epoch) =
            request.Injected != ErrorCode.None ? (request.Injected, -1L, (short)-1)
            : transactionalId is null ? (ErrorCode.None, cluster.NextProducerId(), (short)0)
            : transactionalId.Length == 0 ? (ErrorCode.InvalidRequest, -1L, (short)-1)
            : cluster.Transactions.Init(transactionalId, timeout, expected);
        w.Throttle();
        w.Error(Fenced(error, version, named: 4));
        w.Int64(producerId);
        w.Int16(epoch);
        w.Tags();
    }

    public static void AddPartitions(Cluster cluster, Request request, ResponseWriter w)
    {
        var r = request.Body;
        var (transactionalId, producerId, epoch) = (r.String(), r.Int64(), r.Int16());
        var topics = r.Array(r =>
        {
            var topic = (Name: r.String(), Partitions: r.Array(r => r.Int32()));
            r.Tags();
            return topic;
        });

        // All or nothing: with one partition that does not exist, the others are not attempted.
        bool Exists(string topic, int partition) => cluster.Partition(topic, partition) is not null;
        var allExist = topics.All(topic => topic.Partitions.All(partition => Exists(topic.Name, partition)));
        var error = request.Injected;
        if (error == ErrorCode.None && allExist)
        {
            error = Fenced(cluster.Transactions.Enlist(transactionalId, producerId, epoch, out var transaction), request.Version, named: 2);
            if (error == ErrorCode.None)
            {
                foreach (var topic in topics)
                {
                    foreach (var partition in topic.Partitions) { transaction!.Partitions.Add((topic.Name, partition)); }
                }
            }
        }

        w.Throttle();
        GroupOffsetApis.WriteErrors(w, topics.ConvertAll(topic => (topic.Name, topic.Partitions.ConvertAll(partition => (
            partition,
            error != ErrorCode.None || allExist ? error
            : Exists(topic.Name, partition) ? ErrorCode.OperationNotAttempted : ErrorCode.UnknownTopicOrPartition)))));
        w.Tags();
    }

    public static void AddOffsets(Cluster cluster, Request request, ResponseWriter w)
    {
        var r = request.Body;
        var (transactionalId, producerId, epoch, groupId) = (r.String(), r.Int64(), r.Int16(), r.String());
        var error = request.Injected;
        if (error == ErrorCode.None && groupId.Length == 0) { error = ErrorCode.InvalidGroupId; }
        if (error == ErrorCode.None)
        {
            error = Fenced(cluster.Transactions.Enlist(transactionalId, producerId, epoch, out var transaction), request.Version, named: 2);
            if (error == ErrorCode.None) { transaction!.Groups.Add(groupId); }
        }

        w.Throttle();
        w.Error(error);
        w.Tags();
    }

    public static void CommitOffsets(Cluster cluster, Request request, ResponseWriter w)
    {
        const short withGeneration = 3;
        var r = request.Body;
        var version = request.Version;
        var (transactionalId, groupId, producerId, epoch) = (r.String(), r.String(), r.Int64(), r.Int16());
        var (generation, memberId, instanceId) =
            version >= withGeneration ? (r.Int32(), r.String(), r.NullableString()) : (-1, "", null);
        var group = cluster.Groups.Find(groupId);
        if (group is null && generation < 0) { group = cluster.Groups.FindOrCreate(groupId); }
        var refused = request.Injected;
        if (refused == ErrorCode.None)
        {
            refused = group?.CheckCommit(memberId, instanceId, generation, inTransaction: true) ?? ErrorCode.IllegalGeneration;
        }

        if (refused == ErrorCode.None) { refused = cluster.Transactions.CheckGroup(transactionalId, producerId, epoch, groupId); }
        var topics = r.Array(r =>
        {
            var name = r.String();
            var partitions = r.Array(r =>
            {
                var partition = r.Int32();
                var offset = r.Int64();
                var leaderEpoch = version >= 2 ? r.Int32() : -1;
                var committed = new CommittedOffset(offset, leaderEpoch, r.NullableString());
                r.Tags();
                var error = GroupOffsetApis.Check(cluster, refused, name, partition, committed);
                if (error == ErrorCode.None) { group!.Offsets.CommitPending(producerId, name, partition, committed); }
                return (partition, error);
            });
            r.Tags();
            return (name, partitions);
        });

        w.Throttle();
        GroupOffsetApis.WriteErrors(w, topics);
        w.Tags();
    }

    public static void End(Cluster cluster, Request request, ResponseWriter w)
    {
        var r = request.Body;
        var (transactionalId, producerId, epoch, commit) = (r.String(), r.Int64(), r.Int16(), r.Bool());
        var error = request.Injected != ErrorCode.None ? request.Injected
            : Fenced(cluster.Transactions.End(transactionalId, producerId, epoch, commit), request.Version, named: 2);
        w.Throttle();
        w.Error(error);
        w.Tags();
    }

    /// <summary>A fenced producer is told so by name only from some version on; before, its epoch is called invalid.</summary>
    private static ErrorCode Fenced(ErrorCode error, short version, short named) =>
        error == ErrorCode.ProducerFenced && version < named ? ErrorCode.InvalidProducerEpoch : error;
}
