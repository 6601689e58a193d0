using Sluice.Schemas.Records;

namespace Sluice.Streams.InProcess;

/// <summary>Writes source batches to a topic. Use by one caller at a time; renting is thread-safe.</summary>
public sealed class Publisher<T>
    where T : struct, IRecord
{
    private readonly InProcessBus _bus;
    private readonly BusTopic _topic;
    private readonly TopicPartitions<T> _partitions;
    private long _sequence;
    private bool _isComplete;

    internal Publisher(InProcessBus bus, BusTopic topic)
    {
        _bus = bus;
        _topic = topic;
        _partitions = (TopicPartitions<T>)topic.Partitions;
    }

    /// <summary>Batches to fill. Parallel workers may rent and fill; publishing is in order.</summary>
    public RecordBatchPool<T> Pool => _partitions.Pool;

    /// <summary>
    /// Publishes a batch to the partition of its key and hands over the caller's reference; waits while a consumer is full.
    /// All records of a batch must have one key's partition. The batch gets the publisher's next <see cref="RecordBatch.Sequence"/>.
    /// </summary>
    /// <exception cref="StreamException">The run failed; the batch was not taken by every consumer.</exception>
    public ValueTask PublishAsync(RecordBatch<T> batch, CancellationToken cancel = default)
    {
        var records = batch.Records.Span;
        var partition = 0;
        for (var i = 0; i < records.Length; i++)
        {
            var of = _partitions.Pool.Topic.PartitionOf(in records[i], _partitions.Count);
            if (i > 0 && of != partition) { throw new ArgumentException($"The batch holds records of partitions {partition} and {of}.", nameof(batch)); }
            partition = of;
        }

        return PublishAsync(batch, partition, cancel);
    }

    /// <summary>Publishes a batch to a partition of the caller's choice: context blocks go to their neighbour's.</summary>
    public ValueTask PublishAsync(RecordBatch<T> batch, int partition, CancellationToken cancel = default)
    {
        ObjectDisposedException.ThrowIf(_isComplete, this);
        batch.Partition = partition;
        batch.Sequence = _sequence++;
        return _bus.PublishAsync(_topic, batch, cancel);
    }

    /// <summary>Tells that nothing more will come. The run ends when everything that was published is processed.</summary>
    public void Complete()
    {
        if (_isComplete) { return; }
        _isComplete = true;
        _topic.CompleteProducer();
    }
}
