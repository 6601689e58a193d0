using System.Buffers;
using Sluice.Schemas.Avro;

namespace Sluice.Tests.Unit.Schemas;

/// <summary>Each rule of Avro's schema resolution, on bytes written by hand.</summary>
public class ResolutionTests
{
    private const string Two = """{"name":"a","type":"int"},{"name":"b","type":"string"}""";

    // Numbers: zigzag, so 02 is 1, 04 is 2, 06 is 3. Texts: length, then characters. 61 is "a".
    [Theory]
    [InlineData("int", "long", "06", "06")]
    [InlineData("int", "float", "06", "00004040")]
    [InlineData("int", "double", "06", "0000000000000840")]
    [InlineData("long", "float", "feffffffffffffffff01", "0000005f")] // 2^63 - 1 becomes 2^63
    [InlineData("long", "double", "05", "00000000000008c0")]
    [InlineData("float", "double", "0000c03f", "000000000000f83f")]
    [InlineData("string", "bytes", "04c3a9", "04c3a9")]
    [InlineData("bytes", "string", "04c3a9", "04c3a9")]
    public void Numbers_are_promoted_and_texts_and_bytes_are_each_other(string writer, string reader, string from, string to) =>
        Assert.Equal(to, Transcoded($"\"{writer}\"", $"\"{reader}\"", from));

    [Theory]
    [InlineData("long", "int")]
    [InlineData("double", "float")]
    [InlineData("double", "long")]
    [InlineData("boolean", "int")]
    [InlineData("string", "int")]
    [InlineData("null", "string")]
    public void What_may_lose_something_is_no_promotion(string writer, string reader) =>
        Assert.Equal(new AvroMismatch("f", AvroRules.Type, $"{writer} was written, which is not read as {reader}"),
            Refused(Record($$"""{"name":"f","type":"{{writer}}"}"""), Record($$"""{"name":"f","type":"{{reader}}"}""")));

    [Fact]
    public void Bytes_that_are_no_utf8_are_no_text() =>
        Assert.Equal(new AvroResult(AvroStatus.BadText, 0), Failure("\"bytes\"", "\"string\"", "02ff"));

    [Theory]
    [InlineData("""{"name":"a","type":"int"},{"name":"n","type":"long","default":7},{"name":"b","type":"string"}""", "060e0261")] // put in between
    [InlineData("""{"name":"n","type":["null","int"],"default":null},{"name":"a","type":"int"},{"name":"b","type":"string"}""", "00060261")]
    [InlineData("""{"name":"b","type":"string"}""", "0261")] // left out before
    [InlineData("""{"name":"a","type":"int"}""", "06")] // and behind
    [InlineData("""{"name":"b","type":"string"},{"name":"a","type":"int"}""", "026106")] // another order
    [InlineData("""{"name":"b","type":"bytes"},{"name":"n","type":"boolean","default":true},{"name":"a","type":"double"}""", "0261010000000000000840")]
    [InlineData("""{"name":"c","aliases":["x","b"],"type":"string"},{"name":"a","type":"int"}""", "026106")] // another name
    [InlineData("""{"name":"b","type":"string"},{"name":"c","aliases":["b"],"type":"string","default":"z"}""", "0261027a")] // the name goes before the alias
    [InlineData("""{"name":"n","type":{"type":"enum","name":"E","symbols":["X","Y"]},"default":"Y"}""", "02")]
    public void Fields_are_found_by_name_and_come_in_the_reader_s_order(string fields, string to) =>
        Assert.Equal(to, Transcoded(Record(Two), Record(fields), "060261"));

    [Fact]
    public void A_field_without_a_default_must_have_been_written() =>
        Assert.Equal(new AvroMismatch("n", AvroRules.MissingDefault, "the writer has no such field, and the reader has no default for it"),
            Refused(Record(Two), Record(Two + """,{"name":"n","type":"int"}""")));

