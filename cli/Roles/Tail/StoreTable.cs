using System.Globalization;
using System.Text.Json;
using Sluice.Streams;

namespace Sluice.Cli.Roles.Tail;

/// <summary>A topic as it lies in a store: its table, and how a row becomes the record's JSON again.</summary>
/// <param name="Topic">Name of the topic; of the table where its rows are no records of a topic.</param>
/// <param name="Table">Table.</param>
/// <param name="Order">Columns that put rows in the order of the topic.</param>
/// <param name="Time">Column of block times, or of other times; null where it has none.</param>
internal sealed record StoreTable(string Topic, string Table, string Order, string? Time)
{
    private const string BlockTime = "block_time";

    public static IReadOnlyList<StoreTable> All { get; } =
    [
        new(Topics.Swaps.Name, "swaps", "slot, tx_index, ix_index, inner_ix_index, leg_index", BlockTime),
        new(Topics.Validators.Name, "validators", "epoch, vote_account, slot", "observed_at"),
        new(Topics.Arbitrages.Name, "arbitrages", "slot, tx_index, id", BlockTime),
        new(Topics.Sandwiches.Name, "sandwiches", "slot, id", BlockTime),
        new(Topics.RoundTrips.Name, "round_trips", "slot, id", BlockTime),
        new(Topics.Jit.Name, "jit", "slot, id", BlockTime),
        new(Topics.Liquidations.Name, "liquidations", "slot, tx_index, id", BlockTime),
        new(Topics.Attempts.Name, "failed_attempts", "slot, tx_index, id", BlockTime),
        new(Topics.Bundles.Name, "bundles", "slot, first_tx_index, id", BlockTime),
        new(Topics.Rejections.Name, "rejections", "slot, stage, reason", null),
        new(Topics.DeadLetters.Name, "dead_letters", "topic, source, reason, slot, tx_index, offset", null),
        new("blocks", "blocks", "slot", BlockTime),
    ];

    /// <summary>64-bit columns that are numbers in a record's JSON; others are amounts, and texts there as here.</summary>
    private static readonly HashSet<string> Numbers =
    [
        "slot", "parent_slot", "block_height", "block_time_unix_ms", "compute_units", "version", "count", "offset", "payload_length", "epoch", "observed_at_unix_ms",
        "credits", "previous_credits", "last_vote_slot", "root_slot", "production_first_slot", "production_last_slot", "feature_set", "reward_epoch", "reward_slot",
    ];

    /// <summary>Whether it has times.</summary>
    public bool HasTime => Time is not null;

    /// <summary>Whether rows come in the order of slots, so that the newest can be asked for.</summary>
    public bool HasSlotOrder => Order.StartsWith("slot", StringComparison.Ordinal);

    /// <summary>Statement for rows that meet a condition, in order.</summary>
    public string Select(string condition) => string.Create(CultureInfo.InvariantCulture,
        $"SELECT * {(HasTime ? $"REPLACE (toUnixTimestamp64Milli({Time}) AS {Time})" : Table == "dead_letters" ? "REPLACE (base64Encode(payload) AS payload)" : "")} FROM {Table} FINAL WHERE {condition} ORDER BY {Order}");

    /// <summary>Writes a row as the record that it came of.</summary>
    public static void Write(Utf8JsonWriter json, JsonElement row)
    {
        json.WriteStartObject();
        var lists = new HashSet<string>();
        foreach (var column in row.EnumerateObject())
        {
            var dot = column.Name.IndexOf('.', StringComparison.Ordinal);
            if (dot > 0)
            {
                // Columns of one length that stand side by side: a list of records.
                var list = column.Name[..dot];
                if (lists.Add(list)) { WriteList(json, list, [.. row.EnumerateObject().Where(c => c.Name.StartsWith(list + ".", StringComparison.Ordinal))]); }
                continue;
            }

            WriteValue(json, column.Name is BlockTime or "observed_at" ? column.Name + "_unix_ms" : column.Name, column.Value);
        }

        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, string name, JsonElement value)
    {
        json.WritePropertyName(name);
        if (Numbers.Contains(name) && value.ValueKind == JsonValueKind.String) { json.WriteRawValue(value.GetString()!); } else { value.WriteTo(json); }
    }

    private static void WriteList(Utf8JsonWriter json, string list, JsonProperty[] columns)
    {
        json.WriteStartArray(list);
        for (var i = 0; i < columns[0].Value.GetArrayLength(); i++)
        {
            json.WriteStartObject();
            foreach (var column in columns)
            {
                WriteValue(json, column.Name[(list.Length + 1)..], column.Value[i]);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
