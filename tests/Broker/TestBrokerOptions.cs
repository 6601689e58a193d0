namespace Sluice.Tests.Broker;

/// <summary>How a <see cref="TestBroker"/> behaves. The defaults are those of Apache Kafka, but for times that tests would wait for.</summary>
public sealed class TestBrokerOptions
{
    /// <summary>Port on 127.0.0.1; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Whether a topic that a client asks for, or produces to, is created (auto.create.topics.enable).</summary>
    public bool AutoCreateTopics { get; init; }

    /// <summary>Partitions of topics that are created without a count (num.partitions).</summary>
    public int DefaultPartitions { get; init; } = 1;

    /// <summary>Largest replication factor that is accepted. There is one node; replicas beyond it are pretended to be in sync.</summary>
    public short Brokers { get; init; } = 1;

    /// <summary>How long an empty group waits for more members before its first assignment (group.initial.rebalance.delay.ms).</summary>
    public TimeSpan InitialRebalanceDelay { get; init; } = TimeSpan.Zero;

    /// <summary>Shortest session time-out a member may ask for. Kafka's default is 6 s.</summary>
    public TimeSpan MinSessionTimeout { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest session time-out a member may ask for.</summary>
    public TimeSpan MaxSessionTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Longest transaction time-out a producer may ask for (transaction.max.timeout.ms).</summary>
    public TimeSpan MaxTransactionTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// How long after the answer to EndTxn the markers are written. A real cluster answers first, too; until the markers
    /// are there the producer gets CONCURRENT_TRANSACTIONS, and the records and offsets of the transaction stay unstable.
    /// </summary>
    public TimeSpan MarkerDelay { get; init; } = TimeSpan.Zero;

    /// <summary>Largest request in bytes (socket.request.max.bytes); a larger one closes the connection.</summary>
    public int MaxRequestBytes { get; init; } = 104_857_600;

    /// <summary>Whether the checksum of every produced batch is verified.</summary>
    public bool VerifyChecksums { get; init; } = true;

    /// <summary>Clock and timers: time-outs of sessions, rebalances, transactions and long polls, and append times.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Told of every request and what went wrong with it, for debugging; null for silence.</summary>
    public Action<string>? Trace { get; init; }
}
