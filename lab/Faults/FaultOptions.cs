namespace Sluice.Lab.Faults;

/// <summary>How often what goes wrong between a chain and its reader. All rates default to never.</summary>
/// <remarks>Everything is drawn from one seed by slot or by request, so one seed is one run. Rates are in thousandths.</remarks>
public sealed class FaultOptions
{
    /// <summary>Seed of all faults.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Blocks that are delivered twice.</summary>
    public int DuplicatedPerMille { get; init; }

    /// <summary>Blocks that are delivered some slots late, and are not to be fetched before.</summary>
    public int LatePerMille { get; init; }

    /// <summary>Slots by which a late block is late, at most.</summary>
    public int MaxLateSlots { get; init; } = 8;

    /// <summary>Blocks that are never delivered; they can be fetched.</summary>
    public int MissingPerMille { get; init; }

    /// <summary>Blocks that are delivered after the one behind them.</summary>
    public int ReorderedPerMille { get; init; }

    /// <summary>Forks that begin in a thousand slots, at most one in 64 slots: other blocks at these slots, replaced by the true ones when the fork ends.</summary>
    public int ForksPerThousandSlots { get; init; }

    /// <summary>Slots of a fork, at most; 32 is what a node may take back before it finalizes.</summary>
    public int MaxForkSlots { get; init; } = 32;

    /// <summary>Slots after which every WebSocket is dropped.</summary>
    public int DroppedSocketsPerMille { get; init; }

    /// <summary>Requests answered with HTTP status 429 and Retry-After.</summary>
    public int RateLimitedPerMille { get; init; }

    /// <summary>Requests answered with HTTP status 500, 502, 503 or 504.</summary>
    public int ServerErrorPerMille { get; init; }

    /// <summary>
    /// Requests answered with a JSON-RPC error that does not say the truth: for blocks -32004, -32007, -32009 or -32014, for others -32005.
    /// </summary>
    public int RpcErrorPerMille { get; init; }

    /// <summary>Requests that get no answer until <see cref="TimeoutMs"/> has gone by and the connection is closed.</summary>
    public int TimeoutPerMille { get; init; }

    /// <summary>Milliseconds that a request without answer hangs.</summary>
    public int TimeoutMs { get; init; } = 5_000;

    /// <summary>Requests whose connection is dropped at once.</summary>
    public int DroppedPerMille { get; init; }

    /// <summary>Everything, each at the same rate; forks one in two hundred slots.</summary>
    public static FaultOptions Every(ulong seed, int perMille = 50) => new()
    {
        Seed = seed,
        DuplicatedPerMille = perMille,
        LatePerMille = perMille,
        MissingPerMille = perMille,
        ReorderedPerMille = perMille,
        ForksPerThousandSlots = perMille == 0 ? 0 : 5,
        DroppedSocketsPerMille = perMille / 10,
        RateLimitedPerMille = perMille,
        ServerErrorPerMille = perMille,
        RpcErrorPerMille = perMille,
        TimeoutPerMille = perMille / 10,
        TimeoutMs = 2_000,
        DroppedPerMille = perMille,
    };

    /// <summary>Throws when an option is out of its range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Named after the option.</exception>
    public void Check()
    {
        foreach (var (name, share) in new[]
        {
            (nameof(DuplicatedPerMille), DuplicatedPerMille), (nameof(LatePerMille), LatePerMille), (nameof(MissingPerMille), MissingPerMille),
            (nameof(ReorderedPerMille), ReorderedPerMille), (nameof(DroppedSocketsPerMille), DroppedSocketsPerMille),
            (nameof(RateLimitedPerMille), RateLimitedPerMille), (nameof(ServerErrorPerMille), ServerErrorPerMille),
            (nameof(RpcErrorPerMille), RpcErrorPerMille), (nameof(TimeoutPerMille), TimeoutPerMille), (nameof(DroppedPerMille), DroppedPerMille),
        })
        {
            if (share is < 0 or > 1000) { throw new ArgumentOutOfRangeException(name, share, "A share in thousandths is asked for."); }
        }

        if (DuplicatedPerMille + LatePerMille + MissingPerMille + ReorderedPerMille > 1000)
        {
            throw new ArgumentOutOfRangeException(nameof(MissingPerMille), "Duplicated, late, missing and reordered blocks are more than all blocks.");
        }

        if (RateLimitedPerMille + ServerErrorPerMille + RpcErrorPerMille + TimeoutPerMille + DroppedPerMille > 1000)
        {
            throw new ArgumentOutOfRangeException(nameof(DroppedPerMille), "Requests that fail are more than all requests.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(ForksPerThousandSlots);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ForksPerThousandSlots, 15);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxForkSlots, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxForkSlots, 32);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxLateSlots, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxLateSlots, 31);
        ArgumentOutOfRangeException.ThrowIfNegative(TimeoutMs);
    }
}
