using System.Diagnostics;

namespace Sluice.Tests.Unit.Schemas;

/// <summary>A new record is a new file; what the generator cannot express stops the build with the file or table and the reason.</summary>
public sealed class GeneratorTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sluice-generator-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_new_schema_file_gives_record_codec_json_and_columns()
    {
        var (code, error) = Run("""
            {"type": "record", "name": "Tick", "namespace": "x", "doc": "A tick.", "table": "ticks", "topic": "x.ticks", "fields": [
              {"name": "slot", "type": "long", "doc": "Slot."},
              {"name": "count", "type": "long", "doc": "Count.", "clickhouse": "UInt32"},
              {"name": "side", "type": {"type": "enum", "name": "Side", "symbols": ["BUY", "NOT_KNOWN"]}, "default": "NOT_KNOWN"},
              {"name": "lots", "type": "int", "default": 5}]}
            """);

        Assert.Equal((0, ""), (code, error));
        Assert.Equal(
            ["AvroSchemas.g.cs", "Side.g.cs", "Tables.g.cs", "Tick.g.cs", "TickAvro.g.cs", "TickColumns.g.cs", "TickJson.g.cs"],
            Directory.EnumerateFiles(Output).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Contains("new(\"count\", \"UInt32\"", File.ReadAllText(Path.Combine(Output, "TickColumns.g.cs")), StringComparison.Ordinal);

        // A record that is made here and one that was read without the field are alike.
        var record = File.ReadAllText(Path.Combine(Output, "Tick.g.cs"));
        Assert.Contains("Side = Side.NotKnown;", record, StringComparison.Ordinal);
        Assert.Contains("Lots = 5;", record, StringComparison.Ordinal);

        // A file that is gone takes what was made from it along.
        Run("""{"type": "record", "name": "Tock", "fields": [{"name": "slot", "type": "long"}]}""");
        Assert.False(File.Exists(Path.Combine(Output, "Tick.g.cs")));
    }

    [Theory]
    [InlineData("{", "t.avsc")]
    [InlineData("""{"type": "record", "fields": []}""", "t.avsc")]
    [InlineData("""{"type": "record", "name": "T", "fields": [{"name": "a", "type": "float"}]}""", "type float is not supported")]
    [InlineData("""{"type": "record", "name": "T", "fields": [{"name": "a", "type": ["long", "null"]}]}""", "a union must be")]
    [InlineData("""{"type": "record", "name": "T", "fields": [{"name": "a", "type": ["null", {"type": "array", "items": "int"}]}]}""", "a union with null")]
    [InlineData("""{"type": "record", "name": "T", "fields": [{"name": "a", "type": {"type": "long", "logicalType": "date"}}]}""", "logical type date")]
    [InlineData("""{"type": "record", "name": "T", "fields": [{"name": "a", "type": "int", "default": "x"}]}""", "field a: \"x\" cannot be its default")]
    [InlineData("""{"type": "record", "name": "T", "fields": [{"name": "a", "type": ["null", "int"], "default": 0}]}""", "field a: 0 cannot be its default")]
    [InlineData("""{"type": "record", "name": "T", "table": "t", "fields": [{"name": "a", "type": "double", "clickhouse": "Float32"}]}""",
        "table t, field a: a Double cannot be a column of type Float32")]
    [InlineData("""{"type": "record", "name": "T", "table": "t", "fields": [{"name": "a", "type": {"type": "record", "name": "U", "fields": []}}]}""",
        "table t, field a: a row holds no record")]
    [InlineData("""{"type": "record", "name": "T", "fields": [{"name": "a", "type": {"type": "record", "name": "T", "fields": []}}]}""", "declared twice")]
    public void What_cannot_be_expressed_is_one_line_with_the_reason(string schema, string reason)
    {
        var (code, error) = Run(schema);
        Assert.Equal(1, code);
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n'));
    }

    private string Output => Path.Combine(_folder.FullName, "out");

    private (int Code, string Error) Run(string schema)
    {
        var schemas = Directory.CreateDirectory(Path.Combine(_folder.FullName, "schemas", "avro"));
        File.WriteAllText(Path.Combine(schemas.FullName, "t.avsc"), schema);

        // Built beside the tests, in the same configuration: …/bin/<configuration>/<framework>.
        var configuration = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Parent!.Name;
        var generator = Path.Combine(
            RealData.RepositoryRoot, "schemas", "Generator", "bin", configuration, "net10.0", "Sluice.Schemas.Generator.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [generator, schemas.Parent!.FullName, Output]) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd().Trim();
        process.WaitForExit();
        return (process.ExitCode, error);
    }
}
