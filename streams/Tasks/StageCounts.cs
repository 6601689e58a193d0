namespace Sluice.Streams;

/// <summary>What went through one processor of one task: received = processed + rejected.</summary>
public sealed class StageCounts
{
    /// <summary>Records that came in.</summary>
    public long Received { get; internal set; }

    /// <summary>Records that were processed.</summary>
    public long Processed { get; internal set; }

    /// <summary>Records that went to the dead letters.</summary>
    public long Rejected { get; internal set; }

    /// <summary>Records that it sent on, dead letters not counted.</summary>
    public long Forwarded { get; internal set; }
}
