using System.Threading.Channels;
using Sluice.Schemas.Avro;
using Sluice.Schemas.Records;
using Sluice.Streams;
using Sluice.Streams.Formats;
using Sluice.Streams.Formats.Registry;
using static Sluice.Tests.Unit.Streams.Formats.TopicFormatTests;

namespace Sluice.Tests.Integration.Formats;

/// <summary>Records as message values with a schema registry.</summary>
public class RegistryFormatTests
{
    private static readonly Rejection Sample = new() { Slot = 7, Stage = "decode", Reason = "r", Count = 2, Version = 3 };

    [Fact]
    public async Task A_writer_registers_and_a_reader_that_never_did_finds_the_schema_by_id()
    {
        await using var server = await TestRegistry.StartAsync();
        await using var writing = await TopicFormats.CreateAsync(Options(server) with { TopicPrefix = "p." }, default);
        var writer = writing.For(Topics.Rejections);
        Assert.Throws<InvalidOperationException>(() => Written(writer, Sample));
        await writing.RegisterAsync(Topics.All, default);
        await writing.RegisterAsync(Topics.All, default); // harmless
        Assert.Equal(Topics.All.Count, server.Requests.Count(r => r.EndsWith("/versions", StringComparison.Ordinal)));
        Assert.Contains("POST /subjects/p.mev.rejections-value", server.Requests);
        var value = Written(writer, Sample);
        Assert.Equal([0, 0, 0, 0, (byte)writer.SchemaId], value[..5]);

        await using var reading = await TopicFormats.CreateAsync(Options(server), default);
        var reader = reading.For(Topics.Rejections);
        Rejection back = default;
        var unknown = reader.Read(value, ref back, null);
        Assert.Equal($"the writer's schema (registry id {writer.SchemaId}) is not known", unknown.ToString());
        Assert.True((await reader.ResolveAsync(unknown, default)).IsOk);
        server.IsDown = true; // what is known is not missed
        Assert.True(reader.Read(value, ref back, null).IsOk);
        Assert.Equal(Sample, back);

        // Single-object encoding is read all the same.
        await using var plain = await TopicFormats.CreateAsync(new FormatOptions(), default);
        Assert.True(reader.Read(Written(plain.For(Topics.Rejections), Sample), ref back, null).IsOk);
    }

    [Fact]
    public async Task Another_version_of_the_schema_is_resolved()
    {
        await using var server = await TestRegistry.StartAsync();
        var wider = RejectionAvro.Codec.Schema.Json.Replace(
            "{\"name\":\"slot\"", "{\"name\":\"extra\",\"type\":\"string\"},{\"name\":\"slot\"", StringComparison.Ordinal);
        var id = server.Enter(wider);
        await using var formats = await TopicFormats.CreateAsync(Options(server), default);
        var format = formats.For(Topics.Rejections);
        byte[] value = [0, 0, 0, 0, (byte)id, 0x02, 0x61, .. Body(RejectionAvro.Codec, Sample)];
        Rejection back = default;
        Assert.True((await format.ResolveAsync(format.Read(value, ref back, null), default)).IsOk);
        Assert.True(format.Read(value, ref back, null).IsOk);
        Assert.Equal(Sample, back);
    }

    [Theory]
    [InlineData("PROTOBUF", false, "PROTOBUF, not Avro")]
    [InlineData("AVRO", true, "refers to other schemas")]
    [InlineData("AVRO", false, "long")]
    public async Task A_schema_that_cannot_be_read_is_told_once_and_for_all(string type, bool hasReferences, string reason)
    {
        await using var server = await TestRegistry.StartAsync();
        var id = server.Enter("\"long\"", type, hasReferences);
        await using var formats = await TopicFormats.CreateAsync(Options(server), default);
        var format = formats.For(Topics.Rejections);
        Rejection back = default;
        var result = await format.ResolveAsync(format.Read([0, 0, 0, 0, (byte)id], ref back, null), default);
        Assert.Equal("incompatible_schema", result.Reason);
        Assert.Contains(reason, result.ToString(), StringComparison.Ordinal);
        Assert.Equal(result, format.Read([0, 0, 0, 0, (byte)id], ref back, null));
    }

