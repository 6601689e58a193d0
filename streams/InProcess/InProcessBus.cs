using Sluice.Schemas.Records;

namespace Sluice.Streams.InProcess;

/// <summary>
/// The bus inside one process: batches go by reference through bounded queues, each task and each subscription runs on its own
/// loop, and a full queue makes its producers wait, back to the source. Nothing is dropped.
/// </summary>
/// <remarks>
/// <para>
/// How to use it: declare publishers, topologies and subscriptions; start <see cref="RunAsync"/>; publish; complete the publishers;
/// await the run. Order within a partition is that of publishing, the same for every consumer.
/// </para>
/// <para>
/// Exactly-once on a store: a topology answers an input batch by exactly one batch for each output partition it may write to
/// (one where the topic is keyed as the input, else as many as the topic has partitions), possibly empty, under the input's
/// <see cref="RecordBatch.Sequence"/>. So a subscriber of the source topic and its results counts <see cref="BatchesPerSequence"/>
/// batches a sequence and then knows that all of that slot has arrived; it writes facts first and marks the slot stored last.
/// After a crash what was only in memory is read again from the source, and slots that are stored are left out there.
/// </para>
/// </remarks>
public sealed class InProcessBus
{
    private readonly InProcessBusOptions _options;
    private readonly StreamsMetrics? _metrics;
    private readonly TopicRegistry _registry;
    private readonly Dictionary<Topic, BusTopic> _topics = [];
    private readonly List<BusConsumer> _consumers = [];
    private readonly CancellationTokenSource _stop = new();
    private Exception? _failure;
    private CancellationToken _runCancel;
    private bool _isRunning;

    public InProcessBus(InProcessBusOptions? options = null, StreamsMetrics? metrics = null)
    {
        _options = options ?? new InProcessBusOptions();
        _metrics = metrics;
        _registry = new TopicRegistry(_options.DefaultPartitions, _options.Partitions, _options.PoolCapacity);
    }

    /// <summary>A source of batches. Every publisher must be completed for the run to end.</summary>
    public Publisher<T> AddPublisher<T>(Topic<T> topic)
        where T : struct, IRecord
    {
        ThrowIfRunning();
        var on = TopicOf(topic);
        on.AddProducer();
        return new Publisher<T>(this, on);
    }

    /// <summary>Runs a topology: one task for each partition of its sources.</summary>
    /// <param name="checkpoints">Where each partition goes on, for a topology that was committed before.</param>
    public void AddTopology(Topology topology, IReadOnlyList<TaskCheckpoint>? checkpoints = null)
    {
        ThrowIfRunning();
        var partitions = PartitionsOf(topology.Sources[0]);
        foreach (var source in topology.Sources)
        {
            if (PartitionsOf(source) != partitions)
            {
                throw new InvalidOperationException(
                    $"Topology {topology} reads {source.Name} with {PartitionsOf(source)} partitions and {topology.Sources[0].Name} with {partitions}; they must be equal.");
            }
        }

        var tasks = new StreamTask[partitions];
        for (var i = 0; i < partitions; i++)
        {
            tasks[i] = new StreamTask(topology, i, _registry, _metrics);
            if (checkpoints is not null) { tasks[i].ResumeFrom(checkpoints[i]); }
            foreach (var output in topology.Outputs) { TopicOf(output).AddProducer(); }
        }

        AddConsumer(new TopologyConsumer(this, tasks, topology.Sources.Count, _options.Capacity), topology.Sources);
    }

    /// <summary>Calls a handler with every batch of the topics, one at a time, each topic partition in its order.</summary>
    public void Subscribe(string name, BatchHandler handler, params IReadOnlyList<Topic> topics)
    {
        ThrowIfRunning();
        AddConsumer(new SubscriptionConsumer(name, handler, topics.Count, _options.Capacity), topics);
    }

    /// <summary>Batches of <paramref name="output"/> that come of one batch of <paramref name="source"/> by one topology.</summary>
    public int BatchesPerSequence(Topic source, Topic output) =>
        source == output || (source.KeyedBy == output.KeyedBy && PartitionsOf(source) == PartitionsOf(output)) ? 1 : PartitionsOf(output);

    /// <summary>
    /// Starts every loop before it returns to the caller, and ends when all publishers are complete and everything is processed.
    /// </summary>
    /// <exception cref="StreamException">A processor failed; everything else was stopped.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public Task RunAsync(CancellationToken cancel = default)
    {
        ThrowIfRunning();
        ThrowIfCircular();
        _isRunning = true;
        _runCancel = cancel;
        foreach (var (topic, on) in _topics)
        {
            if (!on.HasProducer && on.Consumers.Count > 0)
            {
                throw new InvalidOperationException($"Nothing writes {topic.Name}, which {on.Consumers[0].Name} reads.");
            }
        }

        var loops = new List<Task>();
        foreach (var consumer in _consumers)
        {
            for (var i = 0; i < consumer.Queues; i++)
            {
                var queue = i;
                loops.Add(Task.Run(() => GuardAsync(consumer, queue), CancellationToken.None));
            }
        }

        return WaitAsync(loops, cancel);
    }

