using Sluice.Schemas.Generator;

// Usage: Sluice.Schemas.Generator SCHEMAS-FOLDER OUTPUT-FOLDER
// Reads avro/*.avsc and rows/*.avsc, writes one .cs file a type. Files that are no longer made are deleted.
if (args.Length != 2)
{
    Console.Error.WriteLine("usage: Sluice.Schemas.Generator SCHEMAS-FOLDER OUTPUT-FOLDER");
    return 2;
}

var schemas = new SchemaSet();
try
{
    var files = new[] { "avro", "rows" }
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(args[0], folder), "*.avsc", SearchOption.AllDirectories))
        .Order(StringComparer.Ordinal);
    foreach (var file in files) { schemas.Add(file); }
}
catch (FormatException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

var output = Directory.CreateDirectory(args[1]).FullName;
var written = new HashSet<string>(StringComparer.Ordinal);
foreach (var type in schemas.Enums) { Write(type.Name, RecordEmitter.Enum(type)); }
foreach (var type in schemas.Records) { Write(type.Name, RecordEmitter.Record(type)); }
try
{
    var tables = schemas.Records.Where(r => r.Table is not null).OrderBy(r => r.Table, StringComparer.Ordinal).ToArray();
    foreach (var type in tables) { Write(type.Name + "Columns", ColumnEmitter.Writer(type, schemas)); }
    Write("Tables", ColumnEmitter.Tables(tables));
    foreach (var type in schemas.Records)
    {
        Write(type.Name + "Avro", AvroEmitter.Codec(type, schemas));
        Write(type.Name + "Json", JsonEmitter.Writer(type));
    }

    Write("AvroSchemas", AvroEmitter.Schemas(schemas.Records));
}
catch (FormatException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

foreach (var stale in Directory.EnumerateFiles(output, "*.g.cs").Where(f => !written.Contains(Path.GetFileName(f)))) { File.Delete(stale); }
return 0;

void Write(string name, string text)
{
    written.Add(name + ".g.cs");
    File.WriteAllText(Path.Combine(output, name + ".g.cs"), text);
}
