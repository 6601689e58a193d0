using System.Diagnostics.CodeAnalysis;
using Sluice.Schemas.Records;

namespace Sluice.Streams;

/// <summary>A topic as one bus runs it: how many partitions, and the pool of its batches.</summary>
internal abstract class TopicPartitions(Topic topic, int count)
{
    public Topic Topic { get; } = topic;

    public int Count { get; } = count;
}

/// <inheritdoc/>
internal sealed class TopicPartitions<T>(Topic<T> topic, int count, RecordBatchPool<T> pool) : TopicPartitions(topic, count)
    where T : struct, IRecord
{
    public RecordBatchPool<T> Pool { get; } = pool;
}

/// <summary>The topics of one bus, made on first use.</summary>
internal sealed class TopicRegistry(int defaultPartitions, IReadOnlyDictionary<string, int> partitions, int poolCapacity)
{
    private readonly Dictionary<Topic, TopicPartitions> _topics = [];

    public IReadOnlyCollection<TopicPartitions> All => _topics.Values;

    public TopicPartitions<T> Get<T>(Topic<T> topic)
        where T : struct, IRecord => (TopicPartitions<T>)Get((Topic)topic);

    public TopicPartitions Get(Topic topic)
    {
        if (_topics.TryGetValue(topic, out var known)) { return known; }
        foreach (var other in _topics.Keys)
        {
            if (other.Name == topic.Name) { ThrowTwice(topic.Name); }
        }

        var made = topic.Create(partitions.GetValueOrDefault(topic.Name, defaultPartitions), poolCapacity);
        _topics.Add(topic, made);
        return made;
    }

    [DoesNotReturn]
    private static void ThrowTwice(string name) => throw new InvalidOperationException($"Two topics are named {name}.");
}
