using System.Buffers;
using System.Text;
using Sluice.Schemas.Avro;
using Sluice.Schemas.Records;
using Sluice.Streams;
using Sluice.Streams.Formats;

namespace Sluice.Tests.Unit.Streams.Formats;

/// <summary>Records as message values without a registry: written, read, and asked for when the schema is not known.</summary>
public class TopicFormatTests
{
    private static readonly Rejection Sample = new() { Slot = 7, Stage = "decode", Reason = "r", Count = 2, Version = 3 };

    [Fact]
    public async Task A_record_is_written_in_single_object_encoding_and_read_back()
    {
        await using var formats = await TopicFormats.CreateAsync(new FormatOptions { TopicPrefix = "test." }, default);
        var format = formats.For(Topics.Rejections);
        Assert.Same(format, formats.For(Topics.Rejections));
        Assert.Equal("test.mev.rejections", format.Topic);
        Assert.Equal($"sluice.mev.Rejection:{RejectionAvro.Codec.Schema.Fingerprint:x16}", Encoding.UTF8.GetString(format.SchemaHeader.Span));

        var value = Written(format, Sample);
        Assert.Equal("c301", Convert.ToHexStringLower(value.AsSpan(0, 2)));
        Rejection back = default;
        Assert.True(format.Read(value, ref back, null).IsOk);
        Assert.Equal(Sample, back);
    }

    [Theory]
    [InlineData("", "bad_framing")]
    [InlineData("c3", "bad_framing")]
    [InlineData("7b7d", "bad_framing")]
    [InlineData("00000001", "bad_framing")]
    [InlineData("0000000007", "unknown_schema")]
    [InlineData("c3010102030405060708", "unknown_schema")]
    public async Task What_is_no_value_has_a_reason(string hex, string reason)
    {
        await using var formats = await TopicFormats.CreateAsync(new FormatOptions(), default);
        Rejection record = default;
        var result = formats.For(Topics.Rejections).Read(Convert.FromHexString(hex), ref record, null);
        Assert.Equal(reason, result.Reason);
        if (reason == "bad_framing") { return; }
        var resolved = await formats.For(Topics.Rejections).ResolveAsync(result, default);
        Assert.Equal(reason, resolved.Reason);
        Assert.Contains(hex[..2] == "00" ? "--schema-registry" : "0807060504030201", resolved.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_value_tells_the_field_and_the_byte_of_the_message()
    {
        await using var formats = await TopicFormats.CreateAsync(new FormatOptions(), default);
        var format = formats.For(Topics.Rejections);
        var value = Written(format, Sample);
        value[12] = 0xFF; // "decode" begins there: 2 + 8 of framing, 1 of the slot, 1 of the length
        Rejection record = default;
        var result = format.Read(value, ref record, null);
        Assert.Equal(("avro_bad_text", 11, "stage"), (result.Reason, result.Avro.Offset, result.Avro.Field));
        Assert.Equal("BadText at byte 11 in stage", result.ToString());
    }

    [Fact]
    public async Task A_former_schema_that_is_shipped_is_read_without_asking()
    {
        await using var formats = await TopicFormats.CreateAsync(new FormatOptions(), default);
        var format = formats.For(Topics.Blocks);
        Block block = default;
        block.Reset();
        block.Slot = 9;
        block.Quality.DriftedSwaps = 3;
        block.Quality.Parent = ParentCheck.Broken;
        block.Transactions!.Add().WrapperName = "w";
        var former = AvroHistory.Of("chain.blocks").First().Schema;
        var value = Framed(former.Fingerprint, Transcoded(BlockAvro.Codec.Schema, former, Body(BlockAvro.Codec, block)));

        Block back = default;
        var result = format.Read(value, ref back, null);
        Assert.True(result.IsOk, result.ToString());
        Assert.Equal((9, 3, ParentCheck.Unknown, "w"), (back.Slot, back.Quality.DriftedSwaps, back.Quality.Parent, back.Transactions![0].WrapperName));

        // What is wrong in the writer's bytes is told with their place; what the codec finds later, without one.
        var cut = format.Read(value.AsSpan(0, 60), ref back, null);
        Assert.Equal("avro_truncated", cut.Reason);
        Assert.InRange(cut.Avro.Offset, 10, 60);
        value[^3] = 0xFF;
        Assert.False(format.Read(value, ref back, null).IsOk);
    }

    [Fact]
    public async Task A_schema_that_is_not_known_is_asked_for_once_and_then_known()
    {
        var wider = AvroSchema.Parse(RejectionAvro.Codec.Schema.Json.Replace(
            "{\"name\":\"slot\"", "{\"name\":\"extra\",\"type\":\"string\"},{\"name\":\"slot\"", StringComparison.Ordinal));
        var source = new TableSource { [wider.Fingerprint] = wider.Json };
        await using var formats = await TopicFormats.CreateAsync(new FormatOptions { Source = source }, default);
        var format = formats.For(Topics.Rejections);
        byte[] value = Framed(wider.Fingerprint, [0x02, 0x61, .. Body(RejectionAvro.Codec, Sample)]);

        Rejection back = default;
        var unknown = format.Read(value, ref back, null);
        Assert.Equal("unknown_schema", unknown.Reason);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => format.ResolveAsync(unknown, default).AsTask()));
        Assert.All(answers, a => Assert.True(a.IsOk));
        Assert.True(format.Read(value, ref back, null).IsOk);
        Assert.Equal(Sample, back);
        Assert.Equal(1, source.Questions);
    }

