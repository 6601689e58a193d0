using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Streams;

/// <summary>Consecutive slots of one leader's turn, and the neighbours that a detector reads with them.</summary>
public static class LeaderGroup
{
    private const long Slots = (long)WellKnown.SlotsPerLeaderGroup;

    /// <summary>Group of a slot.</summary>
    public static long Of(long slot) => slot / Slots;

    /// <summary>The group that reads this slot as the one before its first or after its last; null when none does.</summary>
    public static long? ContextOf(long slot) => (slot % Slots) switch
    {
        Slots - 1 => Of(slot) + 1,
        0 when slot > 0 => Of(slot) - 1,
        _ => null,
    };

    /// <summary>The group in whose partition a block stands: its own, or for a context copy the one that it is context of.</summary>
    public static long KeptWith(in Block block) => block.IsContext && ContextOf(block.Slot) is { } group ? group : Of(block.Slot);
}
