using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sluice.Schemas.Generator;

/// <summary>Writes the Avro codec of every record, and the list of schemas.</summary>
internal static class AvroEmitter
{
    private const string Usings = "using Sluice.Schemas.Avro;";

    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Codec(RecordType record, SchemaSet schemas)
    {
        var text = RecordEmitter.Header(Usings);
        if (record.SchemaText is { } schema)
        {
            text.Append($"/// <summary>Avro encoding of <see cref=\"{record.Name}\"/>.</summary>\n");
            text.Append($"public sealed class {record.Name}Avro : AvroCodec<{record.Name}>\n{{\n");
            text.Append($"    private const string SchemaJson = \"\"\"{CompactJson(schema)}\"\"\";\n\n");
            text.Append("    /// <summary>The one codec; it keeps no state.</summary>\n");
            text.Append($"    public static readonly {record.Name}Avro Codec = new();\n\n");
            text.Append($"    private {record.Name}Avro()\n        : base(AvroSchema.Parse(SchemaJson))\n    {{\n    }}\n\n");
            text.Append($"    private protected override void WriteBody(ref AvroWriter writer, in {record.Name} record)\n    {{\n");
            WriteFields(text, record);
            text.Append($"    }}\n\n    private protected override bool ReadBody(ref AvroReader reader, ref {record.Name} record)\n    {{\n");
            text.Append("        record.Reset();\n");
            ReadFields(text, record, schemas);
            text.Append("        record.EndRead();\n        return true;\n");
        }
        else
        {
            text.Append($"/// <summary>Avro encoding of <see cref=\"{record.Name}\"/> inside other records.</summary>\n");
            text.Append($"internal static class {record.Name}Avro\n{{\n");
            text.Append($"    public static void Write(ref AvroWriter writer, in {record.Name} record)\n    {{\n");
            WriteFields(text, record);
            text.Append($"    }}\n\n    /// <summary>Reads into a record that was reset.</summary>\n");
            text.Append($"    public static bool Read(ref AvroReader reader, ref {record.Name} record)\n    {{\n");
            ReadFields(text, record, schemas);
            text.Append("        return true;\n");
        }

        text.Append("    }\n}\n");
        return text.ToString();
    }

    /// <summary>The list of codecs by record and of schemas by topic.</summary>
    public static string Schemas(IEnumerable<RecordType> records)
    {
        var all = records.Where(r => r.SchemaText is not null).ToArray();
        var text = RecordEmitter.Header(Usings);
        text.Append("/// <summary>Schemas and codecs of all records that have a schema file.</summary>\npublic static class AvroSchemas\n{\n");
        text.Append("    /// <summary>Every schema, by the name of its record type.</summary>\n");
        text.Append("    public static IReadOnlyDictionary<string, AvroSchema> All { get; } = new Dictionary<string, AvroSchema>(StringComparer.Ordinal)\n    {\n");
        foreach (var record in all) { text.Append($"        [nameof({record.Name})] = {record.Name}Avro.Codec.Schema,\n"); }
        text.Append("    };\n\n    /// <summary>Every topic with its schema; a topic that begins with <c>*</c> stands for all that end like it.</summary>\n");
        text.Append("    public static IReadOnlyDictionary<string, AvroSchema> Topics { get; } = new Dictionary<string, AvroSchema>(StringComparer.Ordinal)\n    {\n");
        foreach (var record in all.Where(r => r.Topic is not null)) { text.Append($"        [\"{record.Topic}\"] = {record.Name}Avro.Codec.Schema,\n"); }
        text.Append("    };\n\n    /// <summary>Schema of a topic's values, or null for a topic that is not ours.</summary>\n");
        text.Append("    public static AvroSchema? ForTopic(string topic) =>\n        Topics.TryGetValue(topic, out var schema) || Topics.TryGetValue(Kind(topic), out schema) ? schema : null;\n\n");
        text.Append("    /// <summary>True when a schema's topic names this topic or, beginning with <c>*</c>, those that end like it.</summary>\n");
        text.Append("    public static bool IsTopic(string topic, string schemaTopic) => schemaTopic == topic || schemaTopic == Kind(topic);\n\n");
        text.Append("    private static string Kind(string topic) => \"*\" + topic[Math.Max(0, topic.LastIndexOf('.'))..];\n\n");
        text.Append("    /// <summary>Codec of a record type; throws where the type has no schema file.</summary>\n");
        text.Append("    public static AvroCodec<T> CodecOf<T>()\n        where T : struct, IRecord\n    {\n");
        foreach (var record in all)
        {
            text.Append($"        if (typeof(T) == typeof({record.Name})) {{ return (AvroCodec<T>)(object){record.Name}Avro.Codec; }}\n");
        }

        text.Append("        throw new ArgumentException($\"{typeof(T).Name} has no schema.\");\n    }\n}\n");
        return text.ToString();
    }

    private static string CompactJson(string schema)
    {
        using var json = JsonDocument.Parse(schema);
        return JsonSerializer.Serialize(json.RootElement, Compact);
    }

