using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Schemas.Avro;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Properties.Schemas;

/// <summary>Resolving schemas is total: whatever the bytes and whatever the schema's text.</summary>
public class ResolutionPropertyTests
{
    private const string Writer = """
        {"type":"record","name":"W","fields":[
          {"name":"a","type":{"type":"array","items":["null","int",{"type":"record","name":"I","fields":[{"name":"x","type":"string"},{"name":"self","type":["null","I"]}]}]}},
          {"name":"m","type":{"type":"map","values":"float"}},
          {"name":"f","type":{"type":"fixed","name":"F","size":3}},
          {"name":"e","type":{"type":"enum","name":"E","symbols":["P","Q"]}},
          {"name":"nulls","type":{"type":"array","items":"null"}},
          {"name":"z","type":"bytes"}]}
        """;

    private const string Reader = """
        {"type":"record","name":"W","fields":[
          {"name":"z","type":"string"},
          {"name":"nulls","type":{"type":"array","items":["null","int"]}},
          {"name":"n","type":"long","default":1},
          {"name":"m","type":{"type":"map","values":"double"}},
          {"name":"e","type":{"type":"enum","name":"E","symbols":["Q"]}},
          {"name":"a","type":{"type":"array","items":["null","long",{"type":"record","name":"I","fields":[{"name":"self","type":["null","I"]},{"name":"x","type":"bytes"}]}]}}]}
        """;

    [Fact]
    public void Any_bytes_end_with_a_status()
    {
        var transcoder = Create(AvroSchema.Parse(Writer), AvroSchema.Parse(Reader));
        Prop.ForAll<byte[]>(bytes => Ends(transcoder, bytes)).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));
    }

    [Fact]
    public void A_damaged_value_ends_with_a_status_and_the_codec_reads_what_passes_or_refuses_it()
    {
        var former = AvroHistory.Of("chain.blocks").First().Schema;
        var (down, up) = (Create(BlockAvro.Codec.Schema, former), Create(former, BlockAvro.Codec.Schema));
        var random = new Random(7);
        var records = new RandomRecords(7);
        Block block = default;
        for (var i = 0; i < 300; i++)
        {
            var made = records.Next<Block>();
            var body = new ArrayBufferWriter<byte>();
            BlockAvro.Codec.Write(in made, body);
            var old = new ArrayBufferWriter<byte>();
            Assert.True(down.Transcode(body.WrittenSpan, old).IsOk);
            for (var damage = 0; damage < 10; damage++)
            {
                var bytes = old.WrittenSpan.ToArray();
                bytes[random.Next(bytes.Length)] ^= (byte)random.Next(1, 256);
                var cut = bytes[..random.Next(bytes.Length + 1)];
                var output = new ArrayBufferWriter<byte>();
                if (up.Transcode(cut, output).IsOk) { BlockAvro.Codec.Read(output.WrittenSpan, ref block); }
            }
        }
    }

    [Fact]
    public void A_damaged_schema_is_refused_or_resolved()
    {
        var random = new Random(11);
        var reader = AvroSchema.Parse(Reader);
        for (var i = 0; i < 3_000; i++)
        {
            var text = Writer.ToCharArray();
            for (var n = random.Next(1, 4); n > 0; n--) { text[random.Next(text.Length)] = (char)random.Next(32, 127); }
            AvroSchema damaged;
            try
            {
                damaged = AvroSchema.Parse(new string(text));
            }
            catch (FormatException)
            {
                continue;
            }

            if (AvroTranscoder.TryCreate(damaged, reader, out var transcoder, out var mismatch)) { Assert.True(Ends(transcoder, [2, 0, 2, 1, 65, 0])); }
            else { Assert.NotEmpty(mismatch.Message); }
        }
    }

    private static bool Ends(AvroTranscoder transcoder, byte[] bytes)
    {
        var result = transcoder.Transcode(bytes, new ArrayBufferWriter<byte>());
        return result.Offset >= 0 && result.Offset <= bytes.Length;
    }

    private static AvroTranscoder Create(AvroSchema writer, AvroSchema reader)
    {
        Assert.True(AvroTranscoder.TryCreate(writer, reader, out var transcoder, out var mismatch), mismatch?.ToString());
        return transcoder;
    }
}