    /// <summary>Batches that wait before a consumer, all partitions.</summary>
    public int QueueDepth(string consumer) => Consumer(consumer).Depth;

    /// <summary>Counts of a topology's processors, summed over its tasks. Exact when the run has ended.</summary>
    public IReadOnlyDictionary<string, StageCounts> Counts(string topology)
    {
        var sums = new Dictionary<string, StageCounts>();
        foreach (var (processor, counts) in ((TopologyConsumer)Consumer(topology)).Tasks.SelectMany(t => t.Stages))
        {
            if (!sums.TryGetValue(processor, out var sum)) { sums.Add(processor, sum = new StageCounts()); }
            sum.Received += counts.Received;
            sum.Processed += counts.Processed;
            sum.Rejected += counts.Rejected;
            sum.Forwarded += counts.Forwarded;
        }

        return sums;
    }

    /// <summary>Where each task of a topology stands. Call when the run has ended.</summary>
    public IReadOnlyList<TaskCheckpoint> Checkpoints(string topology) =>
        [.. ((TopologyConsumer)Consumer(topology)).Tasks.Select(t => t.Checkpoint)];

    internal BusTopic TopicOf(Topic topic)
    {
        if (_topics.TryGetValue(topic, out var known)) { return known; }
        var made = new BusTopic(_registry.Get(topic));
        _topics.Add(topic, made);
        return made;
    }

    internal async ValueTask PublishAsync(BusTopic topic, RecordBatch batch, CancellationToken cancel)
    {
        if (!_isRunning) { throw new InvalidOperationException("The bus is not running: call RunAsync before publishing."); }
        try
        {
            // The run's own token ends the wait through _stop; linking another one allocates.
            if (!cancel.CanBeCanceled || cancel == _runCancel)
            {
                await topic.PublishAsync(batch, _stop.Token).ConfigureAwait(false);
                return;
            }

            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, _stop.Token);
            await topic.PublishAsync(batch, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_failure is not null)
        {
            throw new InvalidOperationException("The run has failed: " + _failure.Message, _failure);
        }
    }

    private async Task GuardAsync(BusConsumer consumer, int queue)
    {
        try
        {
            await consumer.RunAsync(queue, _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Another loop failed, or the caller cancelled: WaitAsync says which.
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _failure, e, null);
            await _stop.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task WaitAsync(List<Task> loops, CancellationToken cancel)
    {
        await using (cancel.UnsafeRegister(static s => ((CancellationTokenSource)s!).Cancel(), _stop).ConfigureAwait(false))
        {
            await Task.WhenAll(loops).ConfigureAwait(false);
        }

        if (_failure is not null) { System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_failure); }
        cancel.ThrowIfCancellationRequested();
    }

    private void AddConsumer(BusConsumer consumer, IReadOnlyList<Topic> topics)
    {
        if (_consumers.Exists(c => c.Name == consumer.Name)) { throw new InvalidOperationException($"Two consumers are named {consumer.Name}."); }
        _consumers.Add(consumer);
        foreach (var topic in topics) { TopicOf(topic).Consumers.Add(consumer); }
        _metrics?.ObserveQueue(consumer.Name, () => consumer.Depth);
    }

    private BusConsumer Consumer(string name) =>
        _consumers.Find(c => c.Name == name) ?? throw new ArgumentException($"Nothing on the bus is named {name}.", nameof(name));

    private int PartitionsOf(Topic topic) => _registry.Get(topic).Count;

    private void ThrowIfRunning()
    {
        if (_isRunning) { throw new InvalidOperationException("The bus runs already; declare everything before RunAsync."); }
    }

    /// <summary>A topology that reads what comes of its own output would never end, and would fill its own queue.</summary>
    private void ThrowIfCircular()
    {
        var topologies = _consumers.OfType<TopologyConsumer>().Select(t => t.Tasks[0].Topology).ToList();
        var done = new HashSet<Topic>();
        while (true)
        {
            // Topics whose writers read only finished topics are finished.
            var next = _topics.Keys.Where(t => !done.Contains(t)
                && topologies.Where(p => p.Outputs.Contains(t)).All(p => p.Sources.All(done.Contains))).ToList();
            if (next.Count == 0) { break; }
            done.UnionWith(next);
        }

        if (_topics.Keys.FirstOrDefault(t => !done.Contains(t)) is { } circular)
        {
            throw new InvalidOperationException($"{circular.Name} is read by what it is made from.");
        }
    }
}
