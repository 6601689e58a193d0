using System.Text.Json;
using Sluice.Schemas.Avro;
using Sluice.Schemas.Records;
using Sluice.Streams;

namespace Sluice.Tests.Unit.Schemas;

/// <summary>The schema files are documented, can grow, and the pages about them are in step.</summary>
public class ContractTests
{
    public static TheoryData<string> SchemaFiles => [.. ContractPages.Files("avro").Concat(ContractPages.Files("rows")).Select(f => f.File)];

    [Theory]
    [MemberData(nameof(SchemaFiles))]
    public void Every_record_field_and_enum_says_what_it_means(string file)
    {
        foreach (var (place, type, _) in Declarations(Read(file)))
        {
            var doc = type.TryGetProperty("doc", out var text) ? text.GetString() : null;
            Assert.True(doc is { Length: > 3 } && doc.EndsWith('.'), $"{file}: {place} has no doc, or one that is no sentence");
        }
    }

    /// <summary>With defaults for what may be absent and for what came later, a later reader understands earlier data and the other way round.</summary>
    [Theory]
    [MemberData(nameof(SchemaFiles))]
    public void What_may_be_absent_has_a_default(string file)
    {
        var first = FirstVersion(file) is { } former ? Declarations(former).Where(d => d.IsField).Select(d => d.Place).ToHashSet() : null;
        foreach (var (place, declaration, isField) in Declarations(Read(file)))
        {
            if (!isField) { continue; }
            var type = declaration.GetProperty("type");
            var expected = type.ValueKind == JsonValueKind.Array ? JsonValueKind.Null
                : type.ValueKind == JsonValueKind.Object && type.GetProperty("type").GetString() == "array" ? JsonValueKind.Array
                : JsonValueKind.Undefined;
            var actual = declaration.TryGetProperty("default", out var value) ? value.ValueKind : JsonValueKind.Undefined;

            // A record that is new as a whole was never written without its fields.
            var outer = place.LastIndexOf('.') is > 0 and var dot ? place[..dot] : null;
            if (expected == JsonValueKind.Undefined && first?.Contains(place) == false && (outer is null || first.Contains(outer)))
            {
                Assert.True(actual != JsonValueKind.Undefined, $"{file}: {place} came after the first version and has no default");
                continue;
            }

            Assert.True(expected == actual, $"{file}: {place} has default {actual}, expected {expected}");
        }
    }

    [Theory]
    [MemberData(nameof(SchemaFiles))]
    public void Names_are_camel_case_without_underscores(string file) =>
        Assert.All(Declarations(Read(file)).Where(d => d.IsField), d => Assert.Matches("^[a-z][a-zA-Z0-9]*$", d.Type.GetProperty("name").GetString()!));

    [Fact]
    public void Every_topic_has_a_schema_and_every_schema_s_topic_is_in_the_topic_table()
    {
        Assert.All(Topics.All, t => Assert.NotNull(AvroSchemas.ForTopic(t.Name)));
        Assert.All(AvroSchemas.Topics.Keys, name => Assert.NotNull(ContractPages.TopicOf(name)));
    }

    [Fact]
    public void The_page_of_topics_is_in_step() => Check("docs/topics.md", ContractPages.TopicsPage());

    [Fact]
    public void The_page_of_tables_is_in_step() => Check("docs/tables.md", ContractPages.TablesPage());

    [Fact]
    public void The_lists_of_the_schemas_folder_are_in_step() => Check("schemas/README.md", ContractPages.Lists());

    /// <summary>Compares the made part of a page; UPDATE_GOLDEN=1 rewrites it instead.</summary>
    private static void Check(string page, string made)
    {
        var path = Path.Combine(RealData.RepositoryRoot, page);
        var text = File.ReadAllText(path);
        var (begin, end) = (text.IndexOf(ContractPages.Begin, StringComparison.Ordinal), text.IndexOf(ContractPages.End, StringComparison.Ordinal));
        Assert.True(begin >= 0 && end > begin, $"{page} lacks the marks around its made part");
        begin += ContractPages.Begin.Length + 1;
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(path, text[..begin] + made + "\n" + text[end..]);
            return;
        }

        Assert.Equal(made + "\n", text[begin..end]);
    }

    /// <summary>The oldest schema of a file's topic, or null where the current one is the only one.</summary>
    private static JsonElement? FirstVersion(string file) =>
        Read(file).TryGetProperty("topic", out var topic) && AvroHistory.Of(topic.GetString()!).FirstOrDefault() is { } former
            ? JsonDocument.Parse(former.Schema.Json).RootElement
            : null;

    private static JsonElement Read(string file) => JsonDocument.Parse(File.ReadAllText(Path.Combine(RealData.RepositoryRoot, file))).RootElement;

    /// <summary>Records, enums and fields of a schema, each with its path.</summary>
    private static IEnumerable<(string Place, JsonElement Type, bool IsField)> Declarations(JsonElement schema, string place = "")
    {
        if (schema.ValueKind == JsonValueKind.Array)
        {
            foreach (var found in schema.EnumerateArray().SelectMany(b => Declarations(b, place))) { yield return found; }
        }

        if (schema.ValueKind != JsonValueKind.Object) { yield break; }
        switch (schema.GetProperty("type").GetString())
        {
            case "enum":
                yield return ($"{place}, its enum", schema, false);
                break;
            case "array":
                foreach (var found in Declarations(schema.GetProperty("items"), place)) { yield return found; }
                break;
            case "record":
                yield return (place.Length == 0 ? "the record" : $"{place}, its record", schema, false);
                foreach (var field in schema.GetProperty("fields").EnumerateArray())
                {
                    var inner = $"{place}{(place.Length == 0 ? "" : ".")}{field.GetProperty("name").GetString()}";
                    yield return (inner, field, true);
                    foreach (var found in Declarations(field.GetProperty("type"), inner)) { yield return found; }
                }

                break;
        }
    }
}
