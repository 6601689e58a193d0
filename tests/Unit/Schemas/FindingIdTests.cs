using System.Buffers;
using System.Text;
using System.Text.Json;
using Sluice.Schemas.Avro;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Schemas;

/// <summary>An id is a kind, a signature and places, or any other text; whichever it is, its text never changes.</summary>
public class FindingIdTests
{
    private const string Text = "24vMhAVqwKV523xR3JA5eoEtqGUrtEp3AzvR41jp4V19hxSj14oLtwYu3VVA8s9YaS3qcX9SSgbLyx9JLYQh38t8";
    private const string Zeros = "1111111111111111111111111111111111111111111111111111111111111111";

    private static readonly Signature One = Signature.Parse(Text);

    [Fact]
    public void Every_kind_has_its_text()
    {
        Assert.Equal("arbitrage:" + Text, FindingId.Arbitrage(One).ToString());
        Assert.Equal("attempt:" + Text, FindingId.Attempt(One).ToString());
        Assert.Equal("bundle:" + Text, FindingId.Bundle(One).ToString());
        Assert.Equal("jit:" + Text + ":1.0", FindingId.Jit(One, 1, 0).ToString());
        Assert.Equal("liquidation:" + Text + ":0.-1", FindingId.Liquidation(One, 0, -1).ToString());
        Assert.Equal("round_trip:" + Text + ":3.-1.0", FindingId.RoundTrip(One, 3, -1, 0).ToString());
        Assert.Equal("sandwich:" + Text + ":1.12.2", FindingId.Sandwich(One, 1, 12, 2).ToString());
        Assert.Equal("jit:" + Zeros + ":0.0", FindingId.Jit(default, 0, 0).ToString());
        Assert.Equal("", default(FindingId).ToString());
    }

