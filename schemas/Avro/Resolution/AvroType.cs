using System.Text.Json;

namespace Sluice.Schemas.Avro;

/// <summary>Avro's types.</summary>
internal enum AvroKind
{
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
    Array,
    Map,
    Fixed,
    Enum,
    Record,
    Union,
}

/// <summary>A schema as a graph: names are references, so that a record may hold itself. Made by <see cref="AvroTypeParser"/>.</summary>
internal sealed class AvroType(AvroKind kind)
{
    private bool? _isEmpty;

    public AvroKind Kind { get; } = kind;

    /// <summary>Full name of a record, enum or fixed; else empty.</summary>
    public string Name { get; init; } = "";

    /// <summary>Other full names that a reader goes by.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Such as <c>timestamp-millis</c>; null for none, and for a decimal, which <see cref="Scale"/> tells.</summary>
    public string? Logical { get; init; }

    /// <summary>Digits of a decimal, or 0.</summary>
    public int Precision { get; init; }

    public int Scale { get; init; }

    /// <summary>Bytes of a fixed.</summary>
    public int Size { get; init; }

    /// <summary>Items of an array, values of a map.</summary>
    public AvroType? Items { get; init; }

    public IReadOnlyList<AvroType> Branches { get; init; } = [];

    public IReadOnlyList<string> Symbols { get; init; } = [];

    /// <summary>What a symbol that is not known is read as.</summary>
    public string? DefaultSymbol { get; init; }

    /// <summary>Fields of a record, filled after the record is known by name.</summary>
    public List<AvroField> Fields { get; } = [];

    /// <summary>The name without its namespace, by which types match.</summary>
    public string ShortName => Name[(Name.LastIndexOf('.') + 1)..];

    /// <summary>For people.</summary>
    public string Label => Name.Length > 0 ? Name : Kind.ToString().ToLowerInvariant();

    /// <summary>True when every value takes no bytes at all.</summary>
    public bool IsEmpty
    {
        get
        {
            if (_isEmpty is { } known) { return known; }
            _isEmpty = false; // a record within itself never ends, so it is never empty
            _isEmpty = Kind switch
            {
                AvroKind.Null => true,
                AvroKind.Fixed => Size == 0,
                AvroKind.Record => Fields.TrueForAll(f => f.Type.IsEmpty),
                _ => false,
            };
            return _isEmpty.Value;
        }
    }
}

/// <summary>A field of a record.</summary>
internal sealed record AvroField(string Name, AvroType Type, IReadOnlyList<string> Aliases, JsonElement? Default);
