using Sluice.Schemas.Generator;

// Usage: Sluice.Schemas.Generator SCHEMAS-FOLDER OUTPUT-FOLDER [contracts]
// Reads avro/*.avsc and rows/*.avsc (not avro/history/, whose schemas are only read with), writes one .cs file a type: records and
// codecs, or the api's contracts of what its lists show. Files that are no longer made are deleted.
if (args.Length is not (2 or 3) || (args.Length == 3 && args[2] != "contracts"))
{
    Console.Error.WriteLine("usage: Sluice.Schemas.Generator SCHEMAS-FOLDER OUTPUT-FOLDER [contracts]");
    return 2;
}

var output = Directory.CreateDirectory(args[1]).FullName;
var written = new HashSet<string>(StringComparer.Ordinal);
try
{
    var schemas = new SchemaSet();
    var files = new[] { "avro", "rows" }
        .Select(folder => Path.Combine(args[0], folder))
        .Where(Directory.Exists)
        .SelectMany(folder => Directory.EnumerateFiles(folder, "*.avsc"))
        .Order(StringComparer.Ordinal);
    foreach (var file in files) { schemas.Add(file); }
    if (args.Length == 3)
    {
        foreach (var type in ContractEmitter.ContractsOf(schemas)) { Write(type.Name, ContractEmitter.Contract(type)); }
        Write("FindingSelects", ContractEmitter.Selects(schemas));
    }
    else
    {
        WriteRecords(schemas);
    }
}
catch (FormatException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

foreach (var stale in Directory.EnumerateFiles(output, "*.g.cs").Where(f => !written.Contains(Path.GetFileName(f)))) { File.Delete(stale); }
return 0;

void WriteRecords(SchemaSet schemas)
{
    foreach (var type in schemas.Enums) { Write(type.Name, RecordEmitter.Enum(type)); }
    foreach (var type in schemas.Records)
    {
        Write(type.Name, RecordEmitter.Record(type));
        Write(type.Name + "Avro", AvroEmitter.Codec(type, schemas));
        Write(type.Name + "Json", JsonEmitter.Writer(type));
        if (type.Table is not null) { Write(type.Name + "Columns", ColumnEmitter.Writer(type, schemas)); }
    }

    Write("AvroSchemas", AvroEmitter.Schemas(schemas.Records));
    Write("Tables", ColumnEmitter.Tables([.. schemas.Records.Where(r => r.Table is not null).OrderBy(r => r.Table, StringComparer.Ordinal)]));
}

void Write(string name, string text)
{
    written.Add(name + ".g.cs");
    File.WriteAllText(Path.Combine(output, name + ".g.cs"), text);
}
