namespace Sluice.Api.Feed;

/// <summary>Bounds of the live feed.</summary>
public sealed record FeedOptions
{
    /// <summary>Readers at a time.</summary>
    public int MaxReaders { get; init; } = 1_000;

    /// <summary>Events that are kept, for snapshots and for readers that come back; a power of two.</summary>
    public int KeptEvents { get; init; } = 1 << 14;

    /// <summary>Bytes of the events that are kept; all readers share them.</summary>
    public long KeptBytes { get; init; } = 16L << 20;

    /// <summary>Events that a reader may be behind once it has caught up; it is disconnected beyond them.</summary>
    public int MaxBehind { get; init; } = 8_192;

    /// <summary>Time that one message may take to be sent; the reader is disconnected beyond it.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between two heartbeats.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Subscriptions of one WebSocket.</summary>
    public int MaxSubscriptions { get; init; } = 16;

    /// <summary>Bytes of one message of a reader.</summary>
    public int MaxRequestBytes { get; init; } = 16 << 10;

    /// <summary>Events of a snapshot where none are asked for by number.</summary>
    public int Snapshot { get; init; } = 100;
}
