using System.Text.Json;

namespace Sluice.Ingest.Validators;

/// <summary>What a vote account was paid for an epoch: one item of the answer to getInflationReward.</summary>
/// <param name="Lamports">Amount.</param>
/// <param name="Slot">Slot of the payment.</param>
/// <param name="CommissionBps">Commission at that time, hundredths of a percent. Agave before 4.0 tells whole percent as commission, later ones commissionBps.</param>
internal readonly record struct InflationReward(ulong Lamports, long? Slot, int? CommissionBps)
{
    /// <summary>An item for each address that was asked for, null for one that was paid nothing; null where the answer has another number of them.</summary>
    public static InflationReward?[]? ReadAll(JsonElement result, int asked)
    {
        if (result.ValueKind != JsonValueKind.Array || result.GetArrayLength() != asked) { return null; }
        return [.. result.EnumerateArray().Select(item => item.Number("amount") is { } lamports
            ? new InflationReward(lamports, item.Long("effectiveSlot"), item.Int("commissionBps") ?? item.Int("commission") * 100)
            : (InflationReward?)null)];
    }
}
