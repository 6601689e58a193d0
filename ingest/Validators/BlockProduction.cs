using System.Text.Json;
using Sluice.Schemas.Chain;

namespace Sluice.Ingest.Validators;

/// <summary>Who made a block in his slots: the answer to getBlockProduction.</summary>
/// <param name="FirstSlot">First slot that was counted.</param>
/// <param name="LastSlot">Last slot that was counted.</param>
/// <param name="ByIdentity">Leader slots and blocks by leader; who led in none of the slots is not there.</param>
internal sealed record BlockProduction(ulong FirstSlot, ulong LastSlot, IReadOnlyDictionary<Pubkey, (int Led, int Produced)> ByIdentity)
{
    public static BlockProduction? Read(JsonElement result)
    {
        if (result.Field("value") is not { } value || value.Field("range") is not { } range
            || range.Number("firstSlot") is not { } first || range.Number("lastSlot") is not { } last)
        {
            return null;
        }

        var leaders = new Dictionary<Pubkey, (int, int)>();
        foreach (var leader in value.Field("byIdentity").Properties())
        {
            if (Pubkey.TryParse(leader.Name, out var identity) && leader.Value is { ValueKind: JsonValueKind.Array } counts && counts.GetArrayLength() >= 2
                && counts[0].TryGetInt32(out var led) && counts[1].TryGetInt32(out var produced) && produced <= led)
            {
                leaders[identity] = (led, produced);
            }
        }

        return new BlockProduction(first, last, leaders);
    }
}
