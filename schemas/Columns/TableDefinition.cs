namespace Sluice.Schemas.Columns;

/// <summary>A column as the writer sends it; the table's DDL declares the same name and type.</summary>
/// <param name="Name">Name, snake_case; a column of an array of records is <c>array.field</c>.</param>
/// <param name="Type">ClickHouse type.</param>
/// <param name="Doc">Meaning, unit and range, from the schema.</param>
public sealed record ColumnDefinition(string Name, string Type, string Doc);

/// <summary>A table that a generated writer fills.</summary>
/// <param name="Name">Table, without database.</param>
/// <param name="Record">Record type of a row.</param>
/// <param name="Doc">What one row is.</param>
/// <param name="Columns">Columns in the order of the writer's blocks.</param>
public sealed record TableDefinition(string Name, Type Record, string Doc, IReadOnlyList<ColumnDefinition> Columns);
