using System.Text;

namespace Sluice.Schemas.Generator;

/// <summary>Writes the JSON writer of every record.</summary>
internal static class JsonEmitter
{
    public static string Writer(RecordType record)
    {
        var text = RecordEmitter.Header("using System.Text.Json;\nusing Sluice.Schemas.Json;");
        text.Append($"/// <summary><see cref=\"{record.Name}\"/> as JSON: names in snake_case, amounts as strings, keys as base58, enums in snake_case.</summary>\n");
        text.Append($"public static class {record.Name}Json\n{{\n");
        foreach (var field in record.Fields)
        {
            text.Append($"    private static readonly JsonEncodedText {field.Property}Name = JsonEncodedText.Encode(\"{ColumnPlan.Snake(field.Name)}\");\n");
        }

        text.Append("\n    /// <summary>Writes an object.</summary>\n");
        text.Append($"    public static void Write(Utf8JsonWriter writer, in {record.Name} record)\n    {{\n");
        text.Append("        writer.WriteStartObject();\n        WriteFields(writer, in record);\n        writer.WriteEndObject();\n    }\n\n");
        text.Append("    /// <summary>Writes every field into the object that the caller has begun.</summary>\n");
        text.Append($"    public static void WriteFields(Utf8JsonWriter writer, in {record.Name} record)\n    {{\n");
        foreach (var field in record.Fields) { WriteField(text, field); }
        text.Append("    }\n}\n");
        return text.ToString();
    }

    private static void WriteField(StringBuilder text, Field field)
    {
        var value = "record." + field.Property;
        text.Append($"        writer.WritePropertyName({field.Property}Name);\n");
        if (field.Type.Array)
        {
            text.Append("        writer.WriteStartArray();\n");
            text.Append($"        foreach (ref readonly var item in {value} is null ? default : {value}.Span) {{ {Value(field, "item")} }}\n");
            text.Append("        writer.WriteEndArray();\n");
        }
        else if (field.Type is { Nullable: true, Kind: Kind.String or Kind.Bytes })
        {
            text.Append($"        if ({value} is null) {{ writer.WriteNullValue(); }} else {{ {Value(field, value)} }}\n");
        }
        else if (field.Type.Nullable)
        {
            var variable = field.Name + "Value";
            text.Append($"        if ({value} is {{ }} {variable}) {{ {Value(field, variable)} }} else {{ writer.WriteNullValue(); }}\n");
        }
        else
        {
            text.Append($"        {Value(field, value)}\n");
        }
    }

    private static string Value(Field field, string value) => field.Type.Kind switch
    {
        Kind.Record => $"{field.Type.Name}Json.Write(writer, in {value});",
        Kind.Enum => $"writer.WriteStringValue({field.Type.Name}Names.Snake[(int){value}]);",
        Kind.U64 or Kind.I128 => $"JsonValues.Amount(writer, {value});",
        Kind.Long when field.Name.EndsWith("Lamports", StringComparison.Ordinal) => $"JsonValues.Amount(writer, {value});",
        Kind.Pubkey or Kind.Signature or Kind.FindingId => $"JsonValues.Write(writer, in {value});",
        _ => $"JsonValues.Write(writer, {value});",
    };
}
