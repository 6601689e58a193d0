using System.Globalization;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Sluice.Streams.Formats;
using Sluice.Streams.Kafka.Clients;

namespace Sluice.Streams.Kafka;

/// <summary>The schemas of all writers in a compacted topic of the cluster, for those who run without a schema registry: key is the fingerprint in 16
/// hexadecimal digits, value the schema's JSON.</summary>
public sealed class KafkaSchemas : ISchemaSource, ISchemaPublisher
{
    /// <summary>Name of the topic, without prefix.</summary>
    public const string TopicName = "sluice.schemas";

    private static readonly TimeSpan CallTime = TimeSpan.FromSeconds(10);

    private readonly KafkaOptions _options;
    private readonly ILogger _log;
    private readonly TopicPartition _at;

    public KafkaSchemas(KafkaOptions options, ILogger log)
    {
        (_options, _log) = (options, log);
        _at = new TopicPartition(Spec(options).Name, 0);
    }

    /// <summary>How the topic is to be.</summary>
    public static TopicSpec Spec(KafkaOptions options) => TopicSpec.Changelog(options.TopicPrefix + TopicName, 1);

    /// <inheritdoc/>
    public async Task PublishAsync(ulong fingerprint, string json, CancellationToken cancel)
    {
        if (await FindAsync(fingerprint, cancel).ConfigureAwait(false) == json) { return; }
        using var producer = new ProducerBuilder<string, string>(ClientProperties.Producer(_options, $"{_options.ApplicationId}-schemas", null))
            .SetLogHandler((_, message) => KafkaLog.Client(_log, message))
            .SetErrorHandler((_, _) => { })
            .Build();
        try
        {
            await producer.ProduceAsync(_at, new Message<string, string> { Key = KeyOf(fingerprint), Value = json }, cancel).ConfigureAwait(false);
        }
        catch (ProduceException<string, string> e)
        {
            throw new KafkaBusException($"The schema could not be published in topic {_at.Topic}: {e.Error.Reason}", e);
        }
    }

    /// <inheritdoc/>
    public ValueTask<string?> FindAsync(ulong fingerprint, CancellationToken cancel) => new(Task.Run(() => Find(KeyOf(fingerprint), cancel), cancel));

    private string? Find(string key, CancellationToken cancel)
    {
        using var consumer = new ConsumerBuilder<string, string>(ClientProperties.Reader(_options, $"{_options.ApplicationId}-schemas"))
            .SetLogHandler((_, message) => KafkaLog.Client(_log, message))
            .SetErrorHandler((_, _) => { })
            .Build();
        var end = consumer.QueryWatermarkOffsets(_at, CallTime).High;
        consumer.Assign(new TopicPartitionOffset(_at, Offset.Beginning));
        string? found = null;
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is not { } message) { continue; }
            if (message.Offset >= end) { return found; }
            if (!message.IsPartitionEOF && message.Message.Key == key) { found = message.Message.Value; }
            if (!message.IsPartitionEOF && message.Offset + 1 >= end) { return found; }
        }
    }

    private static string KeyOf(ulong fingerprint) => fingerprint.ToString("x16", CultureInfo.InvariantCulture);
}
