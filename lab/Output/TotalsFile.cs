using System.Globalization;
using System.Text.Json;
using Sluice.Lab.Venues;

namespace Sluice.Lab.Output;

/// <summary>Writes what a run made, so that a pipeline's counts can be compared with the simulator's own.</summary>
internal static class TotalsFile
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n" };

    public static void Write(string path, SimulatorOptions options, RunTotals totals)
    {
        using (var file = new FileStream(path + ".part", FileMode.Create, FileAccess.Write))
        using (var json = new Utf8JsonWriter(file, Indented))
        {
            json.WriteStartObject();
            json.WriteString("seed", options.Seed.ToString(CultureInfo.InvariantCulture));
            json.WriteNumber("first_slot", options.FirstSlot);
            json.WriteNumber("slots", totals.Slots);
            json.WriteNumber("skipped_slots", totals.SkippedSlots);
            json.WriteNumber("transactions", totals.Transactions);
            json.WriteNumber("votes", totals.Votes);
            json.WriteNumber("failed", totals.Failed);
            json.WriteNumber("swaps", totals.Swaps);
            json.WriteStartObject("swaps_by_venue");
            foreach (var venue in Enum.GetValues<VenueKind>()) { json.WriteNumber(VenueNames.Of(venue), totals.SwapsOn(venue)); }
            json.WriteEndObject();
            json.WriteString("fees_lamports", totals.FeesLamports.ToString(CultureInfo.InvariantCulture));
            json.WriteString("priority_fees_lamports", totals.PriorityFeesLamports.ToString(CultureInfo.InvariantCulture));
            json.WriteString("leader_rewards_lamports", totals.LeaderRewardsLamports.ToString(CultureInfo.InvariantCulture));
            json.WriteString("tips_lamports", totals.TipsLamports.ToString(CultureInfo.InvariantCulture));
            json.WriteString("tips_to_receivers_lamports", totals.TipsToReceiversLamports.ToString(CultureInfo.InvariantCulture));
            json.WriteString("tips_to_builder_lamports", totals.TipsToBuilderLamports.ToString(CultureInfo.InvariantCulture));
            json.WriteString("inflation_lamports", totals.InflationLamports.ToString(CultureInfo.InvariantCulture));
            json.WriteNumber("tipped_transactions", totals.TippedTransactions);
            json.WriteNumber("bytes", totals.Bytes);
            json.WriteStartObject("planted");
            foreach (var kind in Enum.GetValues<TruthKind>()) { WriteCounts(json, TruthNames.Of(kind), totals.Planted(kind)); }
            json.WriteEndObject();
            json.WriteEndObject();
        }

        File.Move(path + ".part", path, overwrite: true);
    }

    private static void WriteCounts(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, ulong> counts)
    {
        json.WriteStartObject(name);
        foreach (var (label, count) in counts) { json.WriteNumber(label, count); }
        json.WriteEndObject();
    }
}
