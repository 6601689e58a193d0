using Sluice.Schemas.Records;
using Sluice.Streams.Formats;

namespace Sluice.Streams;

/// <summary>Writes a record's key into <paramref name="key"/> and returns its length, at most <see cref="Topic.MaxKeyBytes"/>.</summary>
public delegate int KeySelector<T>(in T record, Span<byte> key)
    where T : struct, IRecord;

/// <summary>A named stream of records in partitions. What a topic holds stands in <see cref="Topics"/>.</summary>
public abstract class Topic
{
    /// <summary>Longest key in bytes.</summary>
    public const int MaxKeyBytes = 256;

    private protected Topic(string name, string keyedBy, string order)
    {
        Name = name;
        KeyedBy = keyedBy;
        Order = order;
    }

    /// <summary>Name, the same on every bus.</summary>
    public string Name { get; }

    /// <summary>What the key is made of. Topics with the same key and as many partitions are co-partitioned: what belongs
    /// together lies in the same partition of both.</summary>
    public string KeyedBy { get; }

    /// <summary>Order of the records that a consumer may rely on.</summary>
    public string Order { get; }

    public override string ToString() => Name;

    internal abstract TopicPartitions Create(int partitions, int poolCapacity);

    internal abstract TopicFormat CreateFormat(TopicFormats formats);
}

/// <inheritdoc/>
public sealed class Topic<T> : Topic
    where T : struct, IRecord
{
    private readonly KeySelector<T> _key;

    public Topic(string name, string keyedBy, string order, KeySelector<T> key)
        : base(name, keyedBy, order) => _key = key;

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
}
