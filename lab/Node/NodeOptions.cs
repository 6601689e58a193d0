using Sluice.Lab.Faults;

namespace Sluice.Lab.Node;

/// <summary>How a node serves the simulated chain.</summary>
public sealed class NodeOptions
{
    /// <summary>Slots by which "confirmed" is behind "processed": votes of two thirds of the stake come in the next block or the one after it.</summary>
    public int ConfirmedLag { get; init; } = 1;

    /// <summary>Slots by which "finalized" is behind "processed": 32 on mainnet.</summary>
    public int FinalizedLag { get; init; } = 32;

    /// <summary>Slots whose blocks are kept, at most; older blocks are answered as cleaned up.</summary>
    public int KeepSlots { get; init; } = 512;

    /// <summary>Bytes of blocks that are kept, at most: the newest 64 slots are kept whatever they take.</summary>
    public long KeepBytes { get; init; } = 1L << 30;

    /// <summary>Requests a second that are answered; more get HTTP status 429. Null for no limit.</summary>
    public int? RequestsPerSecond { get; init; }

    /// <summary>WebSocket connections at a time, and subscriptions of each.</summary>
    public int MaxSockets { get; init; } = 1_000;

    public int MaxSubscriptions { get; init; } = 100;

    /// <summary>
    /// Messages, and bytes, that wait for a subscriber; one that lets more pile up is disconnected. The bytes are shared by all who wait for the same
    /// block; a mainnet-sized one has 3 MB.
    /// </summary>
    public int MaxWaitingMessages { get; init; } = 256;

    public long MaxWaitingBytes { get; init; } = 256L << 20;

    /// <summary>Is told of each slot as it is made, with what was planted in it.</summary>
    public Action<SimulatedSlot>? Made { get; init; }

    /// <summary>What goes wrong.</summary>
    public FaultOptions Faults { get; init; } = new();

    /// <summary>Throws when an option is out of its range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Named after the option.</exception>
    public void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ConfirmedLag);
        ArgumentOutOfRangeException.ThrowIfLessThan(FinalizedLag, 32);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ConfirmedLag, FinalizedLag);
        ArgumentOutOfRangeException.ThrowIfLessThan(KeepSlots, FinalizedLag + 32);
        ArgumentOutOfRangeException.ThrowIfLessThan(KeepBytes, 1L);
        if (RequestsPerSecond is { } rate) { ArgumentOutOfRangeException.ThrowIfLessThan(rate, 1, nameof(RequestsPerSecond)); }
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxSockets, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxSubscriptions, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxWaitingMessages, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxWaitingBytes, 1L);
        Faults.Check();
    }
}
