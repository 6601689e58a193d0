using Sluice.Schemas.Records;
using Sluice.Streams.Formats;

namespace Sluice.Streams;

/// <summary>Writes a record's key into <paramref name="key"/> and returns its length, at most <see cref="Topic.MaxKeyBytes"/>.</summary>
public delegate int KeySelector<T>(in T record, Span<byte> key)
    where T : struct, IRecord;

/// <summary>Tells the slot that a record belongs to.</summary>
public delegate long SlotSelector<T>(in T record)
    where T : struct, IRecord;

/// <summary>A named stream of records in partitions. What a topic holds stands in <see cref="Topics"/>.</summary>
public abstract class Topic
{
    /// <summary>Longest key in bytes.</summary>
    public const int MaxKeyBytes = 256;

    private protected Topic(string name, string keyedBy, string order, TimeSpan? retention)
    {
        Name = name;
        KeyedBy = keyedBy;
        Order = order;
        IsCompacted = retention is null;
        Retention = retention ?? TimeSpan.Zero;
    }

    /// <summary>Name, the same on every bus.</summary>
    public string Name { get; }

    /// <summary>What the key is made of. Topics with the same key and as many partitions are co-partitioned: what belongs
    /// together lies in the same partition of both.</summary>
    public string KeyedBy { get; }

    /// <summary>Order of the records that a consumer may rely on.</summary>
    public string Order { get; }

    /// <summary>On Kafka, whether the newest record of a key is kept for ever instead of every record for <see cref="Retention"/>.</summary>
    public bool IsCompacted { get; }

    /// <summary>How long Kafka keeps records; zero when <see cref="IsCompacted"/>.</summary>
    public TimeSpan Retention { get; }

    public override string ToString() => Name;

    internal abstract TopicPartitions Create(int partitions, int poolCapacity);

    internal abstract TopicFormat CreateFormat(TopicFormats formats);

    internal abstract TResult Accept<TResult>(ITopicVisitor<TResult> visitor);
}

/// <inheritdoc/>
public sealed class Topic<T> : Topic
    where T : struct, IRecord
{
    private readonly KeySelector<T> _key;
    private readonly SlotSelector<T>? _slot;

    /// <param name="slot">Slot of a record; without it every record counts as of slot 0.</param>
    /// <param name="retention">How long Kafka keeps a record; null keeps the newest of each key for ever.</param>
    public Topic(string name, string keyedBy, string order, KeySelector<T> key, SlotSelector<T>? slot = null, TimeSpan? retention = null)
        : base(name, keyedBy, order, retention) => (_key, _slot) = (key, slot);

    /// <summary>Slot that the record belongs to.</summary>
    public long SlotOf(in T record) => _slot?.Invoke(in record) ?? 0;

    /// <summary>Writes the record's key and returns its length.</summary>
    public int WriteKey(in T record, Span<byte> key) => _key(in record, key);

    /// <summary>Partition of a record among <paramref name="partitions"/>.</summary>
    public int PartitionOf(in T record, int partitions)
    {
        if (partitions == 1) { return 0; }
        Span<byte> key = stackalloc byte[MaxKeyBytes];
        return StableHash.Partition(key[.._key(in record, key)], partitions);
    }

    internal override TopicPartitions Create(int partitions, int poolCapacity) =>
        new TopicPartitions<T>(this, partitions, new RecordBatchPool<T>(this, poolCapacity));

    internal override TopicFormat CreateFormat(TopicFormats formats) => formats.For(this);

    internal override TResult Accept<TResult>(ITopicVisitor<TResult> visitor) => visitor.Visit(this);
}

/// <summary>Something that is done with the record type of a topic.</summary>
internal interface ITopicVisitor<out TResult>
{
    TResult Visit<T>(Topic<T> topic)
        where T : struct, IRecord;
}
