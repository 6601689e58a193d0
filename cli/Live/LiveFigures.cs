using Sluice.Api.Status;

namespace Sluice.Cli.Live;

/// <summary>What a run knows of itself beside its findings; what is not known is null.</summary>
internal sealed record LiveFigures
{
    /// <summary>The newest slot that the nodes told.</summary>
    public ulong? Tip { get; init; }

    /// <summary>The newest finalized slot that the nodes told.</summary>
    public ulong? Finalized { get; init; }

    /// <summary>Slot up to which the store agrees with the finalized chain.</summary>
    public ulong? Reconciled { get; init; }

    public LiveGaps Gaps { get; init; } = new() { BackFilled = null, Skipped = null, Missed = null, Replaced = null, Orphaned = null };

    /// <summary>Blocks that a source pushed before an answer brought them.</summary>
    public long? PushedBlocks { get; init; }

    public IReadOnlyList<LiveEndpoint> Endpoints { get; init; } = [];

    public LiveStored? Stored { get; init; }
}
