using System.Globalization;

namespace Sluice.Streams.Kafka.Clients;

/// <summary>The librdkafka properties of each kind of client: ours, then the user's over them.</summary>
/// <remarks>Property names: librdkafka, CONFIGURATION.md. The <c>dotnet.</c> ones: Confluent.Kafka's own.</remarks>
internal static class ClientProperties
{
    private const string ForConsumers = "consumer.";
    private const string ForProducers = "producer.";

    // Set by the runtime: another value would break what it promises.
    private static readonly string[] Owned =
    [
        "group.id", "enable.auto.commit", "enable.auto.offset.store", "isolation.level", "partition.assignment.strategy", "enable.idempotence",
        "transactional.id", "enable.partition.eof", "bootstrap.servers",
    ];

    /// <summary>A member of a consumer group that commits by itself.</summary>
    public static Dictionary<string, string> Consumer(KafkaOptions options, string group, string clientId)
    {
        var properties = Common(options, clientId);
        properties["group.id"] = group;
        properties["enable.auto.commit"] = "false";
        properties["enable.auto.offset.store"] = "false";
        properties["auto.offset.reset"] = "earliest";
        properties["isolation.level"] = "read_committed";
        properties["partition.assignment.strategy"] = "cooperative-sticky";
        properties["enable.partition.eof"] = "true";
        properties["allow.auto.create.topics"] = "false";
        properties["session.timeout.ms"] = Milliseconds(options.SessionTimeout);
        properties["heartbeat.interval.ms"] = Milliseconds(options.SessionTimeout / 3);

        // The default of 1,000 ms leaves a fast reader without messages once its queue was full.
        properties["fetch.queue.backoff.ms"] = "10";
        properties["queued.max.messages.kbytes"] = "65536";
        Apply(options, properties, ForConsumers);
        return properties;
    }

    /// <summary>A reader that is in no group's rebalancing: it is told what to read.</summary>
    public static Dictionary<string, string> Reader(KafkaOptions options, string clientId)
    {
        var properties = Consumer(options, options.GroupOf("reader"), clientId);
        properties.Remove("partition.assignment.strategy");
        return properties;
    }

    /// <summary>A producer: transactional with an id, else idempotent.</summary>
    public static Dictionary<string, string> Producer(KafkaOptions options, string clientId, string? transactionalId)
    {
        var properties = Common(options, clientId);
        properties["enable.idempotence"] = "true";
        properties["acks"] = "all";
        properties["compression.type"] = "lz4";
        properties["linger.ms"] = "5";
        properties["message.max.bytes"] = TopicSpec.LargestMessage.ToString(CultureInfo.InvariantCulture);
        properties["queue.buffering.max.messages"] = "1000000";
        properties["queue.buffering.max.kbytes"] = "262144";
        if (transactionalId is not null)
        {
            properties["transactional.id"] = transactionalId;
            properties["transaction.timeout.ms"] = Milliseconds(options.TransactionTimeout);

            // What fails in a transaction is seen when it is committed.
            properties["dotnet.producer.enable.delivery.reports"] = "false";
        }
        else
        {
            properties["dotnet.producer.delivery.report.fields"] = "none";
        }

        Apply(options, properties, ForProducers);
        return properties;
    }

    /// <summary>A client for administration and metadata.</summary>
    public static Dictionary<string, string> Admin(KafkaOptions options)
    {
        var properties = Common(options, $"{options.ApplicationId}-admin");
        Apply(options, properties, "");
        return properties;
    }

    private static Dictionary<string, string> Common(KafkaOptions options, string clientId) => new()
    {
        ["bootstrap.servers"] = options.BootstrapServers,
        ["client.id"] = clientId,
        ["reconnect.backoff.max.ms"] = "2000",
        ["socket.keepalive.enable"] = "true",
        ["topic.metadata.refresh.interval.ms"] = "30000",
        ["log.connection.close"] = "false",
    };

    private static void Apply(KafkaOptions options, Dictionary<string, string> properties, string prefix)
    {
        foreach (var (name, value) in options.ClientProperties)
        {
            var isForOne = name.StartsWith(ForConsumers, StringComparison.Ordinal) || name.StartsWith(ForProducers, StringComparison.Ordinal);
            if (isForOne && (prefix.Length == 0 || !name.StartsWith(prefix, StringComparison.Ordinal))) { continue; }
            var property = isForOne ? name[prefix.Length..] : name;
            if (Owned.Contains(property))
            {
                throw new KafkaBusException($"The Kafka property {property} is set by Sluice and cannot be changed; leave it out.");
            }

            properties[property] = value;
        }
    }

    private static string Milliseconds(TimeSpan time) => ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
}
