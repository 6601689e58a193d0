using Sluice.Schemas.Records;

namespace Sluice.Streams.Testing;

/// <summary>
/// Runs a topology without a bus, one batch at a time on the caller's thread: pipe records in, read what comes out, look into the
/// state, stop and go on elsewhere. For tests.
/// </summary>
public sealed class TopologyTestDriver
{
    private readonly Topology _topology;
    private readonly TopicRegistry _registry;
    private readonly StreamTask[] _tasks;
    private readonly Dictionary<Topic, long[]> _positions = [];
    private readonly Dictionary<Topic, Queue<RecordBatch>> _outputs = [];
    private readonly Dictionary<(string Store, int Partition), Dictionary<string, (byte[] Key, byte[] Value)>> _changelogs = [];
    private readonly List<RecordBatch> _collected = [];
    private long _sequence;

    /// <param name="topology">What to run.</param>
    /// <param name="partitions">Partitions of every topic, and so tasks.</param>
    /// <param name="snapshot">Where another driver of the same topology and partitions stopped. Input that it had committed is
    /// left out when it is piped again from the beginning.</param>
    public TopologyTestDriver(Topology topology, int partitions = 1, DriverSnapshot? snapshot = null)
    {
        _topology = topology;
        _registry = new TopicRegistry(partitions, new Dictionary<string, int>(), 256);
        _tasks = [.. Enumerable.Range(0, partitions).Select(p => new StreamTask(topology, p, _registry))];
        foreach (var topic in topology.Sources) { _positions[topic] = new long[partitions]; }
        foreach (var topic in topology.Outputs) { _outputs[topic] = new Queue<RecordBatch>(); }
        if (snapshot is not null) { Resume(snapshot); }
    }

    /// <summary>The pool of a topic's batches.</summary>
    public RecordBatchPool<T> PoolOf<T>(Topic<T> topic)
        where T : struct, IRecord => _registry.Get(topic).Pool;

    /// <summary>Runs a batch through the task of its key's partition. Takes over the caller's reference.</summary>
    public void Pipe<T>(RecordBatch<T> batch)
        where T : struct, IRecord
    {
        var topic = (Topic<T>)batch.Topic;
        var partition = batch.Count == 0 ? 0 : topic.PartitionOf(in batch.Records[0], _tasks.Length);
        PipeTo(partition, batch);
    }

    /// <summary>Runs a batch through a task of the caller's choice. Takes over the caller's reference.</summary>
    public void PipeTo(int partition, RecordBatch batch)
    {
        batch.Partition = partition;
        batch.Position = _positions[batch.Topic][partition]++;
        batch.NextPosition = batch.Position + 1;
        batch.Sequence = _sequence++;
        var task = _tasks[partition];
        task.Process(batch, _collected);
        batch.Release();
        foreach (var output in _collected)
        {
            if (output is RecordBatch<ChangelogRecord> changes) { Apply(changes); }
            _outputs[output.Topic].Enqueue(output);
        }

        _collected.Clear();
    }

    /// <summary>Ends the input: what the processors still give can be read afterwards.</summary>
    public void Finish()
    {
        foreach (var task in _tasks) { task.Finish(_collected); }
        foreach (var output in _collected)
        {
            if (output is RecordBatch<ChangelogRecord> changes) { Apply(changes); }
            _outputs[output.Topic].Enqueue(output);
        }

        _collected.Clear();
    }

    /// <summary>Moves stream time of every task by an empty batch, as a skipped slot does.</summary>
    public void AdvanceStreamTime<T>(Topic<T> source, long slot)
        where T : struct, IRecord
    {
        for (var i = 0; i < _tasks.Length; i++)
        {
            var batch = PoolOf(source).Rent();
            batch.Slot = slot;
            PipeTo(i, batch);
        }
    }

