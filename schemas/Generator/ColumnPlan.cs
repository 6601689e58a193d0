namespace Sluice.Schemas.Generator;

/// <summary>One column of a table: what it is called, what it is in ClickHouse, and the C# that fills it.</summary>
/// <param name="Member">Field of the writer, such as <c>_mintIn</c>.</param>
/// <param name="Name">Column name.</param>
/// <param name="Type">ClickHouse type, of one element inside an array.</param>
/// <param name="Class">C# type of the column.</param>
/// <param name="Arguments">Its constructor's arguments.</param>
/// <param name="Field">The field it comes from.</param>
internal sealed record ColumnPlan(string Member, string Name, string Type, string Class, string Arguments, Field Field)
{
    /// <summary>Plans the column of a scalar, or of the elements of an array of scalars.</summary>
    /// <param name="field">The field.</param>
    /// <param name="place">Where it stands, for the message when it cannot be a column.</param>
    /// <param name="memberPrefix">Name of the array of records around it, or empty.</param>
    public static ColumnPlan Of(Field field, string place, string memberPrefix = "")
    {
        var (type, @class, arguments) = TypeOf(field, place);
        var nullable = field.Type.Nullable;
        if (nullable)
        {
            type = type == "LowCardinality(String)" ? "LowCardinality(Nullable(String))" : $"Nullable({type})";
            arguments = arguments.Length == 0 ? "true" : arguments + ", true";
        }

        var name = ColumnName(field);
        return new ColumnPlan(
            "_" + (memberPrefix.Length == 0 ? field.Name : memberPrefix + field.Property),
            memberPrefix.Length == 0 ? name : $"{Snake(memberPrefix)}.{name}",
            type, @class, arguments, field);
    }

    /// <summary>Column name of a field: snake_case. A DateTime64 carries its unit in its type, so the name drops it.</summary>
    public static string ColumnName(Field field) => field.Type.Kind == Kind.TimestampMs && field.Name.EndsWith("UnixMs", StringComparison.Ordinal)
        ? Snake(field.Name[..^6])
        : Snake(field.Name);

    /// <summary>profitMint to profit_mint; sqrtPriceX64 to sqrt_price_x64.</summary>
    public static string Snake(string camel) =>
        string.Concat(camel.Select(c => char.IsAsciiLetterUpper(c) ? "_" + char.ToLowerInvariant(c) : c.ToString()));

    /// <summary>The statement that appends a value.</summary>
    /// <param name="value">Expression of the value.</param>
    public string Append(string value)
    {
        var nullable = Field.Type.Nullable;
        var converted = (Field.Type.Kind, Class) switch
        {
            // A negative number in a column of counts and slots is our bug: checked, so that it does not become a huge one.
            (Kind.Int or Kind.Long, "NumberColumn<ulong>") => $"checked((ulong{(nullable ? "?" : "")}){value})",
            (Kind.Int or Kind.Long, "NumberColumn<uint>") => $"checked((uint{(nullable ? "?" : "")}){value})",
            (Kind.Long, "NumberColumn<int>") => $"checked((int{(nullable ? "?" : "")}){value})",
            (Kind.Enum, _) => $"(int{(nullable ? "?" : "")}){value}",
            (Kind.Pubkey or Kind.Signature or Kind.FindingId, _) => "in " + value,
            _ => value,
        };
        return $"{Member}.Add({converted});";
    }

    private static (string Type, string Class, string Arguments) TypeOf(Field field, string place) => (field.Type.Kind, field.ColumnType) switch
    {
        (Kind.Enum, null or "LowCardinality(String)") => ("LowCardinality(String)", "EnumDictionaryColumn", field.Type.Name + "Names.Snake"),
        (Kind.String, "LowCardinality(String)") => ("LowCardinality(String)", "TextDictionaryColumn", ""),
        (Kind.Pubkey, "LowCardinality(String)") => ("LowCardinality(String)", "PubkeyDictionaryColumn", ""),
        (Kind.String or Kind.Bytes or Kind.Pubkey or Kind.Signature or Kind.FindingId, null) => ("String", "TextColumn", ""),
        (Kind.Bool, null) => ("Bool", "NumberColumn<bool>", ""),
        (Kind.Double, null) => ("Float64", "NumberColumn<double>", ""),
        (Kind.TimestampMs, null) => ("DateTime64(3, 'UTC')", "NumberColumn<long>", ""),
        (Kind.U64, null) => ("UInt64", "NumberColumn<ulong>", ""),
        (Kind.I128, null) => ("Int128", "NumberColumn<Int128>", ""),

        // Every long of the schemas is a slot, a height, a count or a version; one that can be negative asks for Int64.
        (Kind.Long, null) or (Kind.Int or Kind.Long, "UInt64") => ("UInt64", "NumberColumn<ulong>", ""),
        (Kind.Int, null) or (Kind.Long, "Int32") => ("Int32", "NumberColumn<int>", ""),
        (Kind.Int or Kind.Long, "Int64") => ("Int64", "NumberColumn<long>", ""),
        (Kind.Int or Kind.Long, "UInt32") => ("UInt32", "NumberColumn<uint>", ""),
        var (kind, asked) => throw new FormatException(
            asked is null ? $"{place}: a {kind} has no column" : $"{place}: a {kind} cannot be a column of type {asked}"),
    };
}
