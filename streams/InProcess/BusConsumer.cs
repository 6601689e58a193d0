using System.Threading.Channels;

namespace Sluice.Streams.InProcess;

/// <summary>A reader of topics with its bounded queues, each emptied by a loop of its own.</summary>
internal abstract class BusConsumer
{
    private readonly Channel<RecordBatch>[] _queues;
    private int _openSources;

    protected BusConsumer(string name, int queues, int sources, int capacity)
    {
        Name = name;
        _openSources = sources;
        _queues = [.. Enumerable.Range(0, queues).Select(_ => Channel.CreateBounded<RecordBatch>(
            new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true }))];
    }

    public string Name { get; }

    public int Queues => _queues.Length;

    /// <summary>Batches that wait.</summary>
    public int Depth => _queues.Sum(q => q.Reader.Count);

    /// <summary>The queue that takes batches of a topic's partition.</summary>
    public Channel<RecordBatch> QueueOf(int partition) => _queues.Length == 1 ? _queues[0] : _queues[partition];

    /// <summary>Tells that one of the topics is complete.</summary>
    public void SourceCompleted()
    {
        if (Interlocked.Decrement(ref _openSources) != 0) { return; }
        foreach (var queue in _queues) { queue.Writer.Complete(); }
    }

    /// <summary>Empties one queue until it completes.</summary>
    public abstract Task RunAsync(int queue, CancellationToken cancel);

    protected ChannelReader<RecordBatch> ReaderOf(int queue) => _queues[queue].Reader;
}

/// <summary>Takes a batch; it is released when the returned task ends, unless <see cref="RecordBatch.Retain"/> was called.</summary>
public delegate ValueTask BatchHandler(RecordBatch batch, CancellationToken cancel);

/// <summary>A handler that gets every batch of its topics, all partitions in one queue.</summary>
internal sealed class SubscriptionConsumer(string name, BatchHandler handler, int sources, int capacity)
    : BusConsumer(name, 1, sources, capacity)
{
    public override async Task RunAsync(int queue, CancellationToken cancel)
    {
        var reader = ReaderOf(queue);
        while (await reader.WaitToReadAsync(cancel).ConfigureAwait(false))
        {
            while (reader.TryRead(out var batch))
            {
                await handler(batch, cancel).ConfigureAwait(false);
                batch.Release();
            }
        }
    }
}

/// <summary>A topology: a task and a queue for each partition of its sources.</summary>
internal sealed class TopologyConsumer(InProcessBus bus, StreamTask[] tasks, int sources, int capacity)
    : BusConsumer(tasks[0].Topology.Name, tasks.Length, sources, capacity)
{
    public IReadOnlyList<StreamTask> Tasks => tasks;

    public override async Task RunAsync(int queue, CancellationToken cancel)
    {
        var task = tasks[queue];
        var reader = ReaderOf(queue);
        var outputs = new List<RecordBatch>();
        while (await reader.WaitToReadAsync(cancel).ConfigureAwait(false))
        {
            while (reader.TryRead(out var batch))
            {
                task.Process(batch, outputs);
                batch.Release();
                foreach (var output in outputs) { await bus.TopicOf(output.Topic).PublishAsync(output, cancel).ConfigureAwait(false); }
                outputs.Clear();
                cancel.ThrowIfCancellationRequested();
            }
        }

        task.Finish(outputs);
        foreach (var output in outputs) { await bus.TopicOf(output.Topic).PublishAsync(output, cancel).ConfigureAwait(false); }
        task.Close();
        foreach (var topic in task.Topology.Outputs) { bus.TopicOf(topic).CompleteProducer(); }
    }
}
