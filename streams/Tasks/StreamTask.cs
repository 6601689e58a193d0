using System.Diagnostics.CodeAnalysis;

namespace Sluice.Streams;

/// <summary>
/// One task: a topology on one input partition, with its own processors and state. A bus feeds it batches one at a time and commits
/// what it gives.
/// </summary>
/// <remarks>
/// Steps of one batch: skip it when it was committed before; close what left the windows; process its records in order;
/// punctuate; collect one output batch for each output partition, empty ones included, and the changes of kept state. Outputs, changes and the new
/// <see cref="Checkpoint"/> belong together: a bus makes all of them visible or none. Not thread-safe.
/// </remarks>
internal sealed class StreamTask
{
    private readonly SourceNode[] _sources;
    private readonly ProcessorNode[] _processors;
    private readonly SinkNode[] _sinks;
    private readonly (IKeptStore Store, SinkNode<ChangelogRecord> Changelog)[] _kept;
    private readonly IReplayableStore[] _replayable;
    private readonly IStateStore[] _stores;
    private readonly bool _flushesState;
    private long _lastSlot = -1;
    private long _emittedThroughSlot = -1;
    private bool _isRebuilding;
    private bool _isInitialised;

    /// <param name="flushesState">Whether changes of kept state are given out with each batch; if not, <see cref="FlushState"/> gives them at a
    /// commit, each key once.</param>
    public StreamTask(Topology topology, int partition, TopicRegistry topics, StreamsMetrics? metrics = null, bool flushesState = true)
    {
        _flushesState = flushesState;
        Topology = topology;
        Partition = partition;
        Topics = topics;
        Metrics = metrics;
        var sources = topology.Nodes.OfType<SourceSpec>().ToDictionary(s => s.Name, s => s.Create(this));
        var processors = topology.Nodes.OfType<ProcessorSpec>().ToDictionary(p => p.Name, p => p.Create(this));
        var sinks = topology.Nodes.OfType<SinkSpec>().ToDictionary(s => s.Name, s => s.Create(this));
        foreach (var spec in topology.Nodes)
        {
            foreach (var parent in spec.Parents)
            {
                if (sinks.TryGetValue(spec.Name, out var sink)) { processors[parent].Sinks.Add(sink); }
                else if (sources.TryGetValue(parent, out var source)) { source.Connect(processors[spec.Name]); }
                else { processors[parent].Children.Add(processors[spec.Name]); }
            }
        }

        var kept = new List<(IKeptStore, SinkNode<ChangelogRecord>)>();
        var all = new List<IStateStore>();
        foreach (var spec in topology.Stores)
        {
            var store = spec.Create();
            all.Add(store);
            foreach (var processor in spec.Processors) { processors[processor].Stores.Add(store); }
            if (store is IKeptStore keptStore)
            {
                kept.Add((keptStore, new SinkNode<ChangelogRecord>((Topic<ChangelogRecord>)spec.Changelog!, this, staysInPartition: true)));
            }
        }

        _sources = [.. sources.Values];
        _processors = [.. processors.Values];
        _kept = [.. kept];
        _stores = [.. all];
        _replayable = [.. all.OfType<IReplayableStore>()];
        _sinks = flushesState ? [.. sinks.Values, .. kept.Select(k => k.Item2)] : [.. sinks.Values];
    }

    public Topology Topology { get; }

    public int Partition { get; }

    public TopicRegistry Topics { get; }

    public StreamsMetrics? Metrics { get; }

    /// <summary>Highest slot seen, −1 before the first.</summary>
    public long StreamTime { get; private set; } = -1;

    /// <summary>To be committed with the outputs of the last batch.</summary>
    public TaskCheckpoint Checkpoint
    {
        get
        {
            var positions = Array.ConvertAll(_sources, s => s.NextPosition);
            var resumeSlot = _lastSlot + 1;
            foreach (var store in _replayable)
            {
                // Replayable state comes with a single source.
                if (store.OldestOpen is not { } start || start.Position >= positions[0]) { continue; }
                positions[0] = start.Position;
                resumeSlot = start.Slot;
            }

            return new TaskCheckpoint(positions, _emittedThroughSlot, resumeSlot);
        }
    }

    /// <summary>Whether windows must be rebuilt by reading, so that a commit has to say what was given out already.</summary>
    public bool HasWindows => _replayable.Length > 0;

    /// <summary>Batches left out since they were committed before.</summary>
    public long Skipped { get; private set; }

    /// <summary>Record being processed.</summary>
    internal RecordMetadata Current;

    /// <summary>Batch of the record being processed.</summary>
    internal RecordBatch? Input { get; private set; }

    /// <summary>Processor at work, for messages.</summary>
    internal ProcessorNode? At { get; set; }

    /// <summary>Counts of the processors by name.</summary>
    public IEnumerable<(string Processor, StageCounts Counts)> Stages => _processors.Select(p => (p.Name, p.Counts));

    public IStateStore Store(string name) =>
        _stores.FirstOrDefault(s => s.Name == name) ?? throw new ArgumentException($"Topology {Topology} has no store {name}.", nameof(name));

    /// <summary>Sets the task back to a commit, before the first batch. Kept state follows by <see cref="Restore"/>.</summary>
    public void ResumeFrom(TaskCheckpoint checkpoint)
    {
        for (var i = 0; i < _sources.Length; i++) { _sources[i].NextPosition = checkpoint.Sources[i]; }
        _emittedThroughSlot = checkpoint.EmittedThroughSlot;
        _isRebuilding = _emittedThroughSlot >= 0 && _replayable.Length > 0;
        _lastSlot = checkpoint.ResumeSlot - 1;
    }