    [Theory]
    [InlineData("\"int\"", "\"x\"")]
    [InlineData("\"int\"", "2147483648")]
    [InlineData("\"int\"", "1.5")]
    [InlineData("[\"null\",\"int\"]", "1")] // a union's default is of its first branch
    [InlineData("{\"type\":\"fixed\",\"name\":\"F\",\"size\":2}", "\"x\"")]
    [InlineData("\"bytes\"", "\"Ā\"")]
    [InlineData("{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"X\"]}", "\"Z\"")]
    [InlineData("\"string\"", "\"\\ud800\"")]
    public void A_default_that_is_no_value_of_its_type_is_named(string type, string value)
    {
        var mismatch = Refused(Record(Two), Record($$"""{"name":"n","type":{{type}},"default":{{value}}}"""));
        Assert.Equal(("n", AvroRules.BadDefault), (mismatch.Path, mismatch.Rule));
    }

    [Theory]
    [InlineData("\"boolean\"", "true", "01")]
    [InlineData("\"float\"", "1", "0000803f")]
    [InlineData("\"double\"", "-2.5", "00000000000004c0")]
    [InlineData("\"string\"", "\"é\"", "04c3a9")]
    [InlineData("\"bytes\"", "\"ÿA\"", "04ff41")]
    [InlineData("{\"type\":\"fixed\",\"name\":\"F\",\"size\":2}", "\"ÿA\"", "ff41")]
    [InlineData("{\"type\":\"array\",\"items\":\"int\"}", "[1,2]", "04020400")]
    [InlineData("{\"type\":\"array\",\"items\":\"int\"}", "[]", "00")]
    [InlineData("{\"type\":\"map\",\"values\":\"int\"}", "{\"a\":1}", "0202610200")]
    [InlineData("[\"string\",\"null\"]", "\"a\"", "000261")]
    [InlineData("""{"type":"record","name":"I","fields":[{"name":"x","type":"int"},{"name":"y","type":"int","default":3}]}""", "{\"x\":1}", "0206")]
    public void Defaults_are_encoded_as_their_type_is(string type, string value, string hex) =>
        Assert.Equal(hex, Transcoded(Record(Two), Record($$"""{"name":"n","type":{{type}},"default":{{value}}}"""), "060261"));

    [Theory]
    [InlineData("02", "00")] // B is first now
    [InlineData("00", "04")] // A is last
    [InlineData("04", "02")] // C is gone: the default
    public void Symbols_are_found_by_text_and_unknown_ones_are_the_default(string from, string to) =>
        Assert.Equal(to, Transcoded(Enum("E", "A", "B", "C"), Enum("E", "B", "OTHER", "A", standard: "OTHER"), from));

    [Fact]
    public void A_symbol_that_the_reader_lacks_fails_when_it_comes_and_is_told_beforehand()
    {
        var (writer, reader) = (Enum("E", "A", "B"), Enum("E", "A"));
        Assert.Equal("00", Transcoded(writer, reader, "00"));
        Assert.Equal(new AvroResult(AvroStatus.NoReaderSymbol, 0), Failure(writer, reader, "02"));
        Assert.Equal(new AvroResult(AvroStatus.BadIndex, 0), Failure(writer, reader, "04"));
        var mismatch = Assert.Single(AvroCompatibility.Check(AvroSchema.Parse(reader), AvroSchema.Parse(writer)));
        Assert.Equal((AvroRules.EnumSymbol, true), (mismatch.Rule, mismatch.IsPartial));
        Assert.Empty(AvroCompatibility.Check(AvroSchema.Parse(writer), AvroSchema.Parse(reader)));
    }

