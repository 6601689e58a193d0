using System.Globalization;
using System.Text.Json;
using Sluice.Streams;

namespace Sluice.Cli.Roles.Tail;

/// <summary>A topic as it lies in a store: its table, and how a row becomes the record's JSON again.</summary>
/// <param name="Topic">Name of the topic; of the table where its rows are no records of a topic.</param>
/// <param name="Table">Table.</param>
/// <param name="Order">Columns that put rows in the order of the topic.</param>
/// <param name="HasTime">Whether it has block times.</param>
internal sealed record StoreTable(string Topic, string Table, string Order, bool HasTime)
{
    public static IReadOnlyList<StoreTable> All { get; } =
    [
        new(Topics.Swaps.Name, "swaps", "slot, tx_index, ix_index, inner_ix_index, leg_index", true),
        new(Topics.Arbitrages.Name, "arbitrages", "slot, tx_index, id", true),
        new(Topics.Sandwiches.Name, "sandwiches", "slot, id", true),
        new(Topics.RoundTrips.Name, "round_trips", "slot, id", true),
        new(Topics.Jit.Name, "jit", "slot, id", true),
        new(Topics.Liquidations.Name, "liquidations", "slot, tx_index, id", true),
        new(Topics.Attempts.Name, "failed_attempts", "slot, tx_index, id", true),
        new(Topics.Bundles.Name, "bundles", "slot, first_tx_index, id", true),
        new(Topics.Rejections.Name, "rejections", "slot, stage, reason", false),
        new(Topics.DeadLetters.Name, "dead_letters", "topic, source, reason, slot, tx_index, offset", false),
        new("blocks", "blocks", "slot", true),
    ];

    /// <summary>64-bit columns that are numbers in a record's JSON; others are amounts, and texts there as here.</summary>
    private static readonly HashSet<string> Numbers =
        ["slot", "parent_slot", "block_height", "block_time_unix_ms", "compute_units", "version", "count", "offset", "payload_length"];

    /// <summary>Whether rows come in the order of slots, so that the newest can be asked for.</summary>
    public bool HasSlotOrder => Order.StartsWith("slot", StringComparison.Ordinal);

    /// <summary>Statement for rows that meet a condition, in order.</summary>
    public string Select(string condition) => string.Create(CultureInfo.InvariantCulture,
        $"SELECT * {(HasTime ? "REPLACE (toUnixTimestamp64Milli(block_time) AS block_time)" : Table == "dead_letters" ? "REPLACE (base64Encode(payload) AS payload)" : "")} FROM {Table} FINAL WHERE {condition} ORDER BY {Order}");

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

            var name = column.Name == "block_time" ? "block_time_unix_ms" : column.Name;
            json.WritePropertyName(name);
            if (Numbers.Contains(name) && column.Value.ValueKind == JsonValueKind.String) { json.WriteRawValue(column.Value.GetString()!); }
            else { column.Value.WriteTo(json); }
        }

        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, string list, JsonProperty[] columns)
    {
        json.WriteStartArray(list);
        for (var i = 0; i < columns[0].Value.GetArrayLength(); i++)
        {
            json.WriteStartObject();
            foreach (var column in columns)
            {
                json.WritePropertyName(column.Name[(list.Length + 1)..]);
                column.Value[i].WriteTo(json);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
