using System.Globalization;

namespace Sluice.Tests.Broker.Log;

/// <summary>Type of a config value, as DescribeConfigs names it.</summary>
internal enum ConfigType : sbyte
{
    Boolean = 1,
    String = 2,
    Int = 3,
    Short = 4,
    Long = 5,
    Double = 6,
    List = 7,
}

/// <summary>What a topic can be configured with. Source: Apache Kafka's documentation, "Topic Configs", for names and defaults.</summary>
/// <remarks>Only size, replicas, timestamp type and the keys of compacted topics have an effect here; the others are kept and described.</remarks>
internal static class TopicConfigs
{
    public const string CleanupPolicy = "cleanup.policy", MaxMessageBytes = "max.message.bytes",
        MinInSyncReplicas = "min.insync.replicas", MessageTimestampType = "message.timestamp.type";

    public static readonly SortedDictionary<string, (string Value, ConfigType Type)> Defaults = new(StringComparer.Ordinal)
    {
        [CleanupPolicy] = ("delete", ConfigType.List),
        ["compression.type"] = ("producer", ConfigType.String),
        ["delete.retention.ms"] = ("86400000", ConfigType.Long),
        ["file.delete.delay.ms"] = ("60000", ConfigType.Long),
        ["flush.messages"] = ("9223372036854775807", ConfigType.Long),
        ["flush.ms"] = ("9223372036854775807", ConfigType.Long),
        ["index.interval.bytes"] = ("4096", ConfigType.Int),
        ["max.compaction.lag.ms"] = ("9223372036854775807", ConfigType.Long),
        [MaxMessageBytes] = ("1048588", ConfigType.Int),
        [MessageTimestampType] = ("CreateTime", ConfigType.String),
        ["min.cleanable.dirty.ratio"] = ("0.5", ConfigType.Double),
        ["min.compaction.lag.ms"] = ("0", ConfigType.Long),
        [MinInSyncReplicas] = ("1", ConfigType.Int),
        ["preallocate"] = ("false", ConfigType.Boolean),
        ["retention.bytes"] = ("-1", ConfigType.Long),
        ["retention.ms"] = ("604800000", ConfigType.Long),
        ["segment.bytes"] = ("1073741824", ConfigType.Int),
        ["segment.index.bytes"] = ("10485760", ConfigType.Int),
        ["segment.jitter.ms"] = ("0", ConfigType.Long),
        ["segment.ms"] = ("604800000", ConfigType.Long),
        ["unclean.leader.election.enable"] = ("false", ConfigType.Boolean),
    };

    /// <summary>Says what is wrong with a setting, or null when it is fine.</summary>
    public static string? Refuse(string name, string? value)
    {
        if (!Defaults.TryGetValue(name, out var config)) { return $"Unknown topic config name: {name}"; }
        if (value is null) { return $"Null value not supported for topic configs: {name}"; }
        var fits = name switch
        {
            CleanupPolicy => value.Split(',').All(policy => policy.Trim() is "delete" or "compact"),
            "compression.type" => value is "uncompressed" or "zstd" or "lz4" or "snappy" or "gzip" or "producer",
            MessageTimestampType => value is "CreateTime" or "LogAppendTime",
            MinInSyncReplicas => int.TryParse(value, CultureInfo.InvariantCulture, out var replicas) && replicas >= 1,
            MaxMessageBytes => int.TryParse(value, CultureInfo.InvariantCulture, out var bytes) && bytes >= 0,
            _ => config.Type switch
            {
                ConfigType.Boolean => bool.TryParse(value, out _),
                ConfigType.Int => int.TryParse(value, CultureInfo.InvariantCulture, out _),
                ConfigType.Long => long.TryParse(value, CultureInfo.InvariantCulture, out _),
                ConfigType.Double => double.TryParse(value, CultureInfo.InvariantCulture, out _),
                _ => true,
            },
        };
        return fits ? null : $"Invalid value {value} for configuration {name}";
    }
}