    [Theory]
    [InlineData("[\"null\",\"int\"]", "[\"int\",\"null\"]", "0006", null)] // 00: null, then a byte too many
    [InlineData("[\"null\",\"int\"]", "[\"int\",\"null\"]", "0206", "0006")] // reordered
    [InlineData("[\"null\",\"int\"]", "[\"int\",\"null\"]", "00", "02")]
    [InlineData("[\"null\",\"int\"]", "[\"null\",\"string\",\"double\"]", "0206", "040000000000000840")] // promoted
    [InlineData("\"int\"", "[\"null\",\"int\"]", "06", "0206")] // became a union
    [InlineData("\"int\"", "[\"long\",\"int\"]", "06", "0206")] // its own type goes first
    [InlineData("\"int\"", "[\"string\",\"long\",\"double\"]", "06", "0206")] // the first that it may be promoted to
    [InlineData("[\"null\",\"int\"]", "\"long\"", "0206", "06")] // was a union
    [InlineData("[\"int\",\"string\"]", "[\"string\",\"int\",\"null\"]", "000a", "020a")]
    public void Unions_are_resolved_branch_by_branch(string writer, string reader, string from, string? to)
    {
        if (to is null) { Assert.Equal(AvroStatus.TrailingBytes, Failure(writer, reader, from).Status); }
        else { Assert.Equal(to, Transcoded(writer, reader, from)); }
    }

    [Fact]
    public void A_branch_that_the_reader_lacks_fails_when_it_comes_and_is_told_beforehand()
    {
        var (writer, reader) = ("[\"null\",\"string\"]", "[\"null\",\"int\"]");
        Assert.Equal("00", Transcoded(writer, reader, "00"));
        Assert.Equal(new AvroResult(AvroStatus.NoReaderBranch, 0), Failure(writer, reader, "020261"));
        var mismatch = Assert.Single(AvroCompatibility.Check(AvroSchema.Parse(reader), AvroSchema.Parse(writer)));
        Assert.Equal((AvroRules.UnionBranch, true), (mismatch.Rule, mismatch.IsPartial));

        // Nothing of it can be read: that is no schema for this reader.
        Assert.Equal(AvroRules.Type, Refused("[\"boolean\",\"string\"]", "\"int\"").Rule);
        Assert.Equal(AvroRules.UnionBranch, Refused("\"boolean\"", "[\"null\",\"int\"]").Rule);
    }

    [Fact]
    public void Records_match_by_short_name_or_alias()
    {
        const string Writer = """{"type":"record","name":"old.R","fields":[{"name":"a","type":"int"}]}""";
        Assert.Equal("06", Transcoded(Writer, """{"type":"record","name":"new.R","fields":[{"name":"a","type":"int"}]}""", "06"));
        Assert.Equal("06", Transcoded(Writer, """{"type":"record","name":"new.S","aliases":["old.R"],"fields":[{"name":"a","type":"int"}]}""", "06"));
        Assert.Equal("06", Transcoded(Writer, """{"type":"record","name":"S","namespace":"old","aliases":["R"],"fields":[{"name":"a","type":"int"}]}""", "06"));
        Assert.Equal(AvroRules.Name, Refused(Writer, """{"type":"record","name":"old.S","fields":[{"name":"a","type":"int"}]}""").Rule);
    }

    [Fact]
    public void Fixed_match_by_name_and_size()
    {
        Assert.Equal("0102", Transcoded("""{"type":"fixed","name":"F","size":2}""", """{"type":"fixed","name":"G","aliases":["F"],"size":2}""", "0102"));
        Assert.Equal(AvroRules.FixedSize, Refused("""{"type":"fixed","name":"F","size":2}""", """{"type":"fixed","name":"F","size":3}""").Rule);
    }

    [Theory]
    [InlineData("""{"type":"array","items":"int"}""", """{"type":"array","items":"double"}""", "0304020400", "04000000000000f03f000000000000004000")] // two items, two bytes
    [InlineData("""{"type":"map","values":"int"}""", """{"type":"map","values":["null","int"]}""", "0202610600", "020261020600")]
    [InlineData("""{"type":"array","items":"null"}""", """{"type":"array","items":["null","int"]}""", "0600", "0600000000")]
    public void Items_of_arrays_and_values_of_maps_are_resolved(string writer, string reader, string from, string to) =>
        Assert.Equal(to, Transcoded(writer, reader, from));

