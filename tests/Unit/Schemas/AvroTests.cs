using System.Buffers;
using Sluice.Schemas.Avro;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Schemas;

public class AvroTests
{
    // From the specification's appendix of fingerprints and from Apache Avro's own test data (schema-tests.txt).
    [Theory]
    [InlineData("\"null\"", "63dd24e7cc258f8a")]
    [InlineData("{ \"type\" : \"int\" }", "7275d51a3f395c8f")]
    [InlineData("\"string\"", "8f014872634503c7")]
    [InlineData("{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}", "d054e14493f41db7")]
    public void Fingerprints_are_those_of_the_specification(string schema, string fingerprint) =>
        Assert.Equal(fingerprint, AvroSchema.Parse(schema).Fingerprint.ToString("x16"));

    [Fact]
    public void The_canonical_form_keeps_what_decides_the_bytes_and_full_names()
    {
        var schema = AvroSchema.Parse("""
            {"doc": "d", "fields": [
               {"default": [], "type": {"items": {"type": "record", "name": "Inner", "fields": []}, "type": "array"}, "name": "a"},
               {"name": "b", "type": ["null", {"type": "enum", "namespace": "z", "name": "E", "symbols": ["X", "Y"]}]},
               {"name": "c", "type": {"type": "map", "values": "Inner"}},
               {"name": "d", "type": {"size": 16, "type": "fixed", "name": "F"}}],
             "name": "R", "type": "record", "namespace": "n.s"}
            """);

        Assert.Equal("n.s.R", schema.Name);
        Assert.Equal(
            """{"name":"n.s.R","type":"record","fields":[{"name":"a","type":{"type":"array","items":{"name":"n.s.Inner","type":"record","fields":[]}}},"""
            + """{"name":"b","type":["null",{"name":"z.E","type":"enum","symbols":["X","Y"]}]},"""
            + """{"name":"c","type":{"type":"map","values":"n.s.Inner"}},{"name":"d","type":{"name":"n.s.F","type":"fixed","size":16}}]}""",
            schema.Canonical);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("7")]
    [InlineData("{\"type\":\"record\",\"name\":\"R\"}")]
    public void What_is_no_schema_is_refused(string json) => Assert.Throws<FormatException>(() => AvroSchema.Parse(json));

    [Theory]
    [InlineData(0L, "00")]
    [InlineData(-1L, "01")]
    [InlineData(1L, "02")]
    [InlineData(-64L, "7f")]
    [InlineData(64L, "8001")]
    [InlineData(long.MaxValue, "feffffffffffffffff01")]
    [InlineData(long.MinValue, "ffffffffffffffffff01")]
    public void Longs_are_written_as_the_specification_says(long value, string hex)
    {
        Assert.Equal(hex, Written((ref AvroWriter w) => w.Long(value)));
        var reader = new AvroReader(Convert.FromHexString(hex));
        Assert.True(reader.TryLong(out var back));
        Assert.Equal(value, back);
    }

    [Theory]
    [InlineData("0", "0200")]
    [InlineData("127", "027f")]
    [InlineData("128", "040080")]
    [InlineData("-1", "02ff")]
    [InlineData("-128", "0280")]
    [InlineData("-129", "04ff7f")]
    [InlineData("18446744073709551615", "1200ffffffffffffffff")]
    [InlineData("-170141183460469231731687303715884105728", "2080000000000000000000000000000000")]
    public void Decimals_take_the_fewest_bytes_of_their_two_s_complement(string number, string hex)
    {
        var value = Int128.Parse(number);
        Assert.Equal(hex, Written((ref AvroWriter w) => w.Decimal(value)));
        var reader = new AvroReader(Convert.FromHexString(hex));
        Assert.True(reader.TryDecimal(out Int128 back));
        Assert.Equal(value, back);
        if (value < 0 || value > ulong.MaxValue) { return; }
        Assert.Equal(hex, Written((ref AvroWriter w) => w.Decimal((ulong)value)));
    }