    [Fact]
    public async Task An_id_that_the_registry_lacks_is_unknown_after_it_was_asked_more_than_once()
    {
        await using var server = await TestRegistry.StartAsync();
        await using var formats = await TopicFormats.CreateAsync(Options(server), default);
        var before = server.Requests.Count;
        var result = await formats.For(Topics.Rejections).ResolveAsync(new FormatResult(FormatStatus.UnknownSchema, SchemaKey.OfId(77)), default);
        Assert.Equal("unknown_schema", result.Reason);
        Assert.Contains($"{server.Url} has none with this id", result.ToString(), StringComparison.Ordinal);
        Assert.InRange(server.Requests.Count - before, 2, 10);
    }

    [Fact]
    public async Task A_new_id_waits_for_a_registry_that_went_away()
    {
        await using var server = await TestRegistry.StartAsync();
        var warnings = Channel.CreateUnbounded<string>();
        await using var formats = await TopicFormats.CreateAsync(Options(server) with { Warn = w => warnings.Writer.TryWrite(w) }, default);
        var id = server.Enter(RejectionAvro.Codec.Schema.Json);
        server.IsDown = true;
        var format = formats.For(Topics.Rejections);
        Rejection back = default;
        byte[] value = [0, 0, 0, 0, (byte)id, .. Body(RejectionAvro.Codec, Sample)];
        var waiting = format.ResolveAsync(format.Read(value, ref back, null), default).AsTask();
        Assert.Contains(server.Url, await warnings.Reader.ReadAsync(), StringComparison.Ordinal);
        Assert.False(waiting.IsCompleted);
        server.IsDown = false;
        Assert.True((await waiting).IsOk);
        Assert.True(format.Read(value, ref back, null).IsOk);
        Assert.Contains("found again", await warnings.Reader.ReadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_topic_with_an_incompatible_schema_stops_the_start_with_the_registry_s_reason()
    {
        await using var server = await TestRegistry.StartAsync();
        server.Enter("mev.rejections-value", """{"type":"record","name":"Rejection","namespace":"sluice.mev","fields":[{"name":"slot","type":"string"}]}""");
        await using var formats = await TopicFormats.CreateAsync(Options(server), default);
        var refusal = await Assert.ThrowsAsync<SchemaRegistryException>(() => formats.RegisterAsync([Topics.Rejections], default));
        Assert.Equal(RegistryFault.Incompatible, refusal.Fault);
        Assert.Contains("mev.rejections-value", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("slot: string was written, which is not read as long", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_current_schemas_register_over_the_former_ones()
    {
        await using var server = await TestRegistry.StartAsync();
        foreach (var former in AvroHistory.All) { server.Enter($"{former.Topic}-value", former.Schema.Json); }
        await using var formats = await TopicFormats.CreateAsync(Options(server), default);
        await formats.RegisterAsync(Topics.All, default);
        using var client = new SchemaRegistryClient(SchemaRegistryOptions.Parse(server.Url));
        Assert.Equal(Enumerable.Range(1, AvroHistory.Of("chain.blocks").Count() + 1), await client.VersionsAsync("chain.blocks-value", default));
    }

    [Fact]
    public async Task Without_a_registry_at_the_start_there_is_one_clear_error()
    {
        var options = new FormatOptions
        {
            Registry = SchemaRegistryTests.Fast(SchemaRegistryOptions.Parse($"http://127.0.0.1:{FreePorts.One()}")),
        };
        var failure = await Assert.ThrowsAsync<SchemaRegistryException>(() => TopicFormats.CreateAsync(options, default));
        Assert.Contains("--schema-registry", failure.Message, StringComparison.Ordinal);
    }

    private static FormatOptions Options(TestRegistry server) => new()
    {
        Registry = SchemaRegistryTests.Fast(SchemaRegistryOptions.Parse(server.Url)) with { Attempts = 2 },
    };
}
