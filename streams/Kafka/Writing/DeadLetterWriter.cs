using Microsoft.Extensions.Logging;
using Sluice.Schemas.Records;
using Sluice.Streams.Formats;

namespace Sluice.Streams.Kafka;

/// <summary>Writes dead letters outside of any transaction; a letter that was written has arrived. Safe for concurrent use.</summary>
public sealed class DeadLetterWriter : IDisposable
{
    private readonly Lock _gate = new();
    private readonly RecordProducer _producer;
    private readonly TopicOutput<DeadLetter> _output;
    private readonly RecordBatchPool<DeadLetter> _pool = new(Topics.DeadLetters, 4);
    private readonly KafkaOptions _options;
    private readonly int _partitions;

    /// <param name="name">Who writes.</param>
    /// <param name="stop">Ends waiting for brokers that are away.</param>
    /// <exception cref="KafkaBusException">The cluster cannot be reached.</exception>
    public DeadLetterWriter(KafkaOptions options, string name, TopicFormats formats, ILogger log, CancellationToken stop)
    {
        _options = options;
        using (var admin = new TopicAdmin(options, log)) { _partitions = admin.Partitions().GetValueOrDefault(options.NameOf(Topics.DeadLetters), 1); }
        _producer = new RecordProducer(options, $"{name}-dead", null, log, stop);
        _output = new TopicOutput<DeadLetter>(Topics.DeadLetters, options.NameOf(Topics.DeadLetters), _producer, formats.For(Topics.DeadLetters));
    }

    /// <summary>Writes a letter and waits until the brokers have it.</summary>
    /// <exception cref="IOException">They did not take it; it may be written again.</exception>
    public void Write(in DeadLetter letter)
    {
        lock (_gate)
        {
            var batch = _pool.Rent();
            try
            {
                batch.Records.Add() = letter;
                batch.Partition = Topics.DeadLetters.PartitionOf(in letter, _partitions);
                _output.Produce(batch);
                _producer.Flush();
            }
            catch (Confluent.Kafka.KafkaException e)
            {
                _producer.Abort();
                throw new IOException($"A dead letter could not be written to {_output.Name}: {e.Error.Reason}", e);
            }
            finally
            {
                batch.Release();
            }
        }
    }

    public void Dispose() => _producer.Dispose();

    internal void Write(Undecodable bad)
    {
        var letter = default(DeadLetter);
        bad.Fill(ref letter, _options);
        Write(in letter);
    }
}
