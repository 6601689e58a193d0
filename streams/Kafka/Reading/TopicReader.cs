using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Sluice.Streams.Kafka.Clients;

namespace Sluice.Streams.Kafka;

/// <summary>One message as it lies in a topic.</summary>
/// <param name="TimestampUnixMs">When it was written, Unix time in milliseconds.</param>
/// <param name="Key">Null where it has none.</param>
/// <param name="Value">Null for a deleted key of a compacted topic.</param>
/// <param name="Headers">Names and values, in order.</param>
public sealed record TopicMessage(int Partition, long Offset, long TimestampUnixMs, byte[]? Key, byte[]? Value, IReadOnlyList<KeyValuePair<string, string>> Headers);

/// <summary>Reads one topic as a person would: committed messages, from anywhere, in no consumer group's name.</summary>
/// <remarks>Not thread-safe. What keeps the brokers from answering is logged, and waited for.</remarks>
public sealed class TopicReader : IDisposable
{
    private static readonly TimeSpan CallTime = TimeSpan.FromSeconds(10);

    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly ILogger _log;
    private readonly string _topic;
    private readonly HashSet<int> _ended = [];
    private int _reading;

    /// <param name="topic">Name on the cluster.</param>
    public TopicReader(KafkaOptions options, string topic, ILogger log)
    {
        (_topic, _log) = (topic, log);
        KafkaLibrary.Load();
        _consumer = new ConsumerBuilder<byte[]?, byte[]?>(ClientProperties.Reader(options, $"{options.ApplicationId}-tail"))
            .SetLogHandler((_, message) => KafkaLog.Client(log, message))
            .SetErrorHandler((_, error) => KafkaLog.ClientError(log, error))
            .Build();
    }

    /// <summary>Whether the end of every partition has been reached since <see cref="Begin"/>.</summary>
    public bool HasReachedEnd => _ended.Count >= _reading;

    /// <summary>The first offset of a partition, and the one after its last message.</summary>
    /// <exception cref="KafkaBusException">The brokers do not answer.</exception>
    public (long First, long End) Range(int partition) => Ask(() =>
    {
        var watermarks = _consumer.QueryWatermarkOffsets(new TopicPartition(_topic, partition), CallTime);
        return (watermarks.Low.Value, watermarks.High.Value);
    });

    /// <summary>The first offset whose message was written at a time or later; the end where none was.</summary>
    /// <exception cref="KafkaBusException">The brokers do not answer.</exception>
    public long OffsetAt(int partition, DateTimeOffset time) => Ask(() =>
    {
        var at = new TopicPartitionTimestamp(_topic, partition, new Timestamp(time.ToUnixTimeMilliseconds(), TimestampType.CreateTime));
        var found = _consumer.OffsetsForTimes([at], CallTime)[0].Offset;
        return found == Offset.End ? Range(partition).End : found.Value;
    });

    /// <summary>Reads partitions from the given offsets on.</summary>
    public void Begin(IReadOnlyDictionary<int, long> offsets)
    {
        _ended.Clear();
        _reading = offsets.Count;
        _consumer.Assign(offsets.Select(o => new TopicPartitionOffset(_topic, o.Key, o.Value)));
    }

    /// <summary>The next message of whatever partition; null when none came in that time.</summary>
    /// <exception cref="KafkaBusException">Reading failed for good.</exception>
    public TopicMessage? Read(TimeSpan wait)
    {
        try
        {
            if (_consumer.Consume(wait) is not { } result) { return null; }
            if (!result.IsPartitionEOF) { return MessageOf(result); }
            _ended.Add(result.Partition);
            return null;
        }
        catch (ConsumeException e) when (!e.Error.IsFatal && e.Error.Code is not (ErrorCode.TopicAuthorizationFailed or ErrorCode.Local_UnknownTopic or ErrorCode.UnknownTopicOrPart))
        {
            KafkaLog.Retrying(_log, _topic, e.Error.Reason);
            return null;
        }
        catch (KafkaException e)
        {
            throw new KafkaBusException($"Topic {_topic} cannot be read: {e.Error.Reason}", e);
        }
    }

    public void Dispose()
    {
        _consumer.Close();
        _consumer.Dispose();
    }

    private TResult Ask<TResult>(Func<TResult> question)
    {
        try
        {
            return question();
        }
        catch (KafkaException e)
        {
            throw new KafkaBusException($"The offsets of topic {_topic} cannot be had: {e.Error.Reason}", e);
        }
    }

    private static TopicMessage MessageOf(ConsumeResult<byte[]?, byte[]?> result) => new(
        result.Partition,
        result.Offset,
        result.Message.Timestamp.UnixTimestampMs,
        result.Message.Key,
        result.Message.Value,
        result.Message.Headers is { Count: > 0 } headers
            ? [.. headers.Select(h => new KeyValuePair<string, string>(h.Key, h.GetValueBytes() is { } bytes ? Encoding.UTF8.GetString(bytes) : ""))]
            : []);
}
