using Sluice.Tests.Broker.Core;
using Sluice.Tests.Broker.Protocol;

namespace Sluice.Tests.Broker.Log;

/// <summary>Questions about offsets: ListOffsets 1 to 7, OffsetForLeaderEpoch 0 to 3, and DeleteRecords 0 to 1.</summary>
internal static class OffsetApis
{
    private const long Latest = -1, Earliest = -2, MaxTimestamp = -3;
    private const sbyte ReadCommitted = 1;

    public static void ListOffsets(Cluster cluster, Request request, ResponseWriter w)
    {
        var r = request.Body;
        var version = request.Version;
        _ = r.Int32(); // replica id
        var readCommitted = version >= 2 && r.Int8() == ReadCommitted;
        var topics = r.Array(r =>
        {
            var name = r.String();
            var partitions = r.Array(r =>
            {
                var partition = r.Int32();
                if (version >= 4) { _ = r.Int32(); } // the leader's epoch as the client knows it
                var timestamp = r.Int64();
                r.Tags();
                if (request.Injected != ErrorCode.None) { return (partition, request.Injected, -1L, -1L); }
                if (cluster.Partition(name, partition) is not { } log) { return (partition, ErrorCode.UnknownTopicOrPartition, -1L, -1L); }
                var (offset, time) = Find(log, timestamp, readCommitted);
                return (partition, ErrorCode.None, offset, time);
            });
            r.Tags();
            return (Name: name, Partitions: partitions);
        });

        if (version >= 2) { w.Throttle(); }
        w.Array(topics, topic =>
        {
            w.String(topic.Name);
            w.Array(topic.Partitions, answer =>
            {
                var (partition, error, offset, time) = answer;
                w.Int32(partition);
                w.Error(error);
                w.Int64(time);
                w.Int64(offset);
                if (version >= 4) { w.Int32(error == ErrorCode.None ? PartitionLog.LeaderEpoch : -1); }
                w.Tags();
            });
            w.Tags();
        });
        w.Tags();
    }

    public static void OffsetForLeaderEpoch(Cluster cluster, Request request, ResponseWriter w)
    {
        var r = request.Body;
        var version = request.Version;
        if (version >= 3) { _ = r.Int32(); } // replica id
        var topics = r.Array(r => (Name: r.String(), Partitions: r.Array(r =>
        {
            var partition = r.Int32();
            if (version >= 2) { _ = r.Int32(); } // the current epoch as the client knows it
            return (Partition: partition, Epoch: r.Int32());
        })));

        if (version >= 2) { w.Throttle(); }
        w.Array(topics, topic =>
        {
            w.String(topic.Name);
            w.Array(topic.Partitions, wanted =>
            {
                var log = cluster.Partition(topic.Name, wanted.Partition);
                var error = request.Injected != ErrorCode.None ? request.Injected
                    : log is null ? ErrorCode.UnknownTopicOrPartition : ErrorCode.None;
                var known = error == ErrorCode.None && wanted.Epoch == PartitionLog.LeaderEpoch;
                w.Error(error);
                w.Int32(wanted.Partition);
                if (version >= 1) { w.Int32(known ? PartitionLog.LeaderEpoch : -1); }
                w.Int64(known ? log!.EndOffset : -1);
            });
        });
    }

    public static void DeleteRecords(Cluster cluster, Request request, ResponseWriter w)
    {
        const long toTheEnd = -1;
        var r = request.Body;
        var topics = r.Array(r => (Name: r.String(), Partitions: r.Array(r => (Partition: r.Int32(), Offset: r.Int64()))));
        w.Throttle();
        w.Array(topics, topic =>
        {
            w.String(topic.Name);
            w.Array(topic.Partitions, wanted =>
            {
                var log = cluster.Partition(topic.Name, wanted.Partition);
                var error = request.Injected != ErrorCode.None ? request.Injected
                    : log is null ? ErrorCode.UnknownTopicOrPartition
                    : wanted.Offset < toTheEnd || wanted.Offset > log.EndOffset ? ErrorCode.OffsetOutOfRange : ErrorCode.None;
                if (error == ErrorCode.None) { log!.DeleteBefore(wanted.Offset == toTheEnd ? log.EndOffset : wanted.Offset); }
                w.Int32(wanted.Partition);
                w.Int64(error == ErrorCode.None ? log!.StartOffset : -1);
                w.Error(error);
            });
        });
    }

    private static (long Offset, long Timestamp) Find(PartitionLog log, long timestamp, bool readCommitted)
    {
        var end = readCommitted ? log.LastStableOffset : log.EndOffset;
        switch (timestamp)
        {
            case Earliest: return (log.StartOffset, -1);
            case Latest: return (end, -1);
            case MaxTimestamp:
                if (log.Batches.Count == 0) { return (-1, -1); }
                timestamp = log.Batches.Max(batch => batch.MaxTimestamp);
                break;
            default:
                break;
        }

        foreach (var batch in log.Batches)
        {
            if (batch.MaxTimestamp < timestamp || batch.BaseOffset >= end) { continue; }
            _ = BatchHeader.TryRead(batch.Bytes.Span, out var header);
            if (!RecordReader.CanDecompress(header)) { return (header.BaseOffset, header.BaseTimestamp); } // the batch must do
            foreach (var record in RecordReader.ReadAll(log.Partition, header, batch.Bytes))
            {
                if (record.TimestampMs >= timestamp && record.Offset >= log.StartOffset) { return (record.Offset, record.TimestampMs); }
            }
        }

        return (-1, -1);
    }
}
