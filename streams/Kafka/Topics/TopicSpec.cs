using System.Globalization;

namespace Sluice.Streams.Kafka;

/// <summary>How a topic is to be on the cluster.</summary>
/// <param name="Name">Name with prefix.</param>
/// <param name="Partitions">Partitions that it must have; null takes what is there.</param>
/// <param name="IsCompacted">Whether the newest record of a key is kept for ever, instead of all records for <paramref name="Retention"/>.</param>
/// <param name="Retention">How long records are kept.</param>
public sealed record TopicSpec(string Name, int? Partitions, bool IsCompacted, TimeSpan Retention)
{
    /// <summary>Largest message, bytes: a block of 5,000 transactions with all its swaps, with room to spare.</summary>
    public const int LargestMessage = 16 * 1024 * 1024;

    /// <summary>Settings by Kafka's names, as they are created and checked.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["cleanup.policy"] = IsCompacted ? "compact" : "delete",
        ["retention.ms"] = IsCompacted ? "-1" : ((long)Retention.TotalMilliseconds).ToString(CultureInfo.InvariantCulture),
        ["max.message.bytes"] = LargestMessage.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>The spec of a topic of records.</summary>
    public static TopicSpec Of(Topic topic, KafkaOptions options) =>
        new(options.NameOf(topic), topic.IsCompacted ? null : options.Partitions, topic.IsCompacted, topic.Retention);

    /// <summary>The spec of a changelog, which has as many partitions as the topology's sources.</summary>
    public static TopicSpec Changelog(string name, int partitions) => new(name, partitions, true, TimeSpan.Zero);
}
