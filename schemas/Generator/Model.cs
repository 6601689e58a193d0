using System.Text.Json;

namespace Sluice.Schemas.Generator;

/// <summary>What a field holds, as the C# side sees it.</summary>
internal enum Kind
{
    Bool,
    Int,
    Long,
    Double,
    String,
    Bytes,
    TimestampMs,
    U64,
    I128,
    Pubkey,
    Signature,
    FindingId,
    Enum,
    Record,
}

/// <summary>The type of a field: a kind, possibly nullable, possibly an array of it.</summary>
internal sealed record FieldType(Kind Kind, string Name, bool Nullable, bool Array)
{
    /// <summary>The C# type of one value, without <c>?</c>.</summary>
    public string CSharp => Kind switch
    {
        Kind.Bool => "bool",
        Kind.Int => "int",
        Kind.Long or Kind.TimestampMs => "long",
        Kind.Double => "double",
        Kind.String => "string",
        Kind.Bytes => "byte[]",
        Kind.U64 => "ulong",
        Kind.I128 => "Int128",
        Kind.Pubkey => "Pubkey",
        Kind.Signature => "Signature",
        Kind.FindingId => "FindingId",
        _ => Name,
    };
}

/// <summary>One field of a record.</summary>
/// <param name="Name">Name in the schema, camelCase.</param>
/// <param name="Type">Its type.</param>
/// <param name="Doc">Its meaning, unit and range.</param>
/// <param name="ColumnType">ClickHouse type that the schema asks for, or null for the usual one.</param>
/// <param name="Default">C# expression of a plain value's default, or null where the type's own zero is it.</param>
/// <param name="Example">A value as JSON shows it, for the api's document.</param>
internal sealed record Field(string Name, FieldType Type, string Doc, string? ColumnType, string? Default = null, string? Example = null)
{
    public string Property => char.ToUpperInvariant(Name[0]) + Name[1..];
}

/// <summary>A record type of one schema file.</summary>
/// <param name="Table">ClickHouse table for a top-level record, or null.</param>
/// <param name="Topic">Topic for a top-level record, or null.</param>
/// <param name="SchemaText">The schema, for top-level records.</param>
internal sealed record RecordType(
    string Name, string Namespace, string Doc, IReadOnlyList<Field> Fields, string? Table, string? Topic, string? SchemaText);

/// <summary>An enum type.</summary>
internal sealed record EnumType(string Name, string Namespace, string Doc, IReadOnlyList<string> Symbols);

/// <summary>Everything that the schema files declare. A type may stand in several files if it is the same in each.</summary>
internal sealed class SchemaSet
{
    public List<RecordType> Records { get; } = [];

    public List<EnumType> Enums { get; } = [];

    /// <summary>Reads one file; throws <see cref="FormatException"/> naming the file for what it cannot express.</summary>
    public void Add(string path)
    {
        var text = File.ReadAllText(path);
        try
        {
            using var json = JsonDocument.Parse(text);
            ReadRecord(json.RootElement, "", text);
        }
        catch (Exception e) when (e is JsonException or FormatException or KeyNotFoundException)
        {
            throw new FormatException($"{path}: {e.Message}", e);
        }
    }

    private string ReadRecord(JsonElement json, string outerNamespace, string? schemaText)
    {
        var name = json.GetProperty("name").GetString()!;
        var ns = Text(json, "namespace") ?? outerNamespace;
        var fields = json.GetProperty("fields").EnumerateArray()
            .Select(f => ReadField(f, ns))
            .ToArray();
        var record = new RecordType(name, ns, Text(json, "doc") ?? "", fields, Text(json, "table"), Text(json, "topic"), schemaText);
        if (Records.FirstOrDefault(r => r.Name == name) is { } known)
        {
            if (!known.Fields.SequenceEqual(fields)) { throw new FormatException($"record {name} is declared twice with other fields"); }
        }
        else
        {
            Records.Add(record);
        }

        return name;
    }

    private Field ReadField(JsonElement json, string ns)
    {
        var name = json.GetProperty("name").GetString()!;
        var type = ReadType(json.GetProperty("type"), ns);
        var value = json.TryGetProperty("default", out var written) ? Default(name, type, written) : null;
        return new Field(name, type, Text(json, "doc") ?? "", Text(json, "clickhouse"), value, Text(json, "example"));
    }

