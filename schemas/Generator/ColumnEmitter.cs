using System.Text;

namespace Sluice.Schemas.Generator;

/// <summary>Writes the ClickHouse column writer of every record that names a table, and the list of all tables.</summary>
internal static class ColumnEmitter
{
    public static string Writer(RecordType record, SchemaSet schemas)
    {
        var groups = record.Fields.Select(f => Plan(record, f, schemas)).ToArray();
        var text = RecordEmitter.Header("using Sluice.Schemas.Columns;");
        text.Append($"/// <summary>Rows of table {record.Table} as a block of ClickHouse's Native format.</summary>\n");
        text.Append($"public sealed class {record.Name}Columns : ColumnWriter<{record.Name}>\n{{\n");
        text.Append("    /// <summary>The table and its columns as they are sent.</summary>\n");
        text.Append($"    public static readonly TableDefinition Definition = new(\n        {Literal(record.Table!)},\n        typeof({record.Name}),\n");
        text.Append($"        {Literal(record.Doc)},\n        [\n");
        foreach (var group in groups)
        {
            foreach (var column in group.Columns)
            {
                text.Append($"            new({Literal(column.Name)}, {Literal(group.TypeOf(column))}, {Literal(group.DocOf(column))}),\n");
            }
        }

        text.Append("        ]);\n\n");
        foreach (var group in groups)
        {
            if (group.Field.Type.Array) { text.Append($"    private readonly ArrayOffsets {group.Offsets} = new();\n"); }
            foreach (var column in group.Columns) { text.Append($"    private readonly {column.Class} {column.Member} = new({column.Arguments});\n"); }
        }

        var owned = groups.SelectMany(g => g.Columns.Select(c => g.Field.Type.Array ? $"new ArrayColumn({g.Offsets}, {c.Member})" : c.Member));
        text.Append($"\n    public {record.Name}Columns()\n        : base(Definition) => Own(\n            {string.Join(",\n            ", owned)});\n\n");
        text.Append($"    private protected override void AppendValues(in {record.Name} record)\n    {{\n");
        foreach (var group in groups) { AppendGroup(text, group); }
        text.Append("    }\n}\n");
        return text.ToString();
    }

    /// <summary>The list of tables, and a writer by record type.</summary>
    public static string Tables(IReadOnlyList<RecordType> records)
    {
        var text = RecordEmitter.Header("using Sluice.Schemas.Columns;");
        text.Append("/// <summary>Every table that has a generated writer.</summary>\npublic static class Tables\n{\n");
        text.Append("    /// <summary>Tables with their columns, by name.</summary>\n");
        text.Append("    public static IReadOnlyList<TableDefinition> All { get; } =\n    [\n");
        foreach (var record in records) { text.Append($"        {record.Name}Columns.Definition,\n"); }
        text.Append("    ];\n\n    /// <summary>A new writer for rows of <typeparamref name=\"T\"/>; throws where the record has no table.</summary>\n");
        text.Append("    public static IColumnWriter<T> WriterOf<T>()\n        where T : struct, IRecord\n    {\n");
        foreach (var record in records)
        {
            text.Append($"        if (typeof(T) == typeof({record.Name})) {{ return (IColumnWriter<T>)(object)new {record.Name}Columns(); }}\n");
        }

        text.Append("        throw new ArgumentException($\"{typeof(T).Name} names no table.\");\n    }\n}\n");
        return text.ToString();
    }

    private static void AppendGroup(StringBuilder text, Group group)
    {
        var field = group.Field;
        if (!field.Type.Array)
        {
            text.Append($"        {group.Columns[0].Append("record." + field.Property)}\n");
            return;
        }

        // A default record has no lists yet.
        var list = "record." + field.Property;
        var items = field.Name + "Items";
        text.Append($"        var {items} = {list} is null ? default : {list}.Span;\n");
        text.Append($"        foreach (ref readonly var item in {items})\n        {{\n");
        foreach (var column in group.Columns)
        {
            text.Append($"            {column.Append(field.Type.Kind == Kind.Record ? "item." + column.Field.Property : "item")}\n");
        }

        text.Append($"        }}\n\n        {group.Offsets}.EndRow({items}.Length);\n");
    }

    private static Group Plan(RecordType record, Field field, SchemaSet schemas)
    {
        var place = $"table {record.Table}, field {field.Name}";
        if (field.Type.Kind != Kind.Record) { return new Group(field, [ColumnPlan.Of(field, place)]); }
        if (!field.Type.Array) { throw new FormatException($"{place}: a row holds no record, only arrays of them"); }
        var inner = schemas.Records.First(r => r.Name == field.Type.Name);
        if (inner.Fields.FirstOrDefault(f => f.Type.Array || f.Type.Kind == Kind.Record) is { } nested)
        {
            throw new FormatException($"{place}.{nested.Name}: a record in an array holds scalars only");
        }

        return new Group(field, [.. inner.Fields.Select(f => ColumnPlan.Of(f, $"{place}.{f.Name}", field.Name))]);
    }

    private static string Literal(string text) => '"' + text.Replace("\\", "\\\\").Replace("\"", "\\\"") + '"';

    /// <summary>The columns that one field becomes: several for an array of records.</summary>
    private sealed record Group(Field Field, ColumnPlan[] Columns)
    {
        public string Offsets => $"_{Field.Name}Ends";

        public string TypeOf(ColumnPlan column) => Field.Type.Array ? $"Array({column.Type})" : column.Type;

        public string DocOf(ColumnPlan column) => column.Field == Field ? Field.Doc : $"{Field.Doc} {column.Field.Doc}";
    }
}