    [Fact]
    public async Task A_schema_that_is_not_there_is_not_asked_for_again_for_a_while()
    {
        var time = new Sluice.Tests.Unit.Sinks.ManualTime();
        var source = new TableSource();
        await using var formats = await TopicFormats.CreateAsync(new FormatOptions { Source = source, Time = time }, default);
        var format = formats.For(Topics.Rejections);
        var unknown = new FormatResult(FormatStatus.UnknownSchema, SchemaKey.OfFingerprint(1));
        for (var i = 0; i < 3; i++) { Assert.Equal("unknown_schema", (await format.ResolveAsync(unknown, default)).Reason); }
        Assert.Equal(1, source.Questions);
        time.Advance(TimeSpan.FromSeconds(31));
        Assert.Contains("nobody has published it", (await format.ResolveAsync(unknown, default)).ToString(), StringComparison.Ordinal);
        Assert.Equal(2, source.Questions);
    }

    [Fact]
    public async Task A_source_that_fails_is_asked_until_it_answers()
    {
        var source = new TableSource { Failures = 2, [RejectionAvro.Codec.Schema.Fingerprint + 1] = "{" };
        var warnings = new List<string>();
        await using var formats = await TopicFormats.CreateAsync(new FormatOptions { Source = source, Warn = warnings.Add }, default);
        var unknown = new FormatResult(FormatStatus.UnknownSchema, SchemaKey.OfFingerprint(RejectionAvro.Codec.Schema.Fingerprint + 1));
        var result = await formats.For(Topics.Rejections).ResolveAsync(unknown, default);
        Assert.Equal("incompatible_schema", result.Reason); // what was published is no schema
        Assert.Equal(2, warnings.Count);
        Assert.Contains("the broker is away", warnings[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_for_a_schema_ends_with_the_caller()
    {
        var source = new TableSource { Failures = int.MaxValue };
        await using var formats = await TopicFormats.CreateAsync(new FormatOptions { Source = source }, default);
        using var cancel = new CancellationTokenSource();
        var waiting = formats.For(Topics.Rejections).ResolveAsync(new FormatResult(FormatStatus.UnknownSchema, SchemaKey.OfFingerprint(1)), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.AsTask());
    }

    [Fact]
    public async Task The_value_of_another_topic_is_an_incompatible_schema()
    {
        await using var formats = await TopicFormats.CreateAsync(new FormatOptions(), default);
        Block block = default;
        var result = formats.For(Topics.Blocks).Read(Written(formats.For(Topics.Rejections), Sample), ref block, null);
        Assert.Equal("incompatible_schema", result.Reason);
        Assert.Contains("sluice.mev.Rejection", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Own_schemas_are_published_where_there_is_no_registry()
    {
        var publisher = new Publisher();
        await using var formats = await TopicFormats.CreateAsync(new FormatOptions { Publisher = publisher }, default);
        await formats.RegisterAsync(Topics.All, default);
        Assert.Equal(Topics.All.Select(t => AvroSchemas.ForTopic(t.Name)!.Fingerprint), publisher.Published);
    }

    [Fact]
    public async Task Reading_and_writing_again_allocates_nothing()
    {
        await using var formats = await TopicFormats.CreateAsync(new FormatOptions(), default);
        var format = formats.For(Topics.Blocks);
        Block block = default;
        block.Reset();
        for (var i = 0; i < 20; i++) { block.Transactions!.Add().Swaps.Add().Venue = "raydium-amm-v4"; }
        var former = AvroHistory.Of("chain.blocks").First().Schema;
        var own = Written(format, block);
        var old = Framed(former.Fingerprint, Transcoded(BlockAvro.Codec.Schema, former, Body(BlockAvro.Codec, block)));
        var output = new ArrayBufferWriter<byte>(1 << 16);
        var texts = new TextPool();
        Block back = default;
        long before = 0;
        for (var i = 0; i < 400; i++)
        {
            if (i == 200) { before = GC.GetAllocatedBytesForCurrentThread(); }
            output.ResetWrittenCount();
            format.Write(in block, output);
            Assert.True(format.Read(own, ref back, texts).IsOk && format.Read(old, ref back, texts).IsOk);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    internal static byte[] Written<T>(TopicFormat<T> format, in T record)
        where T : struct, IRecord
    {
        var output = new ArrayBufferWriter<byte>();
        format.Write(in record, output);
        return output.WrittenSpan.ToArray();
    }

    internal static byte[] Body<T>(AvroCodec<T> codec, in T record)
        where T : struct, IRecord
    {
        var output = new ArrayBufferWriter<byte>();
        codec.Write(in record, output);
        return output.WrittenSpan.ToArray();
    }

    private static byte[] Framed(ulong fingerprint, byte[] body)
    {
        var output = new ArrayBufferWriter<byte>();
        AvroFraming.WriteSingleObject(fingerprint, output);
        output.Write(body);
        return output.WrittenSpan.ToArray();
    }

    private static byte[] Transcoded(AvroSchema writer, AvroSchema reader, byte[] body)
    {
        Assert.True(AvroTranscoder.TryCreate(writer, reader, out var transcoder, out var mismatch), mismatch?.ToString());
        var output = new ArrayBufferWriter<byte>();
        Assert.True(transcoder.Transcode(body, output).IsOk);
        return output.WrittenSpan.ToArray();
    }

    private sealed class TableSource : Dictionary<ulong, string>, ISchemaSource
    {
        private int _questions;

        public int Failures { get; set; }

        public int Questions => _questions;

        public async ValueTask<string?> FindAsync(ulong fingerprint, CancellationToken cancel)
        {
            await Task.Yield();
            if (Failures > 0)
            {
                Failures--;
                throw new IOException("the broker is away");
            }

            Interlocked.Increment(ref _questions);
            return this.GetValueOrDefault(fingerprint);
        }
    }

    private sealed class Publisher : ISchemaPublisher
    {
        public List<ulong> Published { get; } = [];

        public Task PublishAsync(ulong fingerprint, string json, CancellationToken cancel)
        {
            Assert.Equal(fingerprint, AvroSchema.Parse(json).Fingerprint);
            Published.Add(fingerprint);
            return Task.CompletedTask;
        }
    }
}