    /// <summary>The next output batch of a topic, or null. The caller releases it.</summary>
    public RecordBatch<T>? Read<T>(Topic<T> topic)
        where T : struct, IRecord => _outputs[topic].TryDequeue(out var batch) ? (RecordBatch<T>)batch : null;

    /// <summary>The next output batch of a topic of whatever record, or null. The caller releases it.</summary>
    public RecordBatch? Read(Topic topic) => _outputs[topic].TryDequeue(out var batch) ? batch : null;

    /// <summary>Reads every record of a topic that is waiting, empty batches left out.</summary>
    public List<TResult> ReadAll<T, TResult>(Topic<T> topic, Func<T, TResult> select)
        where T : struct, IRecord
    {
        var results = new List<TResult>();
        while (Read(topic) is { } batch)
        {
            foreach (ref readonly var record in batch.Records.Span) { results.Add(select(record)); }
            batch.Release();
        }

        return results;
    }

    /// <summary>A state store of one task.</summary>
    public TStore Store<TStore>(string name, int partition = 0)
        where TStore : class, IStateStore => (TStore)_tasks[partition].Store(name);

    /// <summary>Counts of one processor, summed over the tasks.</summary>
    public StageCounts CountsOf(string processor)
    {
        var sum = new StageCounts();
        foreach (var (_, counts) in _tasks.SelectMany(t => t.Stages).Where(s => s.Processor == processor))
        {
            sum.Received += counts.Received;
            sum.Processed += counts.Processed;
            sum.Rejected += counts.Rejected;
            sum.Forwarded += counts.Forwarded;
        }

        return sum;
    }

    /// <summary>What was committed so far: positions, and kept state from its changelogs.</summary>
    public DriverSnapshot Snapshot() => new(
        [.. _tasks.Select(t => t.Checkpoint)],
        [.. _changelogs.SelectMany(c => c.Value.Values.Select(v => new DriverSnapshot.Change(c.Key.Store, c.Key.Partition, v.Key, v.Value)))]);

    /// <summary>Closes the processors.</summary>
    public void Close() => Array.ForEach(_tasks, t => t.Close());

    private void Resume(DriverSnapshot snapshot)
    {
        for (var i = 0; i < _tasks.Length; i++) { _tasks[i].ResumeFrom(snapshot.Checkpoints[i]); }
        var record = default(ChangelogRecord);
        foreach (var change in snapshot.Changes)
        {
            record.Reset();
            record.Key.AddRange(change.Key);
            record.Value.AddRange(change.Value);
            _tasks[change.Partition].Restore(change.Store, in record);
            LogOf(change.Store, change.Partition)[Convert.ToHexString(change.Key)] = (change.Key, change.Value);
        }
    }

    private void Apply(RecordBatch<ChangelogRecord> changes)
    {
        var store = _topology.Stores.First(s => s.Changelog == changes.Topic).Name;
        foreach (ref readonly var change in changes.Records.Span)
        {
            var log = LogOf(store, changes.Partition);
            var key = Convert.ToHexString(change.Key.Span);
            if (change.IsTombstone) { log.Remove(key); }
            else { log[key] = (change.Key.Span.ToArray(), change.Value.Span.ToArray()); }
        }
    }

    private Dictionary<string, (byte[] Key, byte[] Value)> LogOf(string store, int partition)
    {
        if (!_changelogs.TryGetValue((store, partition), out var log)) { _changelogs.Add((store, partition), log = []); }
        return log;
    }
}

/// <summary>A commit of every task of a <see cref="TopologyTestDriver"/>.</summary>
/// <param name="Checkpoints">By partition.</param>
/// <param name="Changes">Compacted changelogs of the kept stores.</param>
public sealed record DriverSnapshot(IReadOnlyList<TaskCheckpoint> Checkpoints, IReadOnlyList<DriverSnapshot.Change> Changes)
{
    /// <summary>One entry of a kept store.</summary>
    public sealed record Change(string Store, int Partition, byte[] Key, byte[] Value);
}