    [Theory]
    [InlineData("080000007f", 127)] // more bytes than needed
    [InlineData("2800000000000000000000000000000000000000ff", 255)] // more bytes than the type has, all sign
    [InlineData("28ffffffffffffffffffffffffffffffffffffffff", -1)]
    public void Decimals_of_other_writers_may_be_longer(string hex, int value)
    {
        var reader = new AvroReader(Convert.FromHexString(hex));
        Assert.True(reader.TryDecimal(out Int128 back));
        Assert.Equal(value, back);
    }

    [Fact]
    public void Arrays_may_come_in_blocks_with_and_without_their_size()
    {
        // Rules "a"; then, in a block of -1 items and 2 bytes, "b"; then the end. Everything before is the default record.
        Liquidation record = default;
        record.Reset();
        var plain = Encode(LiquidationAvro.Codec, record);
        var bytes = plain[..^1].Concat(Convert.FromHexString("0202610104026200")).ToArray();
        var result = LiquidationAvro.Codec.Read(bytes, ref record);
        Assert.Equal(AvroStatus.Ok, result.Status);
        Assert.Equal(["a", "b"], record.RulesPassed!.Span.ToArray());

        bytes[^4] = 0x06; // the block claims three bytes
        Assert.Equal(AvroStatus.BadLength, LiquidationAvro.Codec.Read([.. bytes, 0, 0], ref record).Status);
    }

    [Theory]
    [InlineData("80", AvroStatus.Truncated)]
    [InlineData("ffffffffffffffffffff01", AvroStatus.BadNumber)]
    [InlineData("ffffffffffffffffff02", AvroStatus.BadNumber)]
    public void Numbers_that_never_end_are_refused(string hex, AvroStatus status)
    {
        var reader = new AvroReader(Convert.FromHexString(hex));
        Assert.False(reader.TryLong(out _));
        Assert.Equal(status, reader.Status);
    }

    [Fact]
    public void A_claimed_length_allocates_nothing()
    {
        // Text of 2^62 bytes, and an array of 2^62 items.
        var huge = new AvroReader(Convert.FromHexString("feffffffffffffffff00"));
        Assert.False(huge.TryText(out _));
        Assert.Equal(AvroStatus.Truncated, huge.Status);
        var array = new AvroReader(Convert.FromHexString("feffffffffffffffff00"));
        Assert.False(array.TryBlock(out _, out _));
        Assert.Equal(AvroStatus.Truncated, array.Status);
    }

    [Fact]
    public void A_failure_names_the_field_and_the_place()
    {
        Block block = default;
        block.Reset();
        block.Transactions!.Add().Swaps.Add().Venue = "v";
        var bytes = Encode(BlockAvro.Codec, block);
        var venue = Array.LastIndexOf(bytes, (byte)'v');
        bytes[venue] = 0xFF; // no UTF-8
        var result = BlockAvro.Codec.Read(bytes, ref block);
        Assert.Equal(new AvroResult(AvroStatus.BadText, venue - 1, "transactions.swaps.venue"), result);
    }

    [Fact]
    public void Single_object_encoding_carries_the_fingerprint_and_refuses_another()
    {
        var record = new Rejection { Slot = 1, Stage = "decode", Reason = "r", Count = 2, Version = 3 };
        var output = new ArrayBufferWriter<byte>();
        RejectionAvro.Codec.WriteSingleObject(in record, output);
        Assert.Equal("c301", Convert.ToHexStringLower(output.WrittenSpan[..2]));
        Assert.True(AvroFraming.TryReadSingleObject(output.WrittenSpan, out var fingerprint));
        Assert.Equal(RejectionAvro.Codec.Schema.Fingerprint, fingerprint);

        Rejection back = default;
        Assert.True(RejectionAvro.Codec.ReadSingleObject(output.WrittenSpan, ref back).IsOk);
        Assert.Equal(record, back);
        SkippedSlotRow other = default;
        Assert.Equal(AvroStatus.OtherSchema, SkippedSlotRowAvro.Codec.ReadSingleObject(output.WrittenSpan, ref other).Status);
        Assert.Equal(AvroStatus.TrailingBytes, RejectionAvro.Codec.ReadSingleObject([.. output.WrittenSpan, 0], ref back).Status);
    }

