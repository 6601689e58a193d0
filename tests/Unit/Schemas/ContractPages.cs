using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sluice.Schemas.Avro;
using Sluice.Schemas.Records;
using Sluice.Streams;

namespace Sluice.Tests.Unit.Schemas;

/// <summary>The pages about topics and tables, made from the schema files, the topic table and the DDL.</summary>
internal static partial class ContractPages
{
    public const string Begin = "<!-- made from the schemas; UPDATE_GOLDEN=1 make test FILTER=ContractTests rewrites it -->";
    public const string End = "<!-- end -->";

    /// <summary>Schema files below a folder of schemas/, in order of name.</summary>
    public static IEnumerable<(string File, JsonElement Schema)> Files(string folder) =>
        Directory.EnumerateFiles(Path.Combine(RealData.RepositoryRoot, "schemas", folder), "*.avsc").Order(StringComparer.Ordinal)
            .Select(f => ($"schemas/{folder}/{Path.GetFileName(f)}", JsonDocument.Parse(File.ReadAllText(f)).RootElement));

    /// <summary>The streams' topic that a schema file's topic names; a name with a star stands for those that end like it.</summary>
    public static Topic? TopicOf(string name) => Topics.All.SingleOrDefault(t => AvroSchemas.Topics.TryGetValue(name, out var schema)
        && ReferenceEquals(AvroSchemas.ForTopic(t.Name), schema));

    /// <summary>docs/topics.md without its introduction.</summary>
    public static string TopicsPage()
    {
        var text = new StringBuilder();
        foreach (var (file, schema) in Files("avro"))
        {
            var name = schema.GetProperty("topic").GetString()!;
            var topic = TopicOf(name) ?? throw new InvalidOperationException($"{file}: no topic {name} in streams/Topics");
            var avro = AvroSchemas.Topics[name];
            text.Append($"\n## {name}\n\n{schema.GetProperty("doc").GetString()}\n\n");
            text.Append($"- Key: {topic.KeyedBy}.\n- Order: {topic.Order}.\n");
            text.Append(topic.IsCompacted
                ? "- Kept on Kafka: the newest record of a key, for ever (compacted).\n"
                : $"- Kept on Kafka: {topic.Retention.TotalDays:0} days; in the store, as long as the table has it.\n");
            text.Append($"- Value: `{avro.Name}`, [{file}](../{file}), fingerprint `{avro.Fingerprint:x16}`.\n{Former(name)}\n");
            AppendRecord(text, schema, isOuter: true);
            text.Append($"Example, as JSON:\n\n```json\n{ContractExamples.Of(name)}\n```\n");
        }

        return text.ToString();
    }

    /// <summary>A line about the former schemas of a topic, where there are some.</summary>
    private static string Former(string topic)
    {
        var former = AvroHistory.Of(topic).Select(f => $"[version {f.Version}](../schemas/avro/history/{topic}.v{f.Version}.avsc) `{f.Schema.Fingerprint:x16}`").ToArray();
        return former.Length == 0 ? "" : $"- Former schemas: {string.Join(", ", former)}.\n";
    }

    /// <summary>docs/tables.md without its introduction.</summary>
    public static string TablesPage()
    {
        var text = new StringBuilder();
        foreach (var table in Tables.All)
        {
            text.Append($"\n## {table.Name}\n\n{table.Doc}\n\n{Storage(table.Name)}| column | type | meaning |\n|---|---|---|\n");
            foreach (var column in table.Columns) { text.Append($"| `{column.Name}` | `{column.Type}` | {Cell(column.Doc)} |\n"); }
        }

        return text.ToString();
    }

    /// <summary>The two lists of schemas/README.md.</summary>
    public static string Lists()
    {
        var text = new StringBuilder("\n| topic | one record is | key | table |\n|---|---|---|---|\n");
        foreach (var (file, schema) in Files("avro"))
        {
            var name = schema.GetProperty("topic").GetString()!;
            var table = schema.TryGetProperty("table", out var t) ? $"`{t.GetString()}`" : "–";
            text.Append($"| [`{name}`]({file["schemas/".Length..]}) | {FirstSentence(schema)} | {TopicOf(name)!.KeyedBy} | {table} |\n");
        }

        text.Append("\n| table only | one row is |\n|---|---|\n");
        foreach (var (file, schema) in Files("rows"))
        {
            text.Append($"| [`{schema.GetProperty("table").GetString()}`]({file["schemas/".Length..]}) | {FirstSentence(schema)} |\n");
        }

        return text.ToString();
    }

