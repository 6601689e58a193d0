using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sluice.Schemas.Avro;

/// <summary>The parsing canonical form of a schema (Avro 1.11, "Transforming into Parsing Canonical Form").</summary>
/// <remarks>
/// Primitive types become plain names, names become full ones, and only name, type, fields, symbols, items, values and
/// size stay, in this order, without white space. Logical types, defaults and documentation are gone.
/// </remarks>
internal static class CanonicalForm
{
    private static readonly HashSet<string> Primitives =
        ["null", "boolean", "int", "long", "float", "double", "bytes", "string"];

    public static string Of(JsonElement schema, out string name)
    {
        var text = new StringBuilder();
        name = Write(schema, "", text);
        return text.ToString();
    }

    /// <summary>Writes a schema's form and returns its name.</summary>
    private static string Write(JsonElement schema, string ns, StringBuilder text)
    {
        switch (schema.ValueKind)
        {
            case JsonValueKind.String:
                var name = schema.GetString()!;
                var full = Primitives.Contains(name) ? name : FullName(name, ns);
                Quote(full, text);
                return full;
            case JsonValueKind.Array:
                WriteList(schema, text, branch => Write(branch, ns, text));
                return "union";
        }

        var type = schema.GetProperty("type");
        if (type.ValueKind != JsonValueKind.String) { return Write(type, ns, text); }
        switch (type.GetString())
        {
            case "record" or "error":
                return WriteNamed(schema, "record", ns, text);
            case "enum" or "fixed":
                return WriteNamed(schema, type.GetString()!, ns, text);
            case "array":
                text.Append("{\"type\":\"array\",\"items\":");
                Write(schema.GetProperty("items"), ns, text);
                text.Append('}');
                return "array";
            case "map":
                text.Append("{\"type\":\"map\",\"values\":");
                Write(schema.GetProperty("values"), ns, text);
                text.Append('}');
                return "map";
            default:
                return Write(type, ns, text);
        }
    }

    private static string WriteNamed(JsonElement schema, string type, string outer, StringBuilder text)
    {
        var name = FullName(schema.GetProperty("name").GetString()!, Namespace(schema) ?? outer);
        var inner = name.LastIndexOf('.') is >= 0 and var dot ? name[..dot] : "";
        text.Append("{\"name\":");
        Quote(name, text);
        text.Append(",\"type\":");
        Quote(type, text);
        switch (type)
        {
            case "record":
                text.Append(",\"fields\":");
                WriteList(schema.GetProperty("fields"), text, field =>
                {
                    text.Append("{\"name\":");
                    Quote(field.GetProperty("name").GetString()!, text);
                    text.Append(",\"type\":");
                    Write(field.GetProperty("type"), inner, text);
                    text.Append('}');
                });
                break;
            case "enum":
                text.Append(",\"symbols\":");
                WriteList(schema.GetProperty("symbols"), text, symbol => Quote(symbol.GetString()!, text));
                break;
            default:
                text.Append(",\"size\":").Append(schema.GetProperty("size").GetInt64());
                break;
        }

        text.Append('}');
        return name;
    }

    private static void WriteList(JsonElement list, StringBuilder text, Action<JsonElement> write)
    {
        text.Append('[');
        var isFirst = true;
        foreach (var item in list.EnumerateArray())
        {
            if (!isFirst) { text.Append(','); }
            isFirst = false;
            write(item);
        }

        text.Append(']');
    }

    private static string? Namespace(JsonElement schema) => schema.TryGetProperty("namespace", out var ns) ? ns.GetString() : null;

    private static string FullName(string name, string ns) => name.Contains('.') || ns.Length == 0 ? name : $"{ns}.{name}";

    /// <summary>Names and symbols of a valid schema are letters, digits and underscores; anything else is escaped as JSON asks.</summary>
    private static void Quote(string value, StringBuilder text) =>
        text.Append('"').Append(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value)).Append('"');
}
