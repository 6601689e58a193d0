using Sluice.Cli.Replay;
using Sluice.Ingest.Live;
using Sluice.Ingest.Rpc;

namespace Sluice.Cli.Live;

/// <summary>How a live run is made.</summary>
internal sealed record LiveOptions
{
    /// <summary>Nodes that are asked; at least one.</summary>
    public required IReadOnlyList<RpcEndpointAddress> Endpoints { get; init; }

    /// <summary>Sources that push slots and blocks.</summary>
    public IReadOnlyList<IBlockPush> Pushes { get; init; } = [];

    /// <summary>First slot; null goes on where the store ends, or begins with the newest.</summary>
    public ulong? From { get; init; }

    /// <summary>Time between two observations of validators; zero makes none.</summary>
    public TimeSpan ValidatorsEvery { get; init; }

    /// <summary>Last slot; the run ends when a later block has come. Null for no end.</summary>
    public ulong? Until { get; init; }

    /// <summary>Is told each finding, and each retraction.</summary>
    public IReadOnlyList<IFindings> Findings { get; init; } = [];

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