    /// <summary>The default as C#: a record that is made here and one that was read without the field are then alike.</summary>
    private string? Default(string name, FieldType type, JsonElement value)
    {
        var fits = (type, value.ValueKind) switch
        {
            ({ Array: true }, JsonValueKind.Array) => value.GetArrayLength() == 0,
            ({ Nullable: true }, JsonValueKind.Null) => true,
            ({ Array: true } or { Nullable: true }, _) => false,
            ({ Kind: Kind.Bool }, JsonValueKind.True or JsonValueKind.False) => true,
            ({ Kind: Kind.Int }, JsonValueKind.Number) => value.TryGetInt32(out _),
            ({ Kind: Kind.Long or Kind.TimestampMs }, JsonValueKind.Number) => value.TryGetInt64(out _),
            ({ Kind: Kind.Double }, JsonValueKind.Number) => true,
            ({ Kind: Kind.String }, JsonValueKind.String) => true,
            ({ Kind: Kind.Enum }, JsonValueKind.String) => Enums.First(e => e.Name == type.Name).Symbols.Contains(value.GetString()!),
            _ => false,
        };
        if (!fits) { throw new FormatException($"field {name}: {value.GetRawText()} cannot be its default"); }
        return (type.Array || type.Nullable) ? null : type.Kind switch
        {
            Kind.Enum => $"{type.Name}.{RecordEmitter.Pascal(value.GetString()!)}",
            _ => value.GetRawText(),
        };
    }

    private FieldType ReadType(JsonElement json, string ns)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Array:
                var branches = json.EnumerateArray().ToArray();
                if (branches.Length != 2 || branches[0].ValueKind != JsonValueKind.String || branches[0].GetString() != "null")
                {
                    throw new FormatException("a union must be [\"null\", type]");
                }

                var branch = ReadType(branches[1], ns);
                if (branch.Array || branch.Kind is Kind.Record) { throw new FormatException("a union with null holds a scalar, not an array or a record"); }
                return branch with { Nullable = true };
            case JsonValueKind.String:
                return Primitive(json.GetString()!);
        }

        var type = json.GetProperty("type").GetString()!;
        switch (type)
        {
            case "array":
                var item = ReadType(json.GetProperty("items"), ns);
                if (item.Array || item.Nullable) { throw new FormatException("an array's items are neither arrays nor nullable"); }
                return item with { Array = true };
            case "record":
                return new FieldType(Kind.Record, ReadRecord(json, ns, null), false, false);
            case "enum":
                return new FieldType(Kind.Enum, ReadEnum(json, ns), false, false);
        }

        return (Text(json, "logicalType"), Text(json, "csharp")) switch
        {
            ("timestamp-millis", _) => new FieldType(Kind.TimestampMs, "long", false, false),
            ("decimal", "ulong") => new FieldType(Kind.U64, "ulong", false, false),
            ("decimal", "Int128") => new FieldType(Kind.I128, "Int128", false, false),
            ("solana-pubkey", _) => new FieldType(Kind.Pubkey, "Pubkey", false, false),
            ("solana-signature", _) => new FieldType(Kind.Signature, "Signature", false, false),
            (null, "FindingId") when type == "string" => new FieldType(Kind.FindingId, "FindingId", false, false),
            (null, _) => Primitive(type),
            var (logical, _) => throw new FormatException($"logical type {logical} on {type} is not known"),
        };
    }

    private string ReadEnum(JsonElement json, string ns)
    {
        var name = json.GetProperty("name").GetString()!;
        var symbols = json.GetProperty("symbols").EnumerateArray().Select(s => s.GetString()!).ToArray();
        var known = Enums.FirstOrDefault(e => e.Name == name);
        if (known is not null && !known.Symbols.SequenceEqual(symbols))
        {
            throw new FormatException($"enum {name} is declared twice with other symbols");
        }

        if (known is null) { Enums.Add(new EnumType(name, Text(json, "namespace") ?? ns, Text(json, "doc") ?? "", symbols)); }
        return name;
    }

    private static FieldType Primitive(string name) => name switch
    {
        "boolean" => new FieldType(Kind.Bool, name, false, false),
        "int" => new FieldType(Kind.Int, name, false, false),
        "long" => new FieldType(Kind.Long, name, false, false),
        "double" => new FieldType(Kind.Double, name, false, false),
        "string" => new FieldType(Kind.String, name, false, false),
        "bytes" => new FieldType(Kind.Bytes, name, false, false),
        _ => throw new FormatException($"type {name} is not supported; named types are declared where they are used"),
    };

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
