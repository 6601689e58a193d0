using System.Globalization;

namespace Sluice.Tests.Broker.Log;

/// <summary>A topic: its partitions and the configuration that was set for it.</summary>
internal sealed class Topic
{
    public Topic(string name, int partitions, short replicationFactor, IEnumerable<KeyValuePair<string, string>> configs)
    {
        (Name, ReplicationFactor) = (name, replicationFactor);
        Configs = new Dictionary<string, string>(configs, StringComparer.Ordinal);
        Grow(partitions);
    }

    public string Name { get; }

    public Guid Id { get; } = Guid.NewGuid();

    public short ReplicationFactor { get; }

    /// <summary>What was set for this topic; everything else has its default.</summary>
    public Dictionary<string, string> Configs { get; }

    public List<PartitionLog> Partitions { get; } = [];

    public int MaxMessageBytes => int.Parse(Config(TopicConfigs.MaxMessageBytes), CultureInfo.InvariantCulture);

    public int MinInSyncReplicas => int.Parse(Config(TopicConfigs.MinInSyncReplicas), CultureInfo.InvariantCulture);

    public bool UsesAppendTime => Config(TopicConfigs.MessageTimestampType) == "LogAppendTime";

    public bool IsCompacted => Config(TopicConfigs.CleanupPolicy).Contains("compact", StringComparison.Ordinal);

    public PartitionLog? Partition(int partition) => partition >= 0 && partition < Partitions.Count ? Partitions[partition] : null;

    public void Grow(int partitions)
    {
        while (Partitions.Count < partitions) { Partitions.Add(new PartitionLog(Name, Partitions.Count)); }
    }

    private string Config(string name) => Configs.GetValueOrDefault(name) ?? TopicConfigs.Defaults[name].Value;
}
