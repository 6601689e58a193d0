using System.Buffers;
using Confluent.Kafka;
using Sluice.Schemas.Avro;
using Sluice.Schemas.Records;
using Sluice.Streams.Formats;

namespace Sluice.Streams.Kafka;

/// <summary>Turns the messages of one topic into batches. A message is decoded from the client's memory into a record at hand, and
/// swapped into the batch of its partition.</summary>
internal abstract class TopicInput(Topic topic, string name)
{
    /// <summary>Most records of a batch.</summary>
    public const int MostRecords = 2_000;

    public Topic Topic { get; } = topic;

    /// <summary>Name on the cluster.</summary>
    public string Name { get; } = name;

    /// <summary>What kept the last message from being decoded; null when it was.</summary>
    public string? Problem { get; protected set; }

    /// <summary>Why, in a word.</summary>
    public string Reason { get; protected set; } = "";

    /// <summary>The last message's bytes when it was not decoded.</summary>
    public byte[] Bytes { get; protected set; } = [];

    /// <summary>True when the last message waits for its writer's schema, which <see cref="ResolveAsync"/> gets.</summary>
    public bool NeedsSchema { get; protected set; }

    /// <summary>Makes the inputs of a reader that is in no task.</summary>
    public static IEnumerable<TopicInput> Of(IEnumerable<Topic> topics, KafkaOptions options, TopicFormats formats)
    {
        var registry = new TopicRegistry(1, new Dictionary<string, int>(), StreamThreadContext.PoolCapacity);
        return topics.Select(t => t.Accept(new Maker(options, formats, registry)));
    }

    /// <summary>Decodes a message that was just consumed.</summary>
    public abstract void Decode(ReadOnlySpan<byte> value, bool isNull);

    /// <summary>Gets the writer's schema of the last message and decodes it again. Waits for a registry that is away: the message may be fine.</summary>
    public abstract Task ResolveAsync(CancellationToken ct);

    /// <summary>The decoded record's bytes, for a dead letter.</summary>
    public abstract byte[] Encode();

    /// <summary>Takes the decoded record into the batch of its partition; first gives the batch that it does not fit into, if any.</summary>
    public abstract RecordBatch? Append(int partition, long offset, Headers? headers);

    /// <summary>Gives every batch that is open.</summary>
    public abstract void TakeAll(List<RecordBatch> into);

    /// <summary>Gives the open batch of a partition, if any.</summary>
    public abstract RecordBatch? Take(int partition);

    /// <summary>Forgets what is open for a partition.</summary>
    public void Drop(int partition) => Take(partition)?.Release();

    private sealed class Maker(KafkaOptions options, TopicFormats formats, TopicRegistry registry) : ITopicVisitor<TopicInput>
    {
        public TopicInput Visit<T>(Topic<T> topic)
            where T : struct, IRecord => new TopicInput<T>(topic, options.NameOf(topic), formats.For(topic), registry.Get(topic).Pool);
    }
}

/// <inheritdoc/>
internal sealed class TopicInput<T> : TopicInput
    where T : struct, IRecord
{
    private readonly Topic<T> _topic;
    private readonly TopicFormat<T> _format;
    private readonly RecordBatchPool<T> _pool;
    private readonly TextPool _texts = new();
    private readonly Dictionary<int, RecordBatch<T>> _open = [];
    private T _record;
    private FormatResult _result;

    public TopicInput(Topic<T> topic, string name, TopicFormat<T> format, RecordBatchPool<T> pool)
        : base(topic, name)
    {
        (_topic, _format, _pool) = (topic, format, pool);
        _record.Reset();
    }

    public override void Decode(ReadOnlySpan<byte> value, bool isNull)
    {
        _result = _format.Read(value, ref _record, _texts);
        NeedsSchema = false;
        if (_result.IsOk)
        {
            Problem = null;
            return;
        }

        Bytes = value.ToArray();
        Problem = isNull ? "the message has no value" : _result.ToString();
        Reason = _result.Reason;
        NeedsSchema = _result.Status == FormatStatus.UnknownSchema;
    }

    public override async Task ResolveAsync(CancellationToken ct)
    {
        var resolved = await _format.ResolveAsync(_result, ct).ConfigureAwait(false);
        if (resolved.IsOk) { Decode(Bytes, isNull: false); }
        else
        {
            Problem = resolved.ToString();
            Reason = resolved.Reason;
        }

        NeedsSchema = false;
    }

    public override byte[] Encode()
    {
        var bytes = new ArrayBufferWriter<byte>();
        _format.Write(in _record, bytes);
        return bytes.WrittenSpan.ToArray();
    }

    public override RecordBatch? Append(int partition, long offset, Headers? headers)
    {
        var slot = _topic.SlotOf(in _record);
        RecordBatch? full = null;
        if (!_open.TryGetValue(partition, out var batch) || batch.Slot != slot || batch.Count >= MostRecords)
        {
            full = batch;
            batch = _pool.Rent();
            batch.Partition = partition;
            batch.Position = offset;
            batch.Sequence = offset;
            batch.Slot = slot;
            (batch.ArrivalUnixMicros, batch.TraceParent) = MessageHeaders.Read(headers);
            _open[partition] = batch;
        }

        // Swapped, not copied: a record owns its lists, and two owners of one list would overwrite each other.
        ref var place = ref batch.Records.Add();
        (place, _record) = (_record, place);
        batch.Offsets.Add(offset);
        batch.NextPosition = offset + 1;
        return full;
    }

    public override void TakeAll(List<RecordBatch> into)
    {
        into.AddRange(_open.Values);
        _open.Clear();
    }

    public override RecordBatch? Take(int partition) => _open.Remove(partition, out var batch) ? batch : null;
}
