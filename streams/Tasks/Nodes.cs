using Sluice.Schemas.Records;

namespace Sluice.Streams;

/// <summary>A node that takes records of one type.</summary>
internal interface IReceiver<T>
    where T : struct, IRecord
{
    void Receive(in T record, in RecordMetadata metadata);
}

/// <summary>Entry of a task: hands the records of a batch to the processors below.</summary>
internal abstract class SourceNode(Topic topic)
{
    public Topic Topic { get; } = topic;

    /// <summary>Position of the next batch to process.</summary>
    public long NextPosition { get; set; }

    public abstract void Connect(ProcessorNode child);

    public abstract void Process(RecordBatch batch);
}

/// <inheritdoc/>
internal sealed class SourceNode<T>(Topic<T> topic, StreamTask task) : SourceNode(topic)
    where T : struct, IRecord
{
    private IReceiver<T>[] _children = [];

    public override void Connect(ProcessorNode child) => _children = [.. _children, (IReceiver<T>)child];

    public override void Process(RecordBatch batch)
    {
        var records = ((RecordBatch<T>)batch).Records.Span;
        for (var i = 0; i < records.Length; i++)
        {
            task.Current = new RecordMetadata(Topic, batch.Partition, batch.Position, batch.Sequence, batch.Slot, i);
            foreach (var child in _children) { child.Receive(in records[i], in task.Current); }
        }
    }
}

/// <summary>A processor of one task, with what it reaches.</summary>
internal abstract class ProcessorNode(string name)
{
    public string Name { get; } = name;

    public List<SinkNode> Sinks { get; } = [];

    public List<ProcessorNode> Children { get; } = [];

    public List<IStateStore> Stores { get; } = [];

    public StageCounts Counts { get; } = new();

    /// <summary>What of <see cref="Counts"/> went to the metrics already.</summary>
    public StageCounts Reported { get; } = new();

    /// <summary>Set when the record being processed was turned down.</summary>
    public bool CurrentIsRejected { get; set; }

    public abstract void Init();

    public abstract void PunctuateWhenDue(long streamTime);

    public abstract void Finish();

    public abstract void Close();
}

/// <inheritdoc/>
internal sealed class ProcessorNode<TIn> : ProcessorNode, IReceiver<TIn>
    where TIn : struct, IRecord
{
    private readonly IProcessor<TIn> _processor;
    private readonly StreamTask _task;
    private readonly ProcessorContext _context;

    public ProcessorNode(string name, IProcessor<TIn> processor, StreamTask task)
        : base(name)
    {
        _processor = processor;
        _task = task;
        _context = new ProcessorContext(task, this);
    }

    public override void Init() => _processor.Init(_context);

    public void Receive(in TIn record, in RecordMetadata metadata)
    {
        _task.At = this;
        Counts.Received++;
        CurrentIsRejected = false;
        _processor.Process(in record, in metadata);
        if (CurrentIsRejected) { Counts.Rejected++; } else { Counts.Processed++; }
    }

    public override void PunctuateWhenDue(long streamTime)
    {
        if (!_context.PunctuationIsDue(streamTime)) { return; }
        _task.At = this;
        _processor.Punctuate(streamTime);
    }

    public override void Finish()
    {
        _task.At = this;
        _processor.Finish();
    }

    public override void Close() => _processor.Close();
}

/// <summary>Collects what a task writes to one topic while it processes one input batch.</summary>
internal abstract class SinkNode(Topic topic)
{
    public Topic Topic { get; } = topic;

    /// <summary>Starts an output for the input batch, or for none in particular.</summary>
    public abstract void Begin(RecordBatch? input);

    /// <summary>Puts the output's batches into the list: one for each partition the task may write to.</summary>
    public abstract void End(List<RecordBatch> outputs);
}

/// <inheritdoc/>
internal sealed class SinkNode<T> : SinkNode
    where T : struct, IRecord
{
    private readonly TopicPartitions<T> _partitions;
    private readonly int _fixedPartition; // -1 when each record goes where its key says
    private readonly RecordBatch<T>[] _split;
    private RecordBatch<T>? _batch;

    /// <summary>Output of a processor. When the topic is keyed as the task's source is, everything stays in the task's partition.</summary>
    public SinkNode(Topic<T> topic, StreamTask task)
        : this(topic, task, task.StaysInPartition(topic))
    {
    }

    /// <summary>Changelogs: always the task's partition, since the task reads it back.</summary>
    public SinkNode(Topic<T> topic, StreamTask task, bool staysInPartition)
        : base(topic)
    {
        _partitions = task.Topics.Get(topic);
        _fixedPartition = staysInPartition ? task.Partition : _partitions.Count == 1 ? 0 : -1;
        _split = _fixedPartition < 0 ? new RecordBatch<T>[_partitions.Count] : [];
    }

    /// <summary>What was added since <see cref="Begin"/>.</summary>
    public RecordList<T> Records => _batch!.Records;

    public ref T Add() => ref _batch!.Records.Add();

    public void RemoveLast() => _batch!.Records.RemoveLast();

    public override void Begin(RecordBatch? input) => _batch = Rent(input);

    public override void End(List<RecordBatch> outputs)
    {
        var batch = _batch!;
        _batch = null;
        if (_fixedPartition >= 0)
        {
            batch.Partition = _fixedPartition;
            outputs.Add(batch);
            return;
        }

        for (var i = 0; i < _split.Length; i++)
        {
            _split[i] = Rent(batch);
            _split[i].Partition = i;
            outputs.Add(_split[i]);
        }

        foreach (ref var record in batch.Records.Span)
        {
            // Swapped, not copied: a record owns its lists, and two owners of one list would overwrite each other.
            ref var place = ref _split[Topic.PartitionOf(in record, _split.Length)].Records.Add();
            (place, record) = (record, place);
        }

        Array.Clear(_split);
        batch.Release();
    }

    private new Topic<T> Topic => (Topic<T>)base.Topic;

    private RecordBatch<T> Rent(RecordBatch? input)
    {
        var batch = _partitions.Pool.Rent();
        if (input is null) { return batch; }
        batch.Sequence = input.Sequence;
        batch.Slot = input.Slot;
        batch.ArrivalUnixMicros = input.ArrivalUnixMicros;
        batch.TraceParent = input.TraceParent;
        return batch;
    }
}
