using System.Buffers.Binary;
using Confluent.Kafka;

namespace Sluice.Streams.Kafka;

/// <summary>Where a task of this process stands.</summary>
public enum KafkaTaskState
{
    /// <summary>Another process runs it; its state is followed here.</summary>
    Standby,

    /// <summary>Its state is being restored; its input waits and its state is not to be asked.</summary>
    Restoring,

    /// <summary>It processes.</summary>
    Running,
}

/// <summary>One task on Kafka: the runtime's task, its source partitions and the changelogs of its state.</summary>
internal sealed class KafkaTask
{
    private const int WindowsValueSize = 2 * sizeof(long);

    private readonly KafkaOptions _options;
    private readonly bool[] _hasRead;
    private readonly WindowsTarget? _windows;
    private TaskCheckpoint? _written;
    private List<Polled> _held = [];

    public KafkaTask(Topology topology, int partition, TopicRegistry registry, StreamsMetrics? metrics, KafkaOptions options)
    {
        _options = options;
        Partition = partition;
        Task = new StreamTask(topology, partition, registry, metrics, flushesState: false);
        _hasRead = new bool[topology.Sources.Count];
        Sources = [.. topology.Sources.Select(s => new TopicPartition(options.NameOf(s), partition))];
        var targets = new List<IRestoreTarget>();
        targets.AddRange(topology.Stores.Where(s => s.Changelog is not null).Select(s => new StoreTarget(this, s.Name, options.NameOf(s.Changelog!))));
        if (Task.HasWindows) { targets.Add(_windows = new WindowsTarget(WindowsTopic(topology, options), partition)); }
        Targets = targets;
    }

    public StreamTask Task { get; }

    public int Partition { get; }

    public KafkaTaskState State { get; set; }

    /// <summary>Partitions that it reads, in the order of the topology's sources.</summary>
    public IReadOnlyList<TopicPartition> Sources { get; }

    /// <summary>What must be restored before it may run.</summary>
    public IReadOnlyList<IRestoreTarget> Targets { get; }

    /// <summary>Whether something was read since the last commit.</summary>
    public bool HasProgress { get; private set; }

    /// <summary>Where a topology with windows keeps what it has given out: key = partition, value = two slots. Compacted.</summary>
    public static string WindowsTopic(Topology topology, KafkaOptions options) => $"{options.TopicPrefix}{options.ApplicationId}-{topology.Name}-windows-changelog";

    /// <summary>Makes it ready to process: everything is restored.</summary>
    public void Run()
    {
        if (_windows is { EmittedThrough: { } emitted })
        {
            // Positions are the consumer's: nothing is to be skipped by them.
            Task.ResumeFrom(new TaskCheckpoint(new long[Sources.Count], emitted, _windows.ResumeSlot));
        }

        State = KafkaTaskState.Running;
    }

    /// <summary>Keeps input that came before the task may process.</summary>
    public void Hold(in Polled polled) => _held.Add(polled);

    /// <summary>Gives out what was held, in order.</summary>
    public IReadOnlyList<Polled> TakeHeld()
    {
        var held = _held;
        _held = [];
        return held;
    }

    /// <summary>Ends the processors and gives up what was held.</summary>
    public void Close()
    {
        Task.Close();
        foreach (var polled in TakeHeld()) { polled.Batch?.Release(); }
    }

    /// <summary>Processes a batch; what comes of it is added to the outputs.</summary>
    public void Process(RecordBatch batch, List<RecordBatch> outputs)
    {
        Note(batch.Topic);
        Task.Process(batch, outputs);
        HasProgress = true;
    }

    /// <summary>Moves past what gave no batch.</summary>
    public void SkipTo(Topic topic, long position, bool counts)
    {
        Note(topic);
        Task.SkipTo(topic, position);
        HasProgress |= counts;
    }

    /// <summary>Next position of a source, or null before anything of it was read.</summary>
    public long? Position(int source) => _hasRead[source] ? Task.NextPosition(source) : null;

    /// <summary>Offsets to commit. With windows, those of the oldest open window.</summary>
    public IEnumerable<TopicPartitionOffset> Offsets()
    {
        var positions = Task.Checkpoint.Sources;
        for (var i = 0; i < Sources.Count; i++)
        {
            if (_hasRead[i]) { yield return new TopicPartitionOffset(Sources[i], positions[i]); }
        }
    }

    /// <summary>Writes what a restart with windows needs besides the offsets.</summary>
    public void WriteWindows(RecordProducer producer)
    {
        if (_windows is null || !HasProgress) { return; }
        var checkpoint = Task.Checkpoint;
        if (checkpoint.EmittedThroughSlot == _written?.EmittedThroughSlot && checkpoint.ResumeSlot == _written.ResumeSlot) { return; }
        _written = checkpoint;
        var key = new byte[sizeof(int)];
        var value = new byte[WindowsValueSize];
        BinaryPrimitives.WriteInt32BigEndian(key, Partition);
        BinaryPrimitives.WriteInt64BigEndian(value, checkpoint.EmittedThroughSlot);
        BinaryPrimitives.WriteInt64BigEndian(value.AsSpan(sizeof(long)), checkpoint.ResumeSlot);
        producer.Produce(_windows.Topic, Partition, key, value, null);
    }

    public void Committed() => HasProgress = false;

    private void Note(Topic topic)
    {
        for (var i = 0; i < Sources.Count; i++)
        {
            if (Sources[i].Topic == _options.NameOf(topic)) { _hasRead[i] = true; }
        }
    }

    private sealed class StoreTarget(KafkaTask task, string store, string topic) : IRestoreTarget
    {
        public string Topic => topic;

        public int Partition => task.Partition;

        public void Restore(in ChangelogRecord change) => task.Task.Restore(store, in change);
    }

    private sealed class WindowsTarget(string topic, int partition) : IRestoreTarget
    {
        public string Topic => topic;

        public int Partition => partition;

        public long? EmittedThrough { get; private set; }

        public long ResumeSlot { get; private set; }

        public void Restore(in ChangelogRecord change)
        {
            if (change.Value.Count < WindowsValueSize) { return; }
            EmittedThrough = BinaryPrimitives.ReadInt64BigEndian(change.Value.Span);
            ResumeSlot = BinaryPrimitives.ReadInt64BigEndian(change.Value.Span[sizeof(long)..]);
        }
    }
}