    [Fact]
    public void Confluent_framing_is_a_zero_and_the_id()
    {
        var record = new SkippedSlotRow { Slot = 1, ProvenBySlot = 2, Version = 3 };
        var output = new ArrayBufferWriter<byte>();
        SkippedSlotRowAvro.Codec.WriteConfluent(in record, 0x01020304, output);
        Assert.Equal("0001020304020406", Convert.ToHexStringLower(output.WrittenSpan));
        SkippedSlotRow back = default;
        Assert.True(SkippedSlotRowAvro.Codec.ReadConfluent(output.WrittenSpan, 0x01020304, ref back).IsOk);
        Assert.Equal(record, back);
        Assert.Equal(AvroStatus.OtherSchema, SkippedSlotRowAvro.Codec.ReadConfluent(output.WrittenSpan, 7, ref back).Status);
    }

    [Theory]
    [InlineData(AvroCompression.None)]
    [InlineData(AvroCompression.Deflate)]
    public void Container_files_read_back_and_damaged_ones_end_with_a_status(AvroCompression compression)
    {
        using var file = new MemoryStream();
        using (var writer = new AvroFileWriter<PoolSwap>(PoolSwapAvro.Codec, file, compression))
        {
            var swap = new PoolSwap { Venue = new string('v', 1000), Signature = new Signature(new byte[64]) };
            for (swap.Slot = 0; swap.Slot < 3000; swap.Slot++) { writer.Add(in swap); }
        }

        var bytes = file.ToArray();
        var (count, result) = ReadAll(bytes);
        Assert.Equal(3000, count);
        Assert.True(result.IsOk, result.ToString());

        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[random.Next(damaged.Length)] ^= (byte)random.Next(1, 256);
            ReadAll(damaged[..random.Next(damaged.Length)]);
        }
    }

    [Fact]
    public void Topics_have_schemas_and_dead_letters_of_every_topic_the_same()
    {
        Assert.Same(BlockAvro.Codec.Schema, AvroSchemas.ForTopic("chain.blocks"));
        Assert.Same(DeadLetterAvro.Codec.Schema, AvroSchemas.ForTopic("chain.blocks.dead"));
        Assert.Null(AvroSchemas.ForTopic("nobody.knows"));
        Assert.Null(AvroSchemas.ForTopic("dead"));
    }

    [Fact]
    public void Reading_into_a_used_record_again_allocates_nothing_but_new_texts()
    {
        var swap = new PoolSwap { Venue = "raydium-amm-v4" };
        var bytes = Encode(PoolSwapAvro.Codec, swap);
        var texts = new TextPool();
        for (var i = 0; i < 100; i++) { PoolSwapAvro.Codec.Read(bytes, ref swap, texts); }
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) { PoolSwapAvro.Codec.Read(bytes, ref swap, texts); }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static (int Count, AvroResult Result) ReadAll(byte[] file)
    {
        var reader = AvroFileReader.Open(file);
        PoolSwap swap = default;
        var count = 0;
        while (reader.TryRead(PoolSwapAvro.Codec, ref swap)) { count++; }
        return (count, reader.Result);
    }

    private delegate void Write(ref AvroWriter writer);

    private static string Written(Write write)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new AvroWriter(output);
        write(ref writer);
        writer.Flush();
        return Convert.ToHexStringLower(output.WrittenSpan);
    }

    private static byte[] Encode<T>(AvroCodec<T> codec, in T record)
        where T : struct, IRecord
    {
        var output = new ArrayBufferWriter<byte>();
        codec.Write(in record, output);
        return output.WrittenSpan.ToArray();
    }
}
