using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Sluice.Streams.Kafka.Clients;

namespace Sluice.Streams.Kafka;

/// <summary>A producer that either writes transactions, or makes sure by flushing that everything arrived.</summary>
/// <remarks>One thread at a time. A transaction begins with the first record, or with its commit when there was none.</remarks>
internal sealed class RecordProducer : IDisposable
{
    private static readonly TimeSpan CallTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FullQueueWait = TimeSpan.FromMilliseconds(2);

    private readonly IProducer<byte[], byte[]?> _producer;
    private readonly Action<DeliveryReport<byte[], byte[]?>>? _onDelivery;
    private readonly ILogger _log;
    private readonly string _name;
    private readonly Message<byte[], byte[]?> _message = new();
    private readonly CancellationToken _stop;
    private TopicPartition _target = new("", 0);
    private Error? _failure;

    /// <param name="transactionalId">Null writes without transactions.</param>
    /// <param name="stop">Ends waiting for brokers that are away.</param>
    public RecordProducer(KafkaOptions options, string name, string? transactionalId, ILogger log, CancellationToken stop)
    {
        (_name, _log, _stop) = (name, log, stop);
        KafkaLibrary.Load();
        IsTransactional = transactionalId is not null;
        _producer = new ProducerBuilder<byte[], byte[]?>(ClientProperties.Producer(options, $"{options.ApplicationId}-{name}", transactionalId))
            .SetLogHandler((_, message) => KafkaLog.Client(log, message))
            .SetErrorHandler((_, error) => KafkaLog.ClientError(log, error))
            .Build();
        if (!IsTransactional) { _onDelivery = Delivered; }
    }

    public bool IsTransactional { get; }

    /// <summary>Whether records were written since the last commit.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Ends what a predecessor with the same transactional id left open, and shuts it out. Waits for the brokers.</summary>
    public void Initialise()
    {
        if (IsTransactional) { Insist(() => _producer.InitTransactions(CallTime)); }
    }

    /// <summary>Hands over one record; waits when the queue to the brokers is full.</summary>
    /// <exception cref="KafkaException">The transaction must be aborted, or this producer was shut out.</exception>
    public void Produce(string topic, int partition, byte[] key, byte[]? value, Headers? headers)
    {
        Begin();
        _message.Key = key;
        _message.Value = value;
        _message.Headers = headers;
        if (_target.Topic != topic || _target.Partition.Value != partition) { _target = new TopicPartition(topic, partition); }
        while (true)
        {
            try
            {
                _producer.Produce(_target, _message, _onDelivery);
                return;
            }
            catch (ProduceException<byte[], byte[]?> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
            {
                ThrowIfFailed();
                _stop.WaitHandle.WaitOne(FullQueueWait);
                _stop.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>Makes everything since the last commit visible, with the input offsets of a consumer where given.</summary>
    /// <exception cref="KafkaException">The transaction must be aborted, or this producer was shut out.</exception>
    public void Commit(IReadOnlyCollection<TopicPartitionOffset>? offsets, IConsumerGroupMetadata? group)
    {
        if (!IsTransactional) { throw new InvalidOperationException("Without transactions use Flush."); }
        if (!IsOpen && offsets is not { Count: > 0 }) { return; }
        Begin();
        if (offsets is { Count: > 0 }) { Insist(() => _producer.SendOffsetsToTransaction(offsets, group!, CallTime)); }
        Insist(() => _producer.CommitTransaction(CallTime));
        IsOpen = false;
    }

    /// <summary>Waits until every record has arrived.</summary>
    /// <exception cref="KafkaException">A record could not be delivered.</exception>
    public void Flush()
    {
        while (_producer.Flush(CallTime) > 0)
        {
            ThrowIfFailed();
            _stop.ThrowIfCancellationRequested();
        }

        ThrowIfFailed();
        IsOpen = false;
    }

    /// <summary>Gives up what was written since the last commit.</summary>
    public void Abort()
    {
        if (IsTransactional && IsOpen) { Insist(() => _producer.AbortTransaction(CallTime)); }
        _failure = null;
        IsOpen = false;
    }

    public void Dispose() => Ending.Within(_name, _log, _producer.Dispose);

    private void Begin()
    {
        if (IsOpen) { return; }
        if (IsTransactional) { _producer.BeginTransaction(); }
        IsOpen = true;
    }

    private void Delivered(DeliveryReport<byte[], byte[]?> report)
    {
        if (report.Error.IsError) { Interlocked.CompareExchange(ref _failure, report.Error, null); }
    }

    private void ThrowIfFailed()
    {
        if (Volatile.Read(ref _failure) is { } error) { throw new KafkaException(error); }
    }

    /// <summary>Repeats a call that Kafka says may be repeated, as long as it takes: brokers come back.</summary>
    private void Insist(Action call)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                call();
                return;
            }
            catch (KafkaRetriableException e)
            {
                KafkaLog.Retrying(_log, _name, e.Error.Reason);
                _stop.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(Math.Min(2_000, 50 * attempt)));
                _stop.ThrowIfCancellationRequested();
            }
        }
    }
}