    [Fact]
    public void The_longest_text_fits()
    {
        var longest = new Signature([.. Enumerable.Repeat((byte)0xFF, 64)]);
        foreach (var id in new[] { FindingId.RoundTrip(longest, int.MinValue, int.MinValue, int.MinValue), FindingId.Liquidation(longest, int.MinValue, int.MinValue) })
        {
            var utf8 = new byte[FindingId.MaxBytes];
            Assert.Equal(id.ToString(), Encoding.UTF8.GetString(utf8, 0, id.Format(utf8)));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("\0")]
    [InlineData("arbitrage")]
    [InlineData("arbitrage:")]
    [InlineData("arbitrage:x")]
    [InlineData("Arbitrage:" + Text)]
    [InlineData("unknown:" + Text)]
    [InlineData(Text)]
    [InlineData("arbitrage:" + Text + " ")]
    [InlineData("arbitrage:" + Text + ":")]
    [InlineData("arbitrage:" + Text + ":0.0")]
    [InlineData("attempt:1" + Text)]
    [InlineData("bundle:" + Zeros + "1")]
    [InlineData("jit:" + Text)]
    [InlineData("jit:" + Text + ":1")]
    [InlineData("jit:" + Text + ":1.")]
    [InlineData("jit:" + Text + ".1.0")]
    [InlineData("jit:" + Text + ":1:0")]
    [InlineData("jit:" + Text + ":1.0.0")]
    [InlineData("liquidation:" + Text + ":1.00")]
    [InlineData("liquidation:" + Text + ":01.0")]
    [InlineData("liquidation:" + Text + ":+1.0")]
    [InlineData("liquidation:" + Text + ":1.-0")]
    [InlineData("liquidation:" + Text + ": 1.0")]
    [InlineData("liquidation:" + Text + ":1.2147483648")]
    [InlineData("sandwich:" + Text + ":1.0")]
    [InlineData("sandwich:" + Text + ":1.0.0.0")]
    [InlineData("sandwich:" + Text + ":1.0.0 ")]
    [InlineData("sandwich:" + Text + ":1.0.0\0")]
    [InlineData("round_trip:" + Text + ":1.0.99999999999999999999999999999999999999999999999999999999999999999999")]
    [InlineData("Zürich 東京 🦀")]
    public void Any_other_text_is_kept_as_it_is(string text)
    {
        var id = FindingId.Parse(text);
        Assert.Equal(text, id.ToString());
        Assert.True(id == FindingId.Parse(new string(text.AsSpan())));
        Assert.Equal(id.GetHashCode(), FindingId.Parse(new string(text.AsSpan())).GetHashCode());
        Assert.Equal(text.Length == 0, id == default);
        Assert.False(id == FindingId.Arbitrage(One));
        Same(id, text);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_kept_too() => Assert.Equal("arbitrage:\ud800", FindingId.Parse("arbitrage:\ud800").ToString());

    [Fact]
    public void Ids_are_equal_when_everything_in_them_is()
    {
        FindingId[] ids =
        [
            FindingId.Arbitrage(One), FindingId.Attempt(One), FindingId.Bundle(One), FindingId.Arbitrage(default), FindingId.Jit(One, 1, 2),
            FindingId.Jit(One, 1, 3), FindingId.Jit(One, 2, 2), FindingId.Liquidation(One, 1, 2), FindingId.RoundTrip(One, 1, 2, 0),
            FindingId.Sandwich(One, 1, 2, 0), FindingId.Sandwich(One, 1, 2, 1), default, FindingId.Parse("x"), FindingId.Parse("y"),
        ];
        for (var i = 0; i < ids.Length; i++)
        {
            for (var k = 0; k < ids.Length; k++)
            {
                var other = FindingId.Parse(ids[k].ToString());
                Assert.Equal(i == k, ids[i] == other);
                Assert.Equal(i != k, ids[i] != other);
                Assert.Equal(i == k, ids[i].Equals((object)other));
            }
        }

        Assert.Equal(ids.Length, ids.Concat(ids.Select(i => FindingId.Parse(i.ToString()))).ToHashSet().Count);
    }

    [Fact]
    public void Text_that_was_made_or_damaged_comes_back_unchanged()
    {
        var random = new Random(11);
        for (var i = 0; i < 5_000; i++)
        {
            var bytes = new byte[64];
            random.NextBytes(bytes);
            bytes.AsSpan(0, random.Next(4) == 0 ? random.Next(65) : 0).Clear();
            var signature = new Signature(bytes);
            var (ix, inner, leg) = (random.Next(300), random.Next(-1, 40), random.Next(int.MinValue, int.MaxValue));
            var (id, text) = random.Next(7) switch
            {
                0 => (FindingId.Arbitrage(signature), $"arbitrage:{signature}"),
                1 => (FindingId.Attempt(signature), $"attempt:{signature}"),
                2 => (FindingId.Bundle(signature), $"bundle:{signature}"),
                3 => (FindingId.Jit(signature, ix, inner), FormattableString.Invariant($"jit:{signature}:{ix}.{inner}")),
                4 => (FindingId.Liquidation(signature, ix, inner), FormattableString.Invariant($"liquidation:{signature}:{ix}.{inner}")),
                5 => (FindingId.RoundTrip(signature, ix, inner, leg), FormattableString.Invariant($"round_trip:{signature}:{ix}.{inner}.{leg}")),
                _ => (FindingId.Sandwich(signature, ix, inner, leg), FormattableString.Invariant($"sandwich:{signature}:{ix}.{inner}.{leg}")),
            };
            Assert.Equal(text, id.ToString());
            Assert.True(id == FindingId.Parse(text));
            Same(id, text);

            var damaged = text.ToCharArray();
            damaged[random.Next(damaged.Length)] = "1:.-+0 9zB"[random.Next(10)];
            var cut = new string(damaged)[..random.Next(text.Length - 6, text.Length + 1)];
            Assert.Equal(cut, FindingId.Parse(cut).ToString());
            Assert.Equal(cut == text, id == FindingId.Parse(cut));
        }
    }

    [Fact]
    public void Reading_an_id_makes_no_text_but_of_one_that_is_kept()
    {
        FailedAttempt attempt = default;
        attempt.Reset();
        attempt.Id = FindingId.Attempt(One);
        var (apart, kept) = (Encoded(attempt), Encoded(attempt with { Id = FindingId.Parse("attempt:x") }));
        Assert.Equal(0, Detection.Allocated.ByRound(() => FailedAttemptAvro.Codec.Read(apart, ref attempt)));
        Assert.Equal(FindingId.Attempt(One), attempt.Id);
        Assert.NotEqual(0, Detection.Allocated.ByRound(() => FailedAttemptAvro.Codec.Read(kept, ref attempt)));
        Assert.Equal("attempt:x", attempt.Id.ToString());
    }

    [Fact]
    public void Bytes_that_are_no_text_are_no_id()
    {
        foreach (var (bytes, status) in new (byte[], AvroStatus)[] { ([4, 0xC3, 0x28], AvroStatus.BadText), ([6, 0x61], AvroStatus.Truncated), ([1], AvroStatus.BadLength) })
        {
            var reader = new AvroReader(bytes);
            Assert.False(reader.TryId(out _));
            Assert.Equal((status, 0), (reader.Status, reader.Offset));
        }
    }

    [Fact]
    public void The_attribute_does_not_change_what_a_schema_is()
    {
        var schema = ArbitrageAvro.Codec.Schema;
        var plain = schema.Json.Replace("""{"type":"string","csharp":"FindingId"}""", "\"string\"", StringComparison.Ordinal);
        Assert.NotEqual(schema.Json, plain);
        Assert.Equal((schema.Canonical, schema.Fingerprint), (AvroSchema.Parse(plain).Canonical, AvroSchema.Parse(plain).Fingerprint));
    }

    /// <summary>The id is written like the text that it stands for.</summary>
    private static void Same(FindingId id, string text)
    {
        var written = Avro((ref AvroWriter w) => w.Id(id));
        Assert.Equal(Avro((ref AvroWriter w) => w.Text(text)), written);
        var reader = new AvroReader(written);
        Assert.True(reader.TryId(out var back));
        Assert.Equal((id, 0), (back, reader.Left));

        var bundle = new Bundle { Id = id };
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json)) { BundleJson.Write(writer, in bundle); }
        Assert.StartsWith($"{{\"id\":\"{JsonEncodedText.Encode(text)}\",", Encoding.UTF8.GetString(json.WrittenSpan), StringComparison.Ordinal);
    }

    private static byte[] Encoded(in FailedAttempt attempt)
    {
        var output = new ArrayBufferWriter<byte>();
        FailedAttemptAvro.Codec.Write(in attempt, output);
        return output.WrittenSpan.ToArray();
    }

    private static byte[] Avro(Writing write)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new AvroWriter(output);
        write(ref writer);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    private delegate void Writing(ref AvroWriter writer);
}
