using System.Buffers;
using System.Text.Json.Nodes;
using Sluice.Schemas.Avro;
using Sluice.Schemas.Records;
using Sluice.Tests.Properties.Schemas;

namespace Sluice.Tests.Integration.Schemas;

/// <summary>Every former schema and the current one read each other: by our transcoder and by Apache Avro's Python library alike.</summary>
public sealed class EvolutionTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sluice-evolution-");

    public static TheoryData<string, int> Former
    {
        get
        {
            var rows = new TheoryData<string, int>();
            foreach (var former in AvroHistory.All) { rows.Add(former.Topic, former.Version); }
            return rows;
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Former))]
    public void Producers_and_consumers_may_be_updated_in_any_order(string topic, int version)
    {
        var former = AvroHistory.Of(topic).Single(f => f.Version == version).Schema;
        Assert.Empty(AvroCompatibility.Check(AvroSchemas.Topics[topic], former, AvroCompatibilityLevel.Full));
    }

    [PythonAvroTheory]
    [InlineData(1)]
    [InlineData(2)]
    public void Blocks_of_the_former_schema_and_of_the_current_one_are_read_as_each_other(int seed)
    {
        var (former, current) = (AvroHistory.Of("chain.blocks").First().Schema, BlockAvro.Codec.Schema);
        var random = new RandomRecords(seed);
        var blocks = Enumerable.Range(0, 40).Select(_ => random.Next<Block>()).ToArray();
        Assert.Contains(blocks, b => b.Quality.Parent == ParentCheck.Broken);
        var bodies = blocks.Select(b => Encode(in b)).ToArray();

        // The former reader, an old consumer of new messages. The library's decimals may be longer than ours, so it writes both.
        var old = bodies.Select(b => Transcode(current, former, b)).ToArray();
        Assert.All(bodies.Zip(old), pair => Assert.True(pair.Second.Length < pair.First.Length));
        var theirs = Resolved(current, former, bodies);
        Assert.Equal(theirs, Resolved(former, former, old));

        // The current reader, a new consumer of old messages: the library's by us, ours by us, ours by the library.
        var read = theirs.Concat(old).Select(b => Transcode(former, current, b)).Concat(Resolved(former, current, old)).ToArray();
        Assert.Equal(3 * blocks.Length, read.Length);
        for (var i = 0; i < read.Length; i++)
        {
            Block block = default;
            Assert.True(BlockAvro.Codec.Read(Convert.FromHexString(read[i]), ref block).IsOk);
            var expected = blocks[i % blocks.Length];
            Forget(ref expected);
            Assert.True(JsonNode.DeepEquals(RecordTree.Of(expected), RecordTree.Of(block)), $"block {i} of seed {seed}");
        }
    }

    /// <summary>Takes away what the first version of the schema did not have.</summary>
    private static void Forget(ref Block block)
    {
        block.Quality.Parent = ParentCheck.Unknown;
        foreach (ref var tx in block.Transactions.Span)
        {
            (tx.InstructionCount, tx.DontFrontMark) = (0, null);
            tx.Signers.Clear();
            tx.Routes.Clear();
            tx.Transfers.Clear();
            tx.AuthorityChanges.Clear();
            tx.LiquidityChanges.Clear();
            tx.Liquidations.Clear();
            foreach (ref var swap in tx.Swaps.Span)
            {
                (swap.TransferFeeIn, swap.TransferFeeOut, swap.LimitAmount, swap.IsExactOut) = (null, null, null, false);
                (swap.FeeAmount, swap.FeeMint, swap.SqrtPriceBeforeX64, swap.Liquidity) = (null, null, null, null);
                (swap.TickBefore, swap.TickAfter) = (null, null);
            }
        }
    }

    private string[] Resolved(AvroSchema writer, AvroSchema reader, IEnumerable<string> bodies)
    {
        var (writerFile, readerFile) = (Path.Combine(_folder.FullName, "writer.avsc"), Path.Combine(_folder.FullName, "reader.avsc"));
        File.WriteAllText(writerFile, writer.Json);
        File.WriteAllText(readerFile, reader.Json);
        var script = Path.Combine(RealData.RepositoryRoot, "tests", "Integration", "Schemas", "avro_resolve.py");
        return PythonAvro.RunWith(string.Join('\n', bodies), script, writerFile, readerFile);
    }

    private static string Transcode(AvroSchema writer, AvroSchema reader, string body)
    {
        Assert.True(AvroTranscoder.TryCreate(writer, reader, out var transcoder, out var mismatch), mismatch?.ToString());
        var output = new ArrayBufferWriter<byte>();
        Assert.Equal(new AvroResult(AvroStatus.Ok, body.Length / 2), transcoder.Transcode(Convert.FromHexString(body), output));
        return Convert.ToHexStringLower(output.WrittenSpan);
    }

    private static string Encode(in Block block)
    {
        var output = new ArrayBufferWriter<byte>();
        BlockAvro.Codec.Write(in block, output);
        return Convert.ToHexStringLower(output.WrittenSpan);
    }
}
