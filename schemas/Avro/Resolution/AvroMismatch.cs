namespace Sluice.Schemas.Avro;

/// <summary>Why values of one schema cannot be read with another, in one place.</summary>
/// <param name="Path">Field, such as <c>quality.parent</c>; empty for the outermost type. Items of arrays and maps add nothing to it.</param>
/// <param name="Rule">The rule that does not hold, see <see cref="AvroRules"/>.</param>
/// <param name="Message">For people.</param>
/// <param name="IsPartial">True when only some values are concerned, such as those of one branch of a union.</param>
public sealed record AvroMismatch(string Path, string Rule, string Message, bool IsPartial = false)
{
    public override string ToString() => $"{(Path.Length == 0 ? "the value" : Path)}: {Message} ({Rule})";
}

/// <summary>The rules of schema resolution (Avro 1.11, "Schema Resolution"), as a mismatch names them.</summary>
public static class AvroRules
{
    /// <summary>The types differ, and the writer's is not promoted to the reader's.</summary>
    public const string Type = "type";

    /// <summary>Records, enums or fixed of other names, and no alias helps.</summary>
    public const string Name = "name";

    /// <summary>A field that the writer lacks has no default in the reader's schema.</summary>
    public const string MissingDefault = "missing_default";

    /// <summary>A default that is no value of its field's type.</summary>
    public const string BadDefault = "bad_default";

    /// <summary>A symbol of the writer's that the reader's enum lacks, without a default.</summary>
    public const string EnumSymbol = "enum_symbol";

    /// <summary>A branch of the writer's union that is nothing in the reader's type, or a type that no branch of the reader's union takes.</summary>
    public const string UnionBranch = "union_branch";

    /// <summary>Fixed of another size.</summary>
    public const string FixedSize = "fixed_size";

    /// <summary>Both sides have a logical type, and not the same: the number would be read as something else.</summary>
    public const string LogicalType = "logical_type";

    /// <summary>Schemas beyond what is resolved: too many types that hold each other.</summary>
    public const string TooComplex = "too_complex";

    /// <summary>The text is no schema that can be read.</summary>
    public const string Schema = "schema";
}
