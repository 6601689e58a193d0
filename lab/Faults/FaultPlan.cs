using Sluice.Lab.Chain;

namespace Sluice.Lab.Faults;

/// <summary>What happens to the delivery of a block.</summary>
public enum DeliveryFault
{
    None,
    Duplicated,
    Late,
    Missing,
    Reordered,
}

/// <summary>What happens to a request.</summary>
public enum RequestFault
{
    None,

    /// <summary>HTTP 429 with Retry-After.</summary>
    RateLimited,

    /// <summary>HTTP 500, 502, 503 or 504.</summary>
    ServerError,

    /// <summary>A JSON-RPC error in an answer with status 200.</summary>
    RpcError,

    /// <summary>No answer for a while, then the connection is closed.</summary>
    Timeout,

    /// <summary>The connection is dropped.</summary>
    Dropped,
}

/// <summary>Slots at which other blocks are seen first.</summary>
/// <param name="First">First slot.</param>
/// <param name="End">Slot after the last one: when it comes, the true blocks replace the others.</param>
public readonly record struct Fork(ulong First, ulong End);

/// <summary>All faults of a run, as functions of the seed.</summary>
public sealed class FaultPlan(FaultOptions options)
{
    private const ulong Window = 64;
    private static readonly int[] Statuses = [500, 502, 503, 504];
    private static readonly int[] BlockErrors = [-32004, -32007, -32009, -32014];

    public FaultOptions Options { get; } = Checked(options);

    /// <summary>What happens to the delivery of a slot's block, and by how many slots it is late.</summary>
    /// <param name="channel">Deliveries of the same block by several ways are drawn apart.</param>
    public (DeliveryFault Fault, int Slots) DeliveryOf(ulong slot, int channel = 0)
    {
        var random = new Prng(Options.Seed, stream: 0xDE11_0000_0000_0000 + ((ulong)channel << 40) + slot);
        var draw = random.Below(1000);
        if (draw < Options.DuplicatedPerMille) { return (DeliveryFault.Duplicated, random.Below(4)); }
        draw -= Options.DuplicatedPerMille;
        if (draw < Options.LatePerMille) { return (DeliveryFault.Late, 1 + random.Below(Options.MaxLateSlots)); }
        draw -= Options.LatePerMille;
        if (draw < Options.MissingPerMille) { return (DeliveryFault.Missing, 0); }
        draw -= Options.MissingPerMille;
        return draw < Options.ReorderedPerMille ? (DeliveryFault.Reordered, 1) : (DeliveryFault.None, 0);
    }

    /// <summary>Slots for which a block cannot be fetched after it was made: those by which its delivery is late.</summary>
    public int HiddenFor(ulong slot) => DeliveryOf(slot) is (DeliveryFault.Late, var slots) ? slots : 0;

    /// <summary>The fork that covers a slot, or null. Forks do not touch.</summary>
    public Fork? ForkAt(ulong slot)
    {
        var window = slot / Window;
        var random = new Prng(Options.Seed, stream: 0xF02C_0000_0000_0000 + window);
        if (!random.PerMille(Math.Min(1000, Options.ForksPerThousandSlots * (int)Window))) { return null; }
        var length = 1 + random.Below(Options.MaxForkSlots);
        var first = (window * Window) + (ulong)random.Below((int)Window - length);
        return slot >= first && slot < first + (ulong)length ? new Fork(first, first + (ulong)length) : null;
    }

    /// <summary>Whether every WebSocket is dropped after a slot.</summary>
    public bool DropsSocketsAfter(ulong slot) => new Prng(Options.Seed, stream: 0xD209_0000_0000_0000 + slot).PerMille(Options.DroppedSocketsPerMille);

    /// <summary>What happens to a request, by its number since the start.</summary>
    /// <returns>The fault, and with it the HTTP status or, for requests of blocks, the JSON-RPC error.</returns>
    public (RequestFault Fault, int Code) OfRequest(ulong number)
    {
        var random = new Prng(Options.Seed, stream: 0x4E90_0000_0000_0000 + number);
        var draw = random.Below(1000);
        if (draw < Options.RateLimitedPerMille) { return (RequestFault.RateLimited, 429); }
        draw -= Options.RateLimitedPerMille;
        if (draw < Options.ServerErrorPerMille) { return (RequestFault.ServerError, Statuses[random.Below(Statuses.Length)]); }
        draw -= Options.ServerErrorPerMille;
        if (draw < Options.RpcErrorPerMille) { return (RequestFault.RpcError, BlockErrors[random.Below(BlockErrors.Length)]); }
        draw -= Options.RpcErrorPerMille;
        if (draw < Options.TimeoutPerMille) { return (RequestFault.Timeout, 0); }
        draw -= Options.TimeoutPerMille;
        return draw < Options.DroppedPerMille ? (RequestFault.Dropped, 0) : (RequestFault.None, 0);
    }

    private static FaultOptions Checked(FaultOptions options)
    {
        options.Check();
        return options;
    }
}
