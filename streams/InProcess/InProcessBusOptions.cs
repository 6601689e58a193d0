using System.ComponentModel.DataAnnotations;

namespace Sluice.Streams.InProcess;

/// <summary>Settings of the in-process bus.</summary>
public sealed class InProcessBusOptions
{
    /// <summary>Batches that wait before each consumer and partition. When they are full, the producer waits.</summary>
    [Range(1, 65_536)]
    public int Capacity { get; init; } = 32;

    /// <summary>Partitions of a topic that <see cref="Partitions"/> does not name.</summary>
    [Range(1, 4_096)]
    public int DefaultPartitions { get; init; } = 1;

    /// <summary>Partitions by topic name.</summary>
    public IReadOnlyDictionary<string, int> Partitions { get; init; } = new Dictionary<string, int>();

    /// <summary>Idle batches that a topic's pool keeps.</summary>
    [Range(0, 65_536)]
    public int PoolCapacity { get; init; } = 256;
}
