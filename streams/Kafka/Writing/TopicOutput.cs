using System.Buffers;
using Confluent.Kafka;
using Sluice.Schemas.Records;
using Sluice.Streams.Formats;

namespace Sluice.Streams.Kafka;

/// <summary>Writes batches of one topic as messages. The partition is the record's own by its key, or the batch's.</summary>
internal abstract class TopicOutput(string name, RecordProducer producer)
{
    /// <summary>Name on the cluster.</summary>
    public string Name { get; } = name;

    protected RecordProducer Producer { get; } = producer;

    /// <summary>Hands every record of the batch to the producer; <see cref="RecordBatch.Partition"/> says where they go.</summary>
    public abstract void Produce(RecordBatch batch);
}

/// <inheritdoc/>
internal sealed class TopicOutput<T>(Topic<T> topic, string name, RecordProducer producer, TopicFormat<T> format) : TopicOutput(name, producer)
    where T : struct, IRecord
{
    private readonly byte[] _key = new byte[Topic.MaxKeyBytes];
    private readonly ArrayBufferWriter<byte> _value = new(4096);
    private readonly byte[] _schema = format.SchemaHeader.ToArray();
    private Headers? _plain;

    public override void Produce(RecordBatch batch)
    {
        if (batch.Count == 0) { return; }
        var headers = batch.ArrivalUnixMicros == 0 && batch.TraceParent is null
            ? _plain ??= MessageHeaders.Write(_schema, 0, null)
            : MessageHeaders.Write(_schema, batch.ArrivalUnixMicros, batch.TraceParent);
        foreach (ref readonly var record in ((RecordBatch<T>)batch).Records.Span) { Produce(in record, batch.Partition, headers); }
    }

    /// <summary>Hands one record to the producer.</summary>
    public void Produce(in T record, int partition, long arrivalUnixMicros, string? traceParent) =>
        Produce(in record, partition, MessageHeaders.Write(_schema, arrivalUnixMicros, traceParent));

    private void Produce(in T record, int partition, Headers headers)
    {
        var key = _key.AsSpan(0, topic.WriteKey(in record, _key)).ToArray();
        _value.ResetWrittenCount();
        format.Write(in record, _value);
        Producer.Produce(Name, partition, key, _value.WrittenSpan.ToArray(), headers);
    }
}

/// <summary>Writes changes of kept state: key and value as they are, no value for a deleted key.</summary>
internal sealed class ChangelogOutput(string name, RecordProducer producer) : TopicOutput(name, producer)
{
    public override void Produce(RecordBatch batch)
    {
        foreach (ref readonly var change in ((RecordBatch<ChangelogRecord>)batch).Records.Span)
        {
            Producer.Produce(Name, batch.Partition, change.Key.Span.ToArray(), change.IsTombstone ? null : change.Value.Span.ToArray(), null);
        }
    }
}
