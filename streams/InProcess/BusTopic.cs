using System.Diagnostics.CodeAnalysis;

namespace Sluice.Streams.InProcess;

/// <summary>A topic on the in-process bus: who writes it, who reads it, and the next position of each partition.</summary>
internal sealed class BusTopic(TopicPartitions partitions)
{
    // Two producers of one partition must reach all its consumers in one order, hence one gate a partition.
    private readonly SemaphoreSlim[] _gates = [.. Enumerable.Range(0, partitions.Count).Select(_ => new SemaphoreSlim(1, 1))];
    private readonly long[] _positions = new long[partitions.Count];
    private int _producers;

    public TopicPartitions Partitions { get; } = partitions;

    public List<BusConsumer> Consumers { get; } = [];

    /// <summary>True when a producer was declared.</summary>
    public bool HasProducer { get; private set; }

    public void AddProducer()
    {
        HasProducer = true;
        _producers++;
    }

    /// <summary>Tells that one producer will write no more; after the last, the consumers are told.</summary>
    public void CompleteProducer()
    {
        if (Interlocked.Decrement(ref _producers) != 0) { return; }
        foreach (var consumer in Consumers) { consumer.SourceCompleted(); }
    }

    /// <summary>Gives the batch to every consumer, waiting for space. Takes over the caller's reference.</summary>
    public async ValueTask PublishAsync(RecordBatch batch, CancellationToken cancel)
    {
        if ((uint)batch.Partition >= (uint)_positions.Length) { ThrowNoPartition(batch); }
        var gate = _gates[batch.Partition];
        await gate.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            batch.Position = _positions[batch.Partition]++;
            batch.NextPosition = batch.Position + 1;
            foreach (var consumer in Consumers)
            {
                batch.Retain();
                var queue = consumer.QueueOf(batch.Partition).Writer;
                if (!queue.TryWrite(batch)) { await queue.WriteAsync(batch, cancel).ConfigureAwait(false); }
            }
        }
        finally
        {
            gate.Release();
        }

        batch.Release();
    }

    [DoesNotReturn]
    private void ThrowNoPartition(RecordBatch batch) =>
        throw new ArgumentOutOfRangeException(nameof(batch), batch.Partition, $"{batch.Topic.Name} has {_positions.Length} partitions.");
}
