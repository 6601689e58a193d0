namespace Sluice.Streams.Kafka;

/// <summary>What a failure may leave behind in the result topics (Kafka Streams' <c>processing.guarantee</c>).</summary>
public enum ProcessingGuarantee
{
    /// <summary>Each result once: outputs, changelogs and input offsets are one transaction, and readers see committed ones only.</summary>
    ExactlyOnce,

    /// <summary>Each result at least once: after a failure, results since the last commit come again.</summary>
    AtLeastOnce,
}

/// <summary>How strictly topics that are there already are compared with what this version would create.</summary>
public enum TopicCheck
{
    /// <summary>Partitions, clean-up, retention and largest message must be as wanted.</summary>
    Strict,

    /// <summary>Only partitions are compared; for clusters where somebody else sets the rest, or forbids to read it.</summary>
    Partitions,
}

/// <summary>How this process uses a Kafka cluster.</summary>
public sealed record KafkaOptions
{
    /// <summary>Addresses to begin with: <c>host:port,host:port</c>.</summary>
    public required string BootstrapServers { get; init; }

    /// <summary>Names the application: begins every consumer group, changelog and transactional id.</summary>
    public string ApplicationId { get; init; } = "sluice";

    /// <summary>Stands before every topic, group and transactional id, so that several installations share a cluster.</summary>
    public string TopicPrefix { get; init; } = "";

    /// <summary>Guarantee of topologies and of ingest.</summary>
    public ProcessingGuarantee Guarantee { get; init; } = ProcessingGuarantee.ExactlyOnce;

    /// <summary>Time between commits. Readers of results see them after the commit. Under backlog it grows up to ten times, since a commit costs the same for more records.</summary>
    public TimeSpan CommitInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Partitions of topics that are created, and that existing ones must have; null takes existing ones as they are and creates with <see cref="DefaultPartitions"/>.</summary>
    public int? Partitions { get; init; }

    /// <summary>Copies of topics that are created; null leaves it to the brokers.</summary>
    public short? ReplicationFactor { get; init; }

    /// <summary>How strictly existing topics are checked at the start.</summary>
    public TopicCheck TopicCheck { get; init; } = TopicCheck.Strict;

    /// <summary>Threads of each topology in this process, each a member of its consumer group.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Whether this process follows the changelogs of partitions that others own, so that it can take them over without restoring.</summary>
    public bool Standby { get; init; }

    /// <summary>Silence after which a member counts as dead and its partitions are given to others. Brokers allow 6 s at the least by default.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>Age at which the brokers end a dead process's open transaction; readers of its topics wait that long.</summary>
    public TimeSpan TransactionTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Further librdkafka properties by name (security, tuning). <c>consumer.</c> or <c>producer.</c> before a name sets it for these alone.</summary>
    public IReadOnlyDictionary<string, string> ClientProperties { get; init; } = new Dictionary<string, string>();

    /// <summary>Partitions of created topics when <see cref="Partitions"/> is not given.</summary>
    public const int DefaultPartitions = 12;

    /// <summary>A topic's name on the cluster.</summary>
    public string NameOf(Topic topic) => topic is Topic<ChangelogRecord> ? $"{TopicPrefix}{ApplicationId}-{topic.Name}" : TopicPrefix + topic.Name;

    /// <summary>Consumer group of a topology, or of the sink.</summary>
    public string GroupOf(string part) => $"{TopicPrefix}{ApplicationId}-{part}";
}
