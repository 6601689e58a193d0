using System.Runtime.InteropServices;
using Sluice.Tests.Broker.Core;
using Sluice.Tests.Broker.Protocol;

namespace Sluice.Tests.Broker.Log;

/// <summary>Produce, versions 0 to 9 (older than 3 are refused): appends one record batch a partition.</summary>
internal static class ProduceApi
{
    private const short OldestVersion = 3;
    private const short AllReplicas = -1, Leader = 1, NoAnswer = 0;

    private sealed record Answer(int Partition, ErrorCode Error, long BaseOffset, long AppendTime, long StartOffset);

    /// <summary>Carries the request out; false when the producer wants no answer.</summary>
    public static bool Handle(Cluster cluster, Request request, ResponseWriter w)
    {
        var r = request.Body;
        var version = request.Version;
        var transactionalId = version >= OldestVersion ? r.NullableString() : null;
        var acks = r.Int16();
        _ = r.Int32(); // time-out: there are no followers to wait for
        var refused = request.Injected != ErrorCode.None ? request.Injected
            : version < OldestVersion ? ErrorCode.UnsupportedForMessageFormat
            : acks is AllReplicas or Leader or NoAnswer ? ErrorCode.None : ErrorCode.InvalidRequiredAcks;
        var topics = r.Array(r =>
        {
            var name = r.String();
            var topic = cluster.FindOrAutoCreate(name, allowed: true);
            var partitions = r.Array(r =>
            {
                var partition = r.Int32();
                var records = r.Bytes();
                r.Tags();
                var log = topic?.Partition(partition);
                if (refused != ErrorCode.None) { return new Answer(partition, refused, -1, -1, -1); }
                if (topic is null || log is null) { return new Answer(partition, ErrorCode.UnknownTopicOrPartition, -1, -1, -1); }
                return Append(cluster, topic, log, records, transactionalId, acks);
            });
            r.Tags();
            return (Name: name, Partitions: partitions);
        });
        r.Tags();

        w.Array(topics, topic =>
        {
            w.String(topic.Name);
            w.Array(topic.Partitions, answer => Write(w, version, answer));
            w.Tags();
        });
        if (version >= 1) { w.Throttle(); }
        w.Tags();
        return acks != NoAnswer;
    }

    private static Answer Append(
        Cluster cluster, Topic topic, PartitionLog log, ReadOnlyMemory<byte> records, string? transactionalId, short acks)
    {
        var error = Check(cluster, topic, log, records.Span, transactionalId, acks, out var header);
        if (error != ErrorCode.None) { return new Answer(log.Partition, error, -1, -1, log.StartOffset); }

        // The frame of the request was read for this batch; the log keeps that memory.
        var bytes = MemoryMarshal.AsMemory(records);
        var appendTime = -1L;
        if (topic.UsesAppendTime)
        {
            appendTime = cluster.NowUnixMs;
            BatchHeader.SetAppendTime(bytes.Span, appendTime);
            header = header with { MaxTimestamp = appendTime };
        }

        (error, var baseOffset) = log.Append(bytes, header);
        return new Answer(log.Partition, error, baseOffset, appendTime, log.StartOffset);
    }

    private static ErrorCode Check(
        Cluster cluster, Topic topic, PartitionLog log, ReadOnlySpan<byte> records, string? transactionalId, short acks,
        out BatchHeader header)
    {
        if (!BatchHeader.TryRead(records, out header))
        {
            return BatchHeader.IsOldFormat(records) ? ErrorCode.UnsupportedForMessageFormat : ErrorCode.CorruptMessage;
        }

        if (header.Bytes > topic.MaxMessageBytes) { return ErrorCode.MessageTooLarge; }
        if (header.Bytes != records.Length) { return ErrorCode.InvalidRecord; } // exactly one batch a partition
        if (cluster.Options.VerifyChecksums && !BatchHeader.ChecksumFits(records)) { return ErrorCode.CorruptMessage; }
        if (header.IsControl || header.RecordCount < 1 || header.LastOffsetDelta != header.RecordCount - 1) { return ErrorCode.InvalidRecord; }
        if (header.HasProducer && (header.BaseSequence < 0 || header.ProducerEpoch < 0)) { return ErrorCode.InvalidRecord; }
        if (acks == AllReplicas && topic.MinInSyncReplicas > topic.ReplicationFactor) { return ErrorCode.NotEnoughReplicas; }
        if (topic.IsCompacted && header.Compression == 0 && !RecordReader.AllHaveKeys(records[BatchHeader.Size..], header.RecordCount))
        {
            return ErrorCode.InvalidRecord;
        }

        return header.IsTransactional
            ? cluster.Transactions.CheckProduce(transactionalId, header.ProducerId, header.ProducerEpoch, log.Topic, log.Partition)
            : ErrorCode.None;
    }

    private static void Write(ResponseWriter w, short version, Answer answer)
    {
        w.Int32(answer.Partition);
        w.Error(answer.Error);
        w.Int64(answer.BaseOffset);
        if (version >= 2) { w.Int64(answer.AppendTime); }
        if (version >= 5) { w.Int64(answer.StartOffset); }
        if (version >= 8)
        {
            w.Length(0); // errors of single records
            w.String(null);
        }

        w.Tags();
    }
}
