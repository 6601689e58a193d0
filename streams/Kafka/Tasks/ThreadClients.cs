using Confluent.Kafka;
using Sluice.Schemas.Records;
using Sluice.Streams.Formats;
using Sluice.Streams.Kafka.Clients;

namespace Sluice.Streams.Kafka;

/// <summary>What one stream thread runs with.</summary>
internal sealed record StreamThreadContext(
    KafkaOptions Options,
    Topology Topology,
    string MemberName,
    IReadOnlyDictionary<string, int> Partitions,
    TopicFormats Formats,
    StreamsMetrics? Metrics,
    Microsoft.Extensions.Logging.ILogger Log)
{
    private readonly Dictionary<string, Topic> _byName = Topology.Sources.ToDictionary(Options.NameOf);

    /// <summary>Batches of each topic that are kept for reuse.</summary>
    public const int PoolCapacity = 256;

    /// <summary>The source of that name on the cluster.</summary>
    public Topic TopicOf(string name) => _byName[name];
}

/// <summary>The Kafka clients of one stream thread, with a coder for each topic.</summary>
internal sealed class ThreadClients : IDisposable
{
    private readonly StreamThreadContext _context;
    private readonly Dictionary<Topic, TopicOutput> _outputs;
    private readonly RecordBatchPool<DeadLetter> _letters;
    private ChangelogReader? _changelogs;

    public ThreadClients(
        StreamThreadContext context,
        CancellationToken stop,
        Action<List<TopicPartition>> onAssigned,
        Action<List<TopicPartition>> onRevoked,
        Action<List<TopicPartition>> onLost)
    {
        _context = context;
        var options = context.Options;
        var topology = context.Topology;
        Registry = new TopicRegistry(
            1,
            topology.Sources.Concat(topology.Outputs).Append(Topics.DeadLetters).Distinct().ToDictionary(t => t.Name, t => context.Partitions[options.NameOf(t)]),
            StreamThreadContext.PoolCapacity);
        Producer = new RecordProducer(
            options,
            context.MemberName,
            options.Guarantee == ProcessingGuarantee.ExactlyOnce ? $"{options.TopicPrefix}{options.ApplicationId}-{context.MemberName}" : null,
            context.Log,
            stop);
        var coders = new Coders(this);
        _outputs = topology.Outputs.Append(Topics.DeadLetters).Distinct().ToDictionary(t => t, t => t.Accept<TopicOutput>(coders));
        _letters = Registry.Get(Topics.DeadLetters).Pool;
        Reader = new BatchReader(
            topology.Name,
            ClientProperties.Consumer(options, options.GroupOf(topology.Name), $"{options.ApplicationId}-{context.MemberName}"),
            topology.Sources.Select(t => t.Accept<TopicInput>(coders)),
            context.Log,
            builder => builder
                .SetPartitionsAssignedHandler((_, partitions) => onAssigned(partitions))
                .SetPartitionsRevokedHandler((_, partitions) => onRevoked([.. partitions.Select(p => p.TopicPartition)]))
                .SetPartitionsLostHandler((_, partitions) => onLost([.. partitions.Select(p => p.TopicPartition)])));
    }

    public TopicRegistry Registry { get; }

    public BatchReader Reader { get; }

    public RecordProducer Producer { get; }

    /// <summary>Made on first use: most topologies keep no state.</summary>
    public ChangelogReader Changelogs => _changelogs ??= new ChangelogReader(_context.Options, _context.MemberName, _context.Log);

    public TopicOutput OutputOf(Topic topic) => _outputs[topic];

    /// <summary>Makes outputs, state and offsets durable together, or with at-least-once, outputs before offsets.</summary>
    /// <returns>False when the group is being rebalanced: the offsets must be committed again, or are no longer this member's.</returns>
    /// <exception cref="KafkaException">Nothing was committed, and what was written may be lost.</exception>
    public bool Commit(IReadOnlyCollection<TopicPartitionOffset> offsets)
    {
        if (Producer.IsTransactional)
        {
            Producer.Commit(offsets, Reader.Consumer.ConsumerGroupMetadata);
            return true;
        }

        Producer.Flush();
        try
        {
            Reader.Consumer.Commit(offsets);
            return true;
        }
        catch (KafkaException e) when (!e.Error.IsFatal)
        {
            // The outputs are there; without the offsets they may only come again.
            KafkaLog.Retrying(_context.Log, _context.Topology.Name, e.Error.Reason);
            return false;
        }
    }

    public void WriteDeadLetter(Undecodable bad)
    {
        var batch = _letters.Rent();
        try
        {
            ref var letter = ref batch.Records.Add();
            bad.Fill(ref letter, _context.Options);
            batch.Partition = Topics.DeadLetters.PartitionOf(in letter, Registry.Get(Topics.DeadLetters).Count);
            OutputOf(Topics.DeadLetters).Produce(batch);
            _context.Metrics?.RecordRejected(_context.Topology.Name, "source", bad.Reason);
        }
        finally
        {
            batch.Release();
        }
    }

    public void Dispose()
    {
        Reader.Leave();
        _changelogs?.Dispose();
        Producer.Dispose();
    }

    private sealed class Coders(ThreadClients clients) : ITopicVisitor<TopicInput>, ITopicVisitor<TopicOutput>
    {
        TopicInput ITopicVisitor<TopicInput>.Visit<T>(Topic<T> topic) => new TopicInput<T>(
            topic, clients._context.Options.NameOf(topic), clients._context.Formats.For(topic), clients.Registry.Get(topic).Pool);

        TopicOutput ITopicVisitor<TopicOutput>.Visit<T>(Topic<T> topic)
        {
            var name = clients._context.Options.NameOf(topic);
            return typeof(T) == typeof(ChangelogRecord)
                ? new ChangelogOutput(name, clients.Producer)
                : new TopicOutput<T>(topic, name, clients.Producer, clients._context.Formats.For(topic));
        }
    }
}