    /// <summary>Engine, partition and sort order as the DDL has them.</summary>
    private static string Storage(string table)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(RealData.RepositoryRoot, "schemas", "clickhouse"), "*.sql").Order(StringComparer.Ordinal))
        {
            var statement = File.ReadAllText(file).Split(';').FirstOrDefault(s => Regex.IsMatch(s, $@"CREATE TABLE IF NOT EXISTS {table}\s*\("));
            if (statement is null) { continue; }
            var parts = Clause().Matches(statement).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value.Trim());
            var name = Path.GetFileName(file);
            return $"- Order: `{parts["ORDER BY"]}`"
                + (parts.TryGetValue("PARTITION BY", out var partition) ? $", partition `{partition}`" : "")
                + $", engine `{parts["ENGINE ="]}`; DDL [{name}](../schemas/clickhouse/{name}).\n\n";
        }

        throw new InvalidOperationException($"no file of schemas/clickhouse creates table {table}");
    }

    private static void AppendRecord(StringBuilder text, JsonElement schema, bool isOuter)
    {
        if (!isOuter) { text.Append($"`{schema.GetProperty("name").GetString()}`: {schema.GetProperty("doc").GetString()}\n\n"); }
        text.Append("| field | type | meaning |\n|---|---|---|\n");
        var inner = new List<JsonElement>();
        foreach (var field in schema.GetProperty("fields").EnumerateArray())
        {
            var (type, doc) = TypeOf(field.GetProperty("type"), inner);
            text.Append($"| `{field.GetProperty("name").GetString()}` | {type} | {Cell(doc ?? field.GetProperty("doc").GetString()!)} |\n");
        }

        text.Append('\n');
        foreach (var record in inner) { AppendRecord(text, record, isOuter: false); }
    }

    /// <summary>The type in words; for an enum also its meaning, which says more than the field's.</summary>
    private static (string Type, string? Doc) TypeOf(JsonElement type, List<JsonElement> inner)
    {
        if (type.ValueKind == JsonValueKind.String) { return (type.GetString()!, null); }
        if (type.ValueKind == JsonValueKind.Array)
        {
            var (branch, doc) = TypeOf(type[1], inner);
            return ($"{branch} or null", doc);
        }

        var name = type.GetProperty("type").GetString();
        switch (name)
        {
            case "record":
                inner.Add(type);
                return ($"`{type.GetProperty("name").GetString()}`", null);
            case "enum":
                return (string.Join(", ", type.GetProperty("symbols").EnumerateArray().Select(s => $"`{s.GetString()}`")), type.GetProperty("doc").GetString()!);
            case "array":
                return ($"list of {TypeOf(type.GetProperty("items"), inner).Type}", null);
        }

        return (type.TryGetProperty("logicalType", out var logicalType) ? logicalType.GetString() : null) switch
        {
            null => (name!, null),
            "decimal" => ($"decimal({type.GetProperty("precision").GetInt32()})", null),
            "solana-pubkey" => ("key (base58)", null),
            "solana-signature" => ("signature (base58)", null),
            var logical => (logical, null),
        };
    }

    private static string FirstSentence(JsonElement schema)
    {
        var doc = schema.GetProperty("doc").GetString()!;
        return doc[..(doc.IndexOf(". ", StringComparison.Ordinal) is >= 0 and var end ? end : doc.Length)].TrimEnd('.');
    }

    private static string Cell(string text) => text.Replace("|", "\\|").Replace("<", "&lt;").Replace(">", "&gt;");

    [GeneratedRegex(@"^(ENGINE =|PARTITION BY|ORDER BY) ([^\r\n]+)", RegexOptions.Multiline)]
    private static partial Regex Clause();
}
