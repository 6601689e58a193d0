using Sluice.Tests.Broker.Log;
using Sluice.Tests.Broker.Transactions;

namespace Sluice.Tests.Broker;

/// <summary>What lies in the logs of one partition.</summary>
/// <param name="EndOffset">Offset of the next record.</param>
/// <param name="LastStableOffset">Where the oldest open transaction begins, or the end.</param>
public sealed record PartitionOffsets(int Partition, long StartOffset, long EndOffset, long LastStableOffset);

/// <summary>A member of a group and, when the group uses the consumer protocol, what it was assigned.</summary>
public sealed record GroupMemberInfo(string MemberId, string? InstanceId, string ClientId, byte[] Assignment);

/// <summary>A group: its state by Kafka's name, its generation and its members.</summary>
public sealed record GroupInfo(string State, int Generation, string? Protocol, IReadOnlyList<GroupMemberInfo> Members);

/// <summary>A transaction that has begun and not ended.</summary>
public sealed record OpenTransaction(
    string TransactionalId, long ProducerId, short Epoch, IReadOnlyList<(string Topic, int Partition)> Partitions, IReadOnlyList<string> Groups);

public sealed partial class TestBroker
{
    public IReadOnlyList<string> Topics
    {
        get
        {
            lock (_cluster.Gate) { return [.. _cluster.Topics.Keys]; }
        }
    }

    /// <summary>Connections that are open now.</summary>
    public int ConnectionCount => _listener.ConnectionCount;

    /// <summary>What a read_committed consumer gets, by partition and offset.</summary>
    /// <exception cref="NotSupportedException">A batch is compressed with zstd.</exception>
    public IReadOnlyList<BrokerRecord> ReadCommitted(string topic) => Read(topic, committedOnly: true);

    /// <summary>Every record, of aborted and open transactions too, without the markers.</summary>
    /// <exception cref="NotSupportedException">A batch is compressed with zstd.</exception>
    public IReadOnlyList<BrokerRecord> ReadAll(string topic) => Read(topic, committedOnly: false);

    /// <summary>The record batches of one partition as they were stored, markers among them.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> RawBatches(string topic, int partition)
    {
        lock (_cluster.Gate) { return [.. Find(topic).Partitions[partition].Batches.Select(batch => batch.Bytes)]; }
    }

    public IReadOnlyList<PartitionOffsets> Offsets(string topic)
    {
        lock (_cluster.Gate)
        {
            return [.. Find(topic).Partitions.Select(log => new PartitionOffsets(log.Partition, log.StartOffset, log.EndOffset, log.LastStableOffset))];
        }
    }

    /// <summary>The committed offsets of a group; those of open transactions are not among them.</summary>
    public IReadOnlyDictionary<(string Topic, int Partition), long> CommittedOffsets(string group)
    {
        lock (_cluster.Gate)
        {
            return (_cluster.Groups.Find(group)?.Offsets.All ?? []).ToDictionary(one => (one.Topic, one.Partition), one => one.Offset.Offset);
        }
    }

    public IReadOnlyList<OpenTransaction> OpenTransactions
    {
        get
        {
            lock (_cluster.Gate)
            {
                return
                [
                    .. _cluster.Transactions.All.Where(one => one.State == TransactionState.Ongoing || one.IsPrepared).Select(one =>
                        new OpenTransaction(one.TransactionalId, one.ProducerId, one.Epoch, [.. one.Partitions.Order()], [.. one.Groups.Order()])),
                ];
            }
        }
    }

    /// <summary>A group, or null when nobody has ever used it.</summary>
    public GroupInfo? Group(string id)
    {
        lock (_cluster.Gate)
        {
            return _cluster.Groups.Find(id) is not { } group ? null : new GroupInfo(
                group.State.ToString(), group.Generation, group.Protocol,
                [.. group.Members.Select(one => new GroupMemberInfo(one.Id, one.InstanceId, one.ClientId, one.Assignment.ToArray()))]);
        }
    }

    /// <summary>Compacts a topic as a broker may: of the stable records only the newest of a key stay, at their offsets.</summary>
    /// <param name="dropTombstones">Whether newest records without a value go as well.</param>
    /// <exception cref="NotSupportedException">A batch is compressed with zstd.</exception>
    public void Compact(string topic, bool dropTombstones = false)
    {
        lock (_cluster.Gate)
        {
            foreach (var log in Find(topic).Partitions) { Compaction.Run(log, dropTombstones); }
        }
    }

    private List<BrokerRecord> Read(string topic, bool committedOnly)
    {
        var records = new List<BrokerRecord>();
        lock (_cluster.Gate)
        {
            foreach (var log in Find(topic).Partitions)
            {
                foreach (var (header, batch) in Visible.Batches(log, committedOnly))
                {
                    records.AddRange(RecordReader.ReadAll(log.Partition, header, batch.Bytes).Where(record => record.Offset >= log.StartOffset));
                }
            }
        }

        return records;
    }

    private Topic Find(string topic) => _cluster.Topics.TryGetValue(topic, out var found)
        ? found
        : throw new ArgumentException($"There is no topic '{topic}'; there are: {string.Join(", ", _cluster.Topics.Keys)}.", nameof(topic));
}