    [Theory]
    [InlineData("""{"type":"long","logicalType":"timestamp-micros"}""", """{"type":"long","logicalType":"timestamp-millis"}""", false)]
    [InlineData("""{"type":"bytes","logicalType":"decimal","precision":20,"scale":2}""", """{"type":"bytes","logicalType":"decimal","precision":20}""", false)]
    [InlineData("""{"type":"bytes","logicalType":"decimal","precision":38}""", """{"type":"bytes","logicalType":"decimal","precision":20}""", false)]
    [InlineData("""{"type":"bytes","logicalType":"decimal","precision":20}""", """{"type":"bytes","logicalType":"decimal","precision":38}""", true)]
    [InlineData("""{"type":"long","logicalType":"timestamp-millis"}""", "\"long\"", true)]
    [InlineData("\"string\"", """{"type":"string","logicalType":"solana-pubkey"}""", true)]
    public void Numbers_that_mean_something_else_are_not_taken_for_it(string writer, string reader, bool isFine)
    {
        var mismatches = AvroCompatibility.Check(AvroSchema.Parse(reader), AvroSchema.Parse(writer));
        Assert.Equal(isFine ? [] : [AvroRules.LogicalType], mismatches.Select(m => m.Rule));
    }

    [Fact]
    public void A_record_within_itself_is_followed()
    {
        const string Writer = """{"type":"record","name":"L","fields":[{"name":"v","type":"int"},{"name":"next","type":["null","L"]}]}""";
        const string Reader = """{"type":"record","name":"L","fields":[{"name":"next","type":["null","L"]},{"name":"v","type":"long"},{"name":"n","type":"int","default":5}]}""";
        Assert.Equal("02" + "02" + "00" + "060a" + "040a" + "020a", Transcoded(Writer, Reader, "0202" + "0402" + "0600"));

        // Deeper than the stack is safe: a status, no crash.
        var deep = string.Concat(Enumerable.Repeat("0202", 100_000)) + "0200";
        Assert.Equal(AvroStatus.TooDeep, Failure(Writer, Reader, deep).Status);
    }

    [Fact]
    public void What_is_alike_is_copied_and_need_not_be_rewritten()
    {
        var schema = Record(Two);
        Assert.True(Create(schema, schema).IsIdentity);
        Assert.True(Create(Record("""{"name":"e","type":["null","int"]}"""), Record("""{"name":"e","type":["null","int","string"],"doc":"more"}""")).IsIdentity);
        Assert.True(Create(Enum("E", "A"), Enum("E", "A", "B")).IsIdentity);
        Assert.False(Create(Enum("E", "A", "B"), Enum("E", "B", "A")).IsIdentity);
    }

    [Fact]
    public void A_few_bytes_do_not_become_a_great_many()
    {
        // A byte an item, to which the reader adds a kilobyte.
        var filler = new string('x', 1000);
        const string Writer = """{"type":"array","items":{"type":"record","name":"R","fields":[{"name":"a","type":"boolean"}]}}""";
        var reader = Writer.Replace("}]", $"}},{{\"name\":\"f\",\"type\":\"string\",\"default\":\"{filler}\"}}]", StringComparison.Ordinal);
        var output = new ArrayBufferWriter<byte>();
        var body = new ArrayBufferWriter<byte>();
        var writer = new AvroWriter(body);
        writer.BeginArray(1_000_000);
        writer.Flush();
        body.Write(new byte[1_000_001]);
        Assert.Equal(AvroStatus.TooLarge, Create(Writer, reader).Transcode(body.WrittenSpan, output).Status);
        Assert.True(output.WrittenCount < AvroTranscoder.MaxBytes + 2_000);

        // Items without bytes: any number of them fits in a few bytes.
        Assert.Equal(AvroStatus.TooLarge, Failure("""{"type":"array","items":"null"}""", """{"type":"array","items":["null","int"]}""", "feffffffffffffffff0100").Status);
        Assert.Equal("feffffffffffffffff0100", Transcoded("""{"type":"array","items":"null"}""", """{"type":"array","items":"null"}""", "feffffffffffffffff0100"));
    }

