using System.Text.Json;

namespace Sluice.Schemas.Avro;

/// <summary>Reads a schema's text into its graph of types (Avro 1.11, "Schema Declaration" and "Names").</summary>
internal sealed class AvroTypeParser
{
    /// <summary>Longest schema that is read, in characters.</summary>
    public const int MaxChars = 1 << 20;

    private readonly Dictionary<string, AvroType> _named = new(StringComparer.Ordinal);

    private AvroTypeParser()
    {
    }

    /// <summary>Throws <see cref="FormatException"/> for what is no schema, and for a name that it does not declare.</summary>
    public static AvroType Parse(string json)
    {
        if (json.Length > MaxChars) { throw new FormatException($"not an Avro schema: {json.Length:N0} characters, at most {MaxChars:N0} are read"); }
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 128 });
            var parser = new AvroTypeParser();
            var type = parser.Read(document.RootElement, "");

            // Asked here, where one thread has the graph; later it is only read.
            foreach (var named in parser._named.Values) { _ = named.IsEmpty; }
            return type;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException($"not an Avro schema: {e.Message}", e);
        }
    }

    private AvroType Read(JsonElement json, string ns)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.String:
                return Named(json.GetString()!, ns);
            case JsonValueKind.Array:
                var branches = json.EnumerateArray().Select(b => Read(b, ns)).ToArray();
                if (branches.Any(b => b.Kind == AvroKind.Union)) { throw new FormatException("a union stands directly within a union"); }
                return new AvroType(AvroKind.Union) { Branches = branches };
        }

        var type = json.GetProperty("type");
        if (type.ValueKind != JsonValueKind.String) { return Read(type, ns); }
        return type.GetString() switch
        {
            "record" or "error" => ReadRecord(json, ns),
            "enum" => ReadEnum(json, ns),
            "fixed" => ReadFixed(json, ns),
            "array" => new AvroType(AvroKind.Array) { Items = Read(json.GetProperty("items"), ns) },
            "map" => new AvroType(AvroKind.Map) { Items = Read(json.GetProperty("values"), ns) },
            var name => Primitive(name!) is { } kind ? ReadPrimitive(json, kind) : Named(name!, ns),
        };
    }

    private AvroType Named(string name, string ns)
    {
        if (Primitive(name) is { } kind) { return new AvroType(kind); }
        return _named.GetValueOrDefault(FullName(name, ns)) ?? _named.GetValueOrDefault(name)
            ?? throw new FormatException($"type {name} is used before it is declared, or never is");
    }

    private static AvroKind? Primitive(string name) => name switch
    {
        "null" => AvroKind.Null,
        "boolean" => AvroKind.Boolean,
        "int" => AvroKind.Int,
        "long" => AvroKind.Long,
        "float" => AvroKind.Float,
        "double" => AvroKind.Double,
        "bytes" => AvroKind.Bytes,
        "string" => AvroKind.String,
        _ => null,
    };

    private static AvroType ReadPrimitive(JsonElement json, AvroKind kind)
    {
        var (logical, precision, scale) = Logical(json);
        return new AvroType(kind) { Logical = logical, Precision = precision, Scale = scale };
    }

    private AvroType ReadFixed(JsonElement json, string ns)
    {
        var (logical, precision, scale) = Logical(json);
        var size = json.GetProperty("size").GetInt32();
        if (size < 0) { throw new FormatException($"a fixed has size {size}"); }
        var (name, aliases) = Names(json, ns);
        return Declare(new AvroType(AvroKind.Fixed)
        {
            Name = name,
            Aliases = aliases,
            Size = size,
            Logical = logical,
            Precision = precision,
            Scale = scale,
        });
    }

    private AvroType ReadEnum(JsonElement json, string ns)
    {
        var symbols = json.GetProperty("symbols").EnumerateArray().Select(s => s.GetString()!).ToArray();
        var (name, aliases) = Names(json, ns);
        var standard = Text(json, "default");
        if (standard is not null && !symbols.Contains(standard)) { throw new FormatException($"enum {name} has default {standard}, which is none of its symbols"); }
        return Declare(new AvroType(AvroKind.Enum) { Name = name, Aliases = aliases, Symbols = symbols, DefaultSymbol = standard });
    }

    private AvroType ReadRecord(JsonElement json, string outer)
    {
        var (name, aliases) = Names(json, outer);
        var record = Declare(new AvroType(AvroKind.Record) { Name = name, Aliases = aliases });
        var ns = name.LastIndexOf('.') is >= 0 and var dot ? name[..dot] : "";
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in json.GetProperty("fields").EnumerateArray())
        {
            var fieldName = field.GetProperty("name").GetString()!;
            if (!names.Add(fieldName)) { throw new FormatException($"record {name} has two fields {fieldName}"); }
            JsonElement? standard = field.TryGetProperty("default", out var value) ? value.Clone() : null;
            record.Fields.Add(new AvroField(fieldName, Read(field.GetProperty("type"), ns), [.. Texts(field, "aliases")], standard));
        }

        return record;
    }

    private AvroType Declare(AvroType type) =>
        _named.TryAdd(type.Name, type) ? type : throw new FormatException($"type {type.Name} is declared twice");

    /// <summary>The full name, and the aliases, which are relative to its namespace.</summary>
    private static (string Name, string[] Aliases) Names(JsonElement json, string outer)
    {
        var name = FullName(json.GetProperty("name").GetString()!, Text(json, "namespace") ?? outer);
        var ns = name.LastIndexOf('.') is >= 0 and var dot ? name[..dot] : "";
        return (name, [.. Texts(json, "aliases").Select(a => FullName(a, ns))]);
    }

    /// <summary>A logical type that the specification does not know is one all the same: both sides must mean the same by it.</summary>
    private static (string? Logical, int Precision, int Scale) Logical(JsonElement json)
    {
        var logical = Text(json, "logicalType");
        if (logical != "decimal") { return (logical, 0, 0); }
        var scale = json.TryGetProperty("scale", out var s) ? s.GetInt32() : 0;
        return (null, json.GetProperty("precision").GetInt32(), scale);
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static IEnumerable<string> Texts(JsonElement json, string name) =>
        json.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Select(t => t.GetString()!) : [];

    private static string FullName(string name, string ns) => name.Contains('.') || ns.Length == 0 ? name : $"{ns}.{name}";
}
