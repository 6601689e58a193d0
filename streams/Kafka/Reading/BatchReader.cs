using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Sluice.Schemas.Records;
using Sluice.Streams.Kafka.Clients;

namespace Sluice.Streams.Kafka;

/// <summary>A message that gave no record.</summary>
/// <param name="Topic">Its topic.</param>
/// <param name="Reason">Machine-readable reason.</param>
/// <param name="Message">One line for a person.</param>
internal sealed record Undecodable(Topic Topic, int Partition, long Offset, string Reason, string Message, byte[] Bytes)
{
    /// <summary>Makes a dead letter of it.</summary>
    public void Fill(ref DeadLetter letter, KafkaOptions options)
    {
        letter.Reset();
        letter.Topic = Topic.Name;
        letter.Source = $"{options.NameOf(Topic)}[{Partition}]";
        letter.Reason = Reason;
        letter.Message = Message;
        letter.Offset = Offset;
        letter.Payload = Bytes.AsSpan(0, Math.Min(Bytes.Length, ProcessorContext.MaxPayloadBytes)).ToArray();
        letter.PayloadLength = Bytes.Length;
    }
}

/// <summary>What reading gave: a batch, a message that gave none, or the end that a partition has at the moment.</summary>
/// <param name="EndOf">Partition whose end was reached, with the position after it.</param>
internal readonly record struct Polled(RecordBatch? Batch, Undecodable? Bad, TopicPartitionOffset? EndOf)
{
    /// <summary>Partition that it belongs to, −1 for nothing.</summary>
    public int Partition => Batch?.Partition ?? Bad?.Partition ?? EndOf?.Partition.Value ?? -1;
}

/// <summary>A consumer whose messages come as batches of decoded records: consecutive messages of a partition that belong to one slot.</summary>
/// <remarks>Single-threaded but for what Confluent.Kafka does inside. Undecodable messages come in their place in the partition's order.</remarks>
internal sealed class BatchReader : IDeserializer<TopicInput?>
{
    private readonly Dictionary<string, TopicInput> _inputs;
    private readonly ILogger _log;
    private readonly string _name;
    private readonly List<RecordBatch> _batches = [];
    private readonly Dictionary<(Topic Topic, int Partition, long Offset), string> _poison = [];

    /// <param name="name">For messages: the topology.</param>
    /// <param name="properties">Of the consumer.</param>
    /// <param name="configure">Adds rebalance handlers.</param>
    public BatchReader(
        string name,
        Dictionary<string, string> properties,
        IEnumerable<TopicInput> inputs,
        ILogger log,
        Action<ConsumerBuilder<Ignore, TopicInput?>>? configure = null)
    {
        (_name, _log) = (name, log);
        _inputs = inputs.ToDictionary(i => i.Name);
        KafkaLibrary.Load();
        var builder = new ConsumerBuilder<Ignore, TopicInput?>(properties)
            .SetValueDeserializer(this)
            .SetLogHandler((_, message) => KafkaLog.Client(log, message))
            .SetErrorHandler((_, error) => KafkaLog.ClientError(log, error));
        configure?.Invoke(builder);
        Consumer = builder.Build();
    }

    public IConsumer<Ignore, TopicInput?> Consumer { get; }

    /// <summary>Whether the last <see cref="Poll"/> gave as many messages as it may: more are waiting.</summary>
    public bool LastPollWasFull { get; private set; }

    public IReadOnlyCollection<TopicInput> Inputs => _inputs.Values;

    /// <summary>Consumes what is there, at most <paramref name="most"/> messages, waiting for the first; gives batches in the order of each partition.</summary>
    /// <exception cref="KafkaException">The consumer failed for good.</exception>
    public void Poll(TimeSpan wait, int most, List<Polled> into, CancellationToken ct)
    {
        LastPollWasFull = false;
        var result = Next(wait);
        for (var i = 1; result is not null; i++)
        {
            Take(result, into, ct);
            if (i == most)
            {
                LastPollWasFull = true;
                break;
            }

            result = Next(TimeSpan.Zero);
        }

        foreach (var input in _inputs.Values) { input.TakeAll(_batches); }
        foreach (var batch in _batches) { into.Add(new Polled(batch, null, null)); }
        _batches.Clear();
    }

    /// <summary>Forgets what was read and not given out.</summary>
    public void DropAll()
    {
        foreach (var input in _inputs.Values) { input.TakeAll(_batches); }
        foreach (var batch in _batches) { batch.Release(); }
        _batches.Clear();
    }

    /// <summary>Makes a message count as undecodable when it comes again, since processing it failed.</summary>
    public void Poison(Topic topic, int partition, long offset, string reason) => _poison[(topic, partition, offset)] = reason;

    TopicInput? IDeserializer<TopicInput?>.Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
    {
        if (context.Component != MessageComponentType.Value || !_inputs.TryGetValue(context.Topic, out var input)) { return null; }
        input.Decode(data, isNull);
        return input;
    }

    /// <summary>Leaves the group and ends.</summary>
    public void Leave()
    {
        DropAll();
        Ending.Within(_name, _log, () =>
        {
            Consumer.Close();
            Consumer.Dispose();
        });
    }

    private ConsumeResult<Ignore, TopicInput?>? Next(TimeSpan wait)
    {
        try
        {
            return Consumer.Consume(wait);
        }
        catch (ConsumeException e) when (!e.Error.IsFatal)
        {
            // Brokers that are away, topics that are not known yet: the client goes on by itself.
            KafkaLog.Retrying(_log, _name, e.Error.Reason);
            return null;
        }
    }

    private void Take(ConsumeResult<Ignore, TopicInput?> result, List<Polled> into, CancellationToken ct)
    {
        if (result.IsPartitionEOF)
        {
            Flush(_inputs[result.Topic], result.Partition, into);
            into.Add(new Polled(null, null, result.TopicPartitionOffset));
            return;
        }

        if (result.Message.Value is not { } input) { return; }
        if (input.NeedsSchema) { input.ResolveAsync(ct).GetAwaiter().GetResult(); }
        string? poison = null;
        if (_poison.Count > 0) { _poison.TryGetValue((input.Topic, result.Partition, result.Offset), out poison); }
        if (input.Problem is null && poison is null)
        {
            if (input.Append(result.Partition, result.Offset, result.Message.Headers) is { } full) { into.Add(new Polled(full, null, null)); }
            return;
        }

        Flush(input, result.Partition, into);
        var bad = input.Problem is null
            ? new Undecodable(input.Topic, result.Partition, result.Offset, "processor_failed", poison!, input.Encode())
            : new Undecodable(input.Topic, result.Partition, result.Offset, input.Reason, input.Problem!, input.Bytes);
        KafkaLog.Poisoned(_log, _name, result.Topic, result.Partition, result.Offset, bad.Message);
        into.Add(new Polled(null, bad, null));
    }

    private void Flush(TopicInput input, int partition, List<Polled> into)
    {
        if (input.Take(partition) is { } open) { into.Add(new Polled(open, null, null)); }
    }
}
