using System.Buffers;
using System.Text.Json.Nodes;
using Sluice.Schemas.Avro;

namespace Sluice.Tests.Integration.Schemas;

/// <summary>Schema resolution on random pairs of schemas, against Apache Avro's Python library and against the rules applied to values.</summary>
public class PythonResolutionTests
{
    /// <summary>Pairs of schemas; three values each.</summary>
    private const int Pairs = 1_000;

    [PythonAvroTheory]
    [InlineData(1)]
    [InlineData(20_260_301)]
    public void What_one_schema_wrote_is_read_with_another(int seed)
    {
        var script = Path.Combine(RealData.RepositoryRoot, "tests", "Integration", "Schemas", "avro_resolution.py");
        var cases = PythonAvro.Run(script, "generate", $"{seed}", $"{Pairs}");
        Assert.Equal(3 * Pairs, cases.Length);

        var report = PythonAvro.RunWith(string.Join('\n', cases.Select(Answer)), script, "check");
        Assert.True(report.Length == 1, string.Join('\n', report.Take(5)));

        // The cases are of use: most can be read, many cannot, and the library knows the rules of a good part.
        var counts = JsonNode.Parse(report[0])!;
        Assert.Equal(3 * Pairs, (int)counts["cases"]!);
        Assert.InRange((int)counts["read"]!, Pairs / 2, 3 * Pairs);
        Assert.InRange((int)counts["refused"]!, Pairs / 2, 3 * Pairs);
        Assert.InRange((int)counts["library"]!, Pairs / 4, 3 * Pairs);
    }

    private static string Answer(string line)
    {
        var node = JsonNode.Parse(line)!.AsObject();
        var (writer, reader) = (AvroSchema.Parse(node["writer"]!.ToJsonString()), AvroSchema.Parse(node["reader"]!.ToJsonString()));
        node["isWhole"] = AvroCompatibility.Check(reader, writer).Count == 0;
        node["ours"] = null;
        if (AvroTranscoder.TryCreate(writer, reader, out var transcoder, out _))
        {
            var output = new ArrayBufferWriter<byte>();
            if (transcoder.Transcode(Convert.FromHexString((string)node["body"]!), output).IsOk) { node["ours"] = Convert.ToHexString(output.WrittenSpan); }
        }

        return node.ToJsonString();
    }
}