    /// <summary>Takes one record of a changelog, in order.</summary>
    public void Restore(string store, in ChangelogRecord change) => ((IKeptStore)Store(store)).Restore(in change);

    /// <summary>Processes a batch and adds what it gives to <paramref name="outputs"/>; each output carries a reference for the caller.</summary>
    /// <exception cref="StreamException">A processor threw.</exception>
    public void Process(RecordBatch input, List<RecordBatch> outputs)
    {
        if (!_isInitialised) { Init(); }
        var source = SourceOf(input);
        if (input.Position < source.NextPosition)
        {
            Skipped++;
            return;
        }

        StreamTime = Math.Max(StreamTime, input.Slot);
        if (_isRebuilding && input.Slot > _emittedThroughSlot) { _isRebuilding = false; }
        foreach (var (store, _) in _kept) { store.Freeze(_isRebuilding); }
        foreach (var store in _replayable)
        {
            // Before the records, so that what a processor finds in a window depends on the slot alone.
            store.Advance(StreamTime);
            store.Begin(input.Position);
        }

        foreach (var sink in _sinks) { sink.Begin(input); }
        At = null;
        Input = input;
        try
        {
            source.Process(input);
            foreach (var processor in _processors) { processor.PunctuateWhenDue(StreamTime); }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new StreamException(Topology.Name, At?.Name ?? "source", input, Current.Index, e);
        }
        finally
        {
            Input = null;
        }

        Collect(input, outputs);
        source.NextPosition = input.NextPosition;
        _emittedThroughSlot = Math.Max(_emittedThroughSlot, input.Slot);
        _lastSlot = input.Slot;
    }

    /// <summary>Tells the processors, parents first, that the input has ended, and adds what they still give to <paramref name="outputs"/>: batches that
    /// hold something, with <see cref="RecordBatch.EndOfInput"/> as their sequence.</summary>
    /// <exception cref="StreamException">A processor threw.</exception>
    public void Finish(List<RecordBatch> outputs)
    {
        if (!_isInitialised) { return; }
        foreach (var sink in _sinks) { sink.Begin(null); }
        At = null;
        try
        {
            foreach (var processor in _processors) { processor.Finish(); }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new StreamException(Topology.Name, At?.Name ?? "source", _sources[0].Topic, Partition, Math.Max(StreamTime, 0), e);
        }

        var first = outputs.Count;
        if (_flushesState)
        {
            foreach (var (store, changelog) in _kept) { store.Flush(changelog.Records); }
        }

        foreach (var sink in _sinks) { sink.End(outputs); }
        for (var i = outputs.Count - 1; i >= first; i--)
        {
            if (outputs[i].Count == 0)
            {
                outputs[i].Release();
                outputs.RemoveAt(i);
                continue;
            }

            outputs[i].Sequence = RecordBatch.EndOfInput;
            outputs[i].Slot = Math.Max(StreamTime, 0);
        }

        Metrics?.Report(Topology.Name, _processors);
    }

    /// <summary>Adds what changed in kept state since the last call to <paramref name="outputs"/>, each key once with its newest value.</summary>
    public void FlushState(List<RecordBatch> outputs)
    {
        foreach (var (store, changelog) in _kept)
        {
            changelog.Begin(null);
            store.Flush(changelog.Records);
            changelog.End(outputs);
        }
    }

    /// <summary>Position of the next batch of a source, by its place in the topology.</summary>
    public long NextPosition(int source) => _sources[source].NextPosition;

    /// <summary>Moves past positions of a source that gave no batch: what could not be decoded, markers of transactions.</summary>
    public void SkipTo(Topic topic, long position)
    {
        foreach (var source in _sources)
        {
            if (ReferenceEquals(source.Topic, topic)) { source.NextPosition = Math.Max(source.NextPosition, position); }
        }
    }

    /// <summary>Closes the processors.</summary>
    public void Close()
    {
        if (!_isInitialised) { return; }
        foreach (var processor in _processors) { processor.Close(); }
    }

    /// <summary>True when the topic is keyed as the sources are and has as many partitions, so that outputs stay in the task's partition.</summary>
    internal bool StaysInPartition(Topic topic)
    {
        var source = Topology.Sources[0];
        return topic.KeyedBy == source.KeyedBy && Topics.Get(topic).Count == Topics.Get(source).Count;
    }

    private void Init()
    {
        _isInitialised = true;
        foreach (var processor in _processors) { processor.Init(); }
    }

    private SourceNode SourceOf(RecordBatch input)
    {
        foreach (var source in _sources)
        {
            if (ReferenceEquals(source.Topic, input.Topic)) { return source; }
        }

        ThrowNoSource(input);
        return null;
    }

    private void Collect(RecordBatch input, List<RecordBatch> outputs)
    {
        if (_flushesState)
        {
            foreach (var (store, changelog) in _kept) { store.Flush(changelog.Records); }
        }

        var first = outputs.Count;
        foreach (var sink in _sinks) { sink.End(outputs); }
        if (_isRebuilding)
        {
            for (var i = first; i < outputs.Count; i++) { outputs[i].Release(); }
            outputs.RemoveRange(first, outputs.Count - first);
        }

        Metrics?.BatchProcessed(Topology.Name, _processors);
    }

    [DoesNotReturn]
    private void ThrowNoSource(RecordBatch input) =>
        throw new InvalidOperationException($"Topology {Topology} does not read {input.Topic.Name}.");
}
