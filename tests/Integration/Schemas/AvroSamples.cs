using System.Text.Json.Nodes;
using Sluice.Schemas.Avro;
using Sluice.Schemas.Records;
using Sluice.Tests.Properties.Schemas;

namespace Sluice.Tests.Integration.Schemas;

/// <summary>Container files of random records, and reading what others made of them.</summary>
internal static class AvroSamples
{
    /// <summary>Change it to look at other records; the properties run over many seeds.</summary>
    public const int Seed = 20_260_301;

    public const int HugeArray = 100_000;

    /// <summary>Random records, the default record, and for arbitrages one whose arrays have 100,000 items.</summary>
    public static T[] Records<T>()
        where T : struct, IRecord
    {
        var random = new RandomRecords(Seed);
        T empty = default;
        empty.Reset();
        var records = Enumerable.Range(0, 60).Select(_ => random.Next<T>()).Append(empty).ToList();
        if (typeof(T) == typeof(Arbitrage)) { records.Add((T)(object)HugeArbitrage()); }
        return [.. records];
    }

    public static void Write<T>(IReadOnlyList<T> records, string path, AvroCompression compression)
        where T : struct, IRecord
    {
        using var file = File.Create(path);
        using var writer = new AvroFileWriter<T>(AvroSchemas.CodecOf<T>(), file, compression);
        foreach (var record in records) { writer.Add(in record); }
    }

    /// <summary>Reads a file by our reader.</summary>
    public static JsonNode[] Read<T>(string path)
        where T : struct, IRecord
    {
        var reader = AvroFileReader.Open(File.ReadAllBytes(path));
        var trees = new List<JsonNode>();
        T record = default;
        while (reader.TryRead(AvroSchemas.CodecOf<T>(), ref record)) { trees.Add(RecordTree.Of(record)!); }
        Assert.True(reader.Result.IsOk, reader.Result.ToString());
        return [.. trees];
    }

    /// <summary>Compares value by value; the message names the record.</summary>
    public static void AssertEqual<T>(IReadOnlyList<T> records, IReadOnlyList<JsonNode?> seen)
        where T : struct, IRecord
    {
        Assert.Equal(records.Count, seen.Count);
        for (var i = 0; i < records.Count; i++)
        {
            var expected = RecordTree.Of(records[i]);
            if (!JsonNode.DeepEquals(expected, seen[i])) { Assert.Equal(expected!.ToJsonString(), seen[i]?.ToJsonString()); }
        }
    }

    /// <summary>A finding whose lists have 100,000 items.</summary>
    public static Arbitrage HugeArbitrage()
    {
        Arbitrage finding = default;
        finding.Reset();
        for (var i = 0; i < HugeArray; i++)
        {
            finding.RulesPassed!.Add("rule-" + i);
            finding.OtherProfits!.Add().Amount = i - 50_000;
        }

        return finding;
    }
}
