namespace Sluice.Api.Status;

/// <summary>How a process that follows a chain stands, at a glance.</summary>
public sealed record LiveStatus
{
    /// <summary>When this was read, UTC.</summary>
    public required DateTime At { get; init; }

    /// <summary><c>starting</c>: no block yet; <c>following</c>: near the newest slot; <c>catching_up</c>: behind it; <c>waiting</c>: no endpoint answers.</summary>
    /// <example>following</example>
    public required string State { get; init; }

    /// <summary>The newest slot that the nodes told; null before the first.</summary>
    /// <example>254170890</example>
    public required ulong? TipSlot { get; init; }

    /// <summary>The newest finalized slot that the nodes told; null where it is not known.</summary>
    public required ulong? FinalizedSlot { get; init; }

    /// <summary>The newest slot that has passed the pipeline: its findings are on the feed; null before the first.</summary>
    /// <example>254170888</example>
    public required ulong? Position { get; init; }

    /// <summary>The newest slot whose rows are known to be those of the finalized chain; null where it is not known.</summary>
    public required ulong? ReconciledSlot { get; init; }

    /// <summary>Slots from <c>position</c> to <c>tip_slot</c>; null before the first block.</summary>
    /// <example>2</example>
    public required long? LagSlots { get; init; }

    /// <summary><c>lag_slots</c> in seconds, at the pace of slots of the last minute; null where that is not known.</summary>
    public required double? LagSeconds { get; init; }

    /// <summary>Slots that were not there when they should have been, since the start.</summary>
    public required LiveGaps Gaps { get; init; }

    /// <summary>Blocks that a source pushed before an answer brought them, since the start; null where that is not counted.</summary>
    public required long? PushedBlocks { get; init; }

    /// <summary>The nodes that are asked, and the sources that push, in the order in which they were given.</summary>
    public required IReadOnlyList<LiveEndpoint> Endpoints { get; init; }

    /// <summary>Findings of the last minute.</summary>
    public required LiveFindings FindingsPerMinute { get; init; }

    /// <summary>Findings taken back since the start.</summary>
    public required long Retracted { get; init; }

    /// <summary>What has been stored since the start; null where that is not known.</summary>
    public required LiveStored? Stored { get; init; }

    /// <summary>Readers of the live feed.</summary>
    public required int Readers { get; init; }

    /// <summary>Resident memory, bytes.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Since the start, seconds.</summary>
    public required double UptimeSeconds { get; init; }
}

/// <summary>Slots that were not there when they should have been. Null: not counted here.</summary>
public sealed record LiveGaps
{
    /// <summary>Blocks that were fetched after a gap was seen.</summary>
    public required long? BackFilled { get; init; }

    /// <summary>Slots that their leader skipped.</summary>
    public required long? Skipped { get; init; }

    /// <summary>Slots with a block that no endpoint gave.</summary>
    public required long? Missed { get; init; }

    /// <summary>Blocks that were replaced by another one of the same slot.</summary>
    public required long? Replaced { get; init; }

    /// <summary>Blocks that turned out not to be on the finalized chain, with none in their place.</summary>
    public required long? Orphaned { get; init; }
}

/// <summary>One node that is asked, or one source that pushes.</summary>
public sealed record LiveEndpoint
{
    /// <summary>Host and port; no key.</summary>
    /// <example>api.mainnet-beta.solana.com</example>
    public required string Name { get; init; }

    /// <summary><c>rpc</c> (JSON-RPC over HTTP), <c>ws</c> or <c>grpc</c>.</summary>
    /// <example>rpc</example>
    public required string Kind { get; init; }

    /// <summary>Share of the requests, against the other weights; null where it has no meaning.</summary>
    /// <example>1</example>
    public required int? Weight { get; init; }

    /// <summary>
    /// Circuit breaker: <c>closed</c> (asked), <c>open</c> (spared after failures) or <c>half_open</c> (tried); of a source that pushes <c>closed</c> where
    /// it is connected, else <c>open</c>.
    /// </summary>
    /// <example>closed</example>
    public required string Breaker { get; init; }

    /// <summary>Requests, answered or not; null for a source that pushes.</summary>
    public required long? Requests { get; init; }

    /// <summary>Of them, those without an answer.</summary>
    public required long? Failures { get; init; }

    /// <summary>Of them, those refused because there were too many.</summary>
    public required long? RateLimited { get; init; }

    /// <summary>For how long it is not asked now, seconds.</summary>
    public required double RestSeconds { get; init; }
}

/// <summary>Findings of one minute.</summary>
public sealed record LiveFindings
{
    /// <summary>All of them.</summary>
    public required long Total { get; init; }

    /// <summary>By kind, as the resources are called.</summary>
    public required IReadOnlyDictionary<string, long> ByKind { get; init; }
}

/// <summary>What went into the store.</summary>
public sealed record LiveStored
{
    /// <summary>Slots.</summary>
    public required long Slots { get; init; }

    /// <summary>Rows of all tables.</summary>
    public required long Rows { get; init; }
}
