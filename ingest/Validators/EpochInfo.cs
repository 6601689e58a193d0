using System.Text.Json;

namespace Sluice.Ingest.Validators;

/// <summary>Where the chain is: the answer to getEpochInfo.</summary>
/// <param name="Epoch">Epoch of the slot.</param>
/// <param name="Slot">Newest finalized slot.</param>
/// <param name="FirstSlot">First slot of the epoch.</param>
internal readonly record struct EpochInfo(ulong Epoch, ulong Slot, ulong FirstSlot)
{
    public static EpochInfo? Read(JsonElement result) =>
        result.Number("epoch") is { } epoch && result.Number("absoluteSlot") is { } slot && result.Number("slotIndex") is { } index && index <= slot
            ? new EpochInfo(epoch, slot, slot - index)
            : null;
}
