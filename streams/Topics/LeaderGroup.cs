using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Streams;

/// <summary>Consecutive slots of one leader's turn, and the neighbours that a detector reads with them.</summary>
public static class LeaderGroup
{
    private const long Slots = (long)WellKnown.SlotsPerLeaderGroup;

    /// <summary>Parents further back than this many slots are taken for broken.</summary>
    private const long FarthestParent = 4_096;

    /// <summary>Group of a slot.</summary>
    public static long Of(long slot) => slot / Slots;

    /// <summary>
    /// The other group that reads a block: the next one, for which the last slot of a group is the one before its first; or, for the first block after a group,
    /// that group, which is complete then: also where the slot right after it was skipped. Null when no group does.
    /// </summary>
    public static long? ContextOf(in Block block)
    {
        var group = Of(block.Slot);
        if (block.Slot % Slots == Slots - 1) { return group + 1; }
        var parent = block.IsComplete && block.ParentSlot < block.Slot && block.ParentSlot >= block.Slot - FarthestParent ? block.ParentSlot : block.Slot - 1;
        return parent >= 0 && Of(parent) < group ? Of(parent) : null;
    }

    /// <summary>The group in whose partition a block stands: its own, or for a context copy the one that it is context of.</summary>
    public static long KeptWith(in Block block) => block.IsContext && ContextOf(in block) is { } group ? group : Of(block.Slot);
}