    [Fact]
    public void Schemas_that_are_made_to_take_for_ever_are_given_up()
    {
        var writer = $"[{string.Join(',', Enumerable.Repeat("\"int\"", 20_000))}]";
        var reader = $"[{string.Join(',', Enumerable.Repeat("\"string\"", 20_000))}]";
        Assert.Contains(AvroCompatibility.Check(AvroSchema.Parse(reader), AvroSchema.Parse(writer)), m => m.Rule == AvroRules.TooComplex);
    }

    [Theory]
    [InlineData("\"nobody\"")]
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"a","type":"int"}]}""")]
    [InlineData("""["null",["int"]]""")]
    [InlineData("""{"type":"fixed","name":"F","size":-1}""")]
    [InlineData("""{"type":"enum","name":"E","symbols":["A"],"default":"B"}""")]
    public void A_schema_that_does_not_hold_together_is_refused_with_a_reason(string schema) =>
        Assert.Equal(AvroRules.Schema, Refused(schema, "\"int\"").Rule);

    [Fact]
    public void Every_difference_is_told_at_once()
    {
        var mismatches = AvroCompatibility.Check(
            AvroSchema.Parse(Record("""{"name":"a","type":"boolean"},{"name":"i","type":{"type":"record","name":"I","fields":[{"name":"x","type":"int"}]}}""")),
            AvroSchema.Parse(Record("""{"name":"a","type":"int"},{"name":"i","type":{"type":"record","name":"I","fields":[]}}""")));
        Assert.Equal([("a", AvroRules.Type), ("i.x", AvroRules.MissingDefault)], mismatches.Select(m => (m.Path, m.Rule)));
        Assert.Equal("i.x: the writer has no such field, and the reader has no default for it (missing_default)", mismatches[1].ToString());
    }

    [Fact]
    public void A_level_says_who_must_understand_whom()
    {
        var (former, current) = (AvroSchema.Parse(Record(Two)), AvroSchema.Parse(Record(Two + """,{"name":"n","type":"int"}""")));
        Assert.NotEmpty(AvroCompatibility.Check(current, former, AvroCompatibilityLevel.Backward));
        Assert.Empty(AvroCompatibility.Check(current, former, AvroCompatibilityLevel.Forward));
        Assert.NotEmpty(AvroCompatibility.Check(current, former, AvroCompatibilityLevel.Full));
    }

    private static string Record(string fields) => $$"""{"type":"record","name":"R","fields":[{{fields}}]}""";

    private static string Enum(string name, string first, string? second = null, string? third = null, string? standard = null)
    {
        var symbols = string.Join(",", new[] { first, second, third }.Where(s => s is not null).Select(s => $"\"{s}\""));
        return $$"""{"type":"enum","name":"{{name}}","symbols":[{{symbols}}]{{(standard is null ? "" : $",\"default\":\"{standard}\"")}}}""";
    }

    private static AvroTranscoder Create(string writer, string reader)
    {
        Assert.True(AvroTranscoder.TryCreate(AvroSchema.Parse(writer), AvroSchema.Parse(reader), out var transcoder, out var mismatch), mismatch?.ToString());
        return transcoder;
    }

    private static AvroMismatch Refused(string writer, string reader)
    {
        Assert.False(AvroTranscoder.TryCreate(AvroSchema.Parse(writer), AvroSchema.Parse(reader), out _, out var mismatch));
        return mismatch;
    }

    private static string Transcoded(string writer, string reader, string hex)
    {
        var output = new ArrayBufferWriter<byte>();
        var result = Create(writer, reader).Transcode(Convert.FromHexString(hex), output);
        Assert.Equal(new AvroResult(AvroStatus.Ok, hex.Length / 2), result);
        return Convert.ToHexStringLower(output.WrittenSpan);
    }

    private static AvroResult Failure(string writer, string reader, string hex) =>
        Create(writer, reader).Transcode(Convert.FromHexString(hex), new ArrayBufferWriter<byte>());
}
