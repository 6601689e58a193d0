using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using Sluice.Schemas.Avro;
using Sluice.Schemas.Records;
using Sluice.Sinks;
using Sluice.Sinks.Embedded;
using Sluice.Tests.Integration.Sinks;
using Sluice.Tests.Properties.Schemas;

namespace Sluice.Tests.Integration.Schemas;

/// <summary>The ClickHouse engine takes our column blocks, reads our Avro files, and writes Avro files that we read.</summary>
[Collection(TestStore.Collection)]
public sealed class EngineExchangeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [EngineFact]
    public async Task Every_table_s_blocks_arrive_as_they_were_meant()
    {
        await using var store = await _folder.OpenAsync();
        foreach (var table in Tables.All) { await Generic(nameof(InsertAndCompare), table.Record, store); }
    }

    [EngineFact]
    public async Task The_engine_reads_our_avro_files_and_we_read_what_it_writes()
    {
        await using var store = await _folder.OpenAsync();
        foreach (var type in RandomRecords.Types) { await Generic(nameof(ExchangeAvro), type, store); }
    }

    private Task Generic(string method, Type record, EmbeddedClickHouse store) =>
        (Task)typeof(EngineExchangeTests).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Instance)!
            .MakeGenericMethod(record).Invoke(this, BindingFlags.DoNotWrapExceptions, null, [store], null)!;

    private async Task InsertAndCompare<T>(EmbeddedClickHouse store)
        where T : struct, IRecord
    {
        var table = Tables.All.Single(t => t.Record == typeof(T));
        var columns = table.Columns.Select(c => $"`{c.Name}` {c.Type}");
        await store.ExecuteAsync($"CREATE TABLE {table.Name} ({string.Join(", ", columns)}) ENGINE = MergeTree ORDER BY tuple()");

        // Two blocks, so that a dictionary's memory of the first meets the second; one row has arrays of 100,000 items.
        var random = new RandomRecords(AvroSamples.Seed) { NoNegativeLongs = true };
        var records = Enumerable.Range(0, 400).Select(_ => random.Next<T>()).ToList();
        T empty = default;
        empty.Reset();
        records.Add(empty);
        if (typeof(T) == typeof(Arbitrage)) { records.Add((T)(object)AvroSamples.HugeArbitrage()); }
        var writer = Tables.WriterOf<T>();
        foreach (var half in records.Chunk(200))
        {
            writer.Clear();
            foreach (var record in half) { writer.Append(in record); }
            await store.InsertAsync(table.Name, writer.ColumnList, writer.WriteTo, Guid.NewGuid().ToString());
        }

        // Hex, since bytes that are no UTF-8 have no place in JSON.
        var list = table.Columns.Any(c => c.Name == "payload") ? "* REPLACE (hex(payload) AS payload)" : "*";
        var seen = await RowsAsync(store, $"SELECT {list} FROM {table.Name}");
        var expected = records.Select(r => ExpectedRow.Of(r)).ToArray();
        foreach (var row in expected.Where(r => r.ContainsKey("payload")))
        {
            row["payload"] = Convert.ToHexString(Encoding.Latin1.GetBytes(row["payload"]!.GetValue<string>()));
        }

        Assert.Equal(
            expected.Select(r => r.ToJsonString()).Order(StringComparer.Ordinal),
            seen.Select(r => AsText(r)!.ToJsonString()).Order(StringComparer.Ordinal));
    }

    private async Task ExchangeAvro<T>(EmbeddedClickHouse store)
        where T : struct, IRecord
    {
        var records = AvroSamples.Records<T>();
        var (ours, theirs) = (_folder.Sub($"{typeof(T).Name}.avro"), _folder.Sub($"{typeof(T).Name}.out.avro"));
        AvroSamples.Write(records, ours, AvroCompression.Deflate);

        // The table's columns are what the engine makes of our schema.
        await store.ExecuteAsync($"CREATE TABLE avro_{typeof(T).Name} ENGINE = Memory AS SELECT * FROM file('{ours}', 'Avro')");
        var hex = typeof(T).GetField("Payload") is null ? "*" : "* REPLACE (lower(hex(payload)) AS payload)";
        var seen = await RowsAsync(store, $"SELECT {hex} FROM avro_{typeof(T).Name}");
        AvroSamples.AssertEqual(records, [.. seen.Select(row => AsTree(row))]);

        await store.ExecuteAsync(
            $"INSERT INTO FUNCTION file('{theirs}', 'Avro') SELECT * FROM avro_{typeof(T).Name} SETTINGS output_format_avro_codec = 'deflate'");
        AvroSamples.AssertEqual(records, AvroSamples.Read<T>(theirs));
    }

    private static async Task<JsonNode?[]> RowsAsync(EmbeddedClickHouse store, string sql)
    {
        var result = await store.QueryAsync(new ClickHouseQuery(sql));
        return [.. result.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line))];
    }

    /// <summary>The engine's row with every value as <see cref="ExpectedRow"/> has it.</summary>
    private static JsonNode? AsText(JsonNode? value) => value switch
    {
        null => null,
        JsonObject row => new JsonObject(row.Select(p => KeyValuePair.Create(p.Key, p.Key is "block_time" or "updated" or "noticed" or "observed_at" ? AsTime(p.Value) : AsText(p.Value)))),
        JsonArray list => new JsonArray([.. list.Select(AsText)]),
        _ when value.GetValueKind() == System.Text.Json.JsonValueKind.Number && IsFloat(value) =>
            JsonValue.Create(double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture)),
        _ => JsonValue.Create(value.GetValueKind() == System.Text.Json.JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString()),
    };

    private static JsonNode? AsTime(JsonNode? iso) =>
        iso is null ? null : JsonValue.Create(iso.GetValue<string>().Replace('T', ' ').TrimEnd('Z'));

    private static bool IsFloat(JsonNode value) => value.ToJsonString().AsSpan().ContainsAny('.', 'e', 'E');

    private static readonly HashSet<string> Doubles =
        ["confidence", "weight", "causeMoveBps", "causeClosedBps", "bonusBps", "closure", "slippageUsed", "bundleConfidence"];

    /// <summary>The engine's row with every value as <see cref="RecordTree"/> has it; doubles and times are known by their names.</summary>
    private static JsonNode? AsTree(JsonNode? value, string name = "")
    {
        switch (value)
        {
            case null:
                return null;
            case JsonObject record:
                return new JsonObject(record.Select(p => KeyValuePair.Create(p.Key, AsTree(p.Value, p.Key))));
            case JsonArray list:
                return new JsonArray([.. list.Select(v => AsTree(v, name))]);
        }

        if (Doubles.Contains(name))
        {
            var bits = BitConverter.DoubleToUInt64Bits(double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture));
            return JsonValue.Create(bits.ToString("x16", CultureInfo.InvariantCulture));
        }

        if (name.EndsWith("UnixMs", StringComparison.Ordinal))
        {
            var time = DateTimeOffset.Parse(value.GetValue<string>(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            return JsonValue.Create(time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
        }

        return value.GetValueKind() switch
        {
            System.Text.Json.JsonValueKind.Number => JsonValue.Create(value.ToJsonString()),
            System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False => value.DeepClone(),
            _ => JsonValue.Create(value.GetValue<string>()),
        };
    }
}