    private static void WriteFields(StringBuilder text, RecordType record)
    {
        foreach (var field in record.Fields)
        {
            var value = "record." + field.Property;
            if (field.Type.Array)
            {
                var items = field.Name + "Items";
                text.Append($"        var {items} = {value} is null ? default : {value}.Span;\n        writer.BeginArray({items}.Length);\n");
                text.Append($"        foreach (ref readonly var item in {items}) {{ {Write(field.Type, "item")} }}\n        writer.EndArray();\n");
            }
            else if (field.Type.Nullable)
            {
                var variable = field.Name + "Value";
                text.Append($"        if ({value} is {{ }} {variable})\n        {{\n            writer.Long(1);\n            {Write(field.Type, variable)}\n        }}\n");
                text.Append("        else { writer.Long(0); }\n");
            }
            else
            {
                text.Append($"        {Write(field.Type, value)}\n");
            }
        }
    }

    private static string Write(FieldType type, string value) => type.Kind switch
    {
        Kind.Record => $"{type.Name}Avro.Write(ref writer, in {value});",
        Kind.Enum => $"writer.Long((long){value});",
        Kind.Bool => $"writer.Bool({value});",
        Kind.Int or Kind.Long or Kind.TimestampMs => $"writer.Long({value});",
        Kind.Double => $"writer.Double({value});",
        Kind.String => $"writer.Text({value});",
        Kind.Bytes => $"writer.Bytes({value});",
        Kind.U64 or Kind.I128 => $"writer.Decimal({value});",
        Kind.Pubkey => $"writer.Key(in {value});",
        Kind.Signature => $"writer.Signature(in {value});",
        Kind.FindingId => $"writer.Id(in {value});",
        _ => throw new FormatException($"{type.Kind} has no Avro encoding"),
    };

    private static void ReadFields(StringBuilder text, RecordType record, SchemaSet schemas)
    {
        foreach (var field in record.Fields)
        {
            var target = "record." + field.Property;
            var orFail = $" {{ return reader.In(\"{field.Name}\"); }}\n";
            if (field.Type.Array)
            {
                text.Append($"        while (true)\n        {{\n            if (!reader.TryBlock(out var count, out var end)){orFail}");
                text.Append("            if (count == 0) { break; }\n            for (; count > 0; count--)\n            {\n");
                if (field.Type.Kind == Kind.Record)
                {
                    text.Append($"                if (!{field.Type.Name}Avro.Read(ref reader, ref {target}.Add())){orFail}");
                }
                else
                {
                    text.Append($"                if (!{Read(field.Type, schemas)}){orFail}");
                    text.Append($"                {target}.Add({Cast(field.Type)}value);\n");
                }

                text.Append($"            }}\n\n            if (!reader.TryEndBlock(end)){orFail}        }}\n\n");
            }
            else if (field.Type.Kind == Kind.Record)
            {
                text.Append($"        if (!{field.Type.Name}Avro.Read(ref reader, ref {target})){orFail}");
            }
            else if (field.Type.Nullable)
            {
                text.Append($"        {{\n            if (!reader.TryIndex(2, out var branch)){orFail}            if (branch == 1)\n            {{\n");
                text.Append($"                if (!{Read(field.Type, schemas)}){orFail}                {target} = {Cast(field.Type)}value;\n            }}\n        }}\n\n");
            }
            else if (field.Type.Kind == Kind.Enum)
            {
                text.Append($"        {{\n            if (!{Read(field.Type, schemas)}){orFail}            {target} = {Cast(field.Type)}value;\n        }}\n\n");
            }
            else
            {
                text.Append($"        if (!{Read(field.Type, schemas, target)}){orFail}");
            }
        }
    }

    private static string Cast(FieldType type) => type.Kind == Kind.Enum ? $"({type.Name})" : "";

    private static string Read(FieldType type, SchemaSet schemas, string? target = null)
    {
        var into = target is null ? $"out {(type.Kind == Kind.Enum ? "int" : type.CSharp)} value" : $"out {target}";
        return type.Kind switch
        {
            Kind.Enum => $"reader.TryIndex({schemas.Enums.First(e => e.Name == type.Name).Symbols.Count}, {into})",
            Kind.Bool => $"reader.TryBool({into})",
            Kind.Int => $"reader.TryInt({into})",
            Kind.Long or Kind.TimestampMs => $"reader.TryLong({into})",
            Kind.Double => $"reader.TryDouble({into})",
            Kind.String => $"reader.TryText({into})",
            Kind.Bytes => $"reader.TryBytes({into})",
            Kind.U64 or Kind.I128 => $"reader.TryDecimal({into})",
            Kind.Pubkey => $"reader.TryKey({into})",
            Kind.Signature => $"reader.TrySignature({into})",
            Kind.FindingId => $"reader.TryId({into})",
            _ => throw new FormatException($"{type.Kind} has no Avro encoding"),
        };
    }
}
