using System.ComponentModel.DataAnnotations;

namespace Sluice.Sinks.Writing;

/// <summary>When a batch of rows is full, how many there are, and how long is waited between attempts to write one.</summary>
public class BatchOptions
{
    /// <summary>Rows of all tables together that make a batch full. Larger batches cost memory, smaller ones cost parts.</summary>
    [Range(1, 10_000_000)]
    public int BatchRows { get; init; } = 200_000;

    /// <summary>Bytes of all tables together that make a batch full.</summary>
    [Range(1L << 10, 1L << 31)]
    public long BatchBytes { get; init; } = 64L << 20;

    /// <summary>Age of its first row at which a batch is written, however small it is.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan BatchAge { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Batches that exist: one is filled, the others are written or wait for it. When none is free, appending waits.</summary>
    [Range(2, 16)]
    public int Batches { get; init; } = 2;

    /// <summary>Wait before the second attempt; doubled for each further one.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan FirstRetryDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest wait between attempts.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(10);
}
