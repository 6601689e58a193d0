using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Blocks.Json;
using Sluice.Ingest.Decoding.Model;
using Sluice.Tests.Unit.Ingest.Blocks;

namespace Sluice.Tests.Properties.Ingest;

public class ReaderProperties
{
    private static readonly DocumentOrigin Origin = new("test", 100);

    private static readonly byte[] Valid = Encoding.UTF8.GetBytes(SmallBlock.Of(
        SmallBlock.Transaction(1, meta: SmallBlock.Meta(
            log: $"[\"Program {SmallBlock.Key(4)} invoke [1]\",\"Program data: AQID\",\"a \\\"quoted\\\" \\\\ line\",\"Program {SmallBlock.Key(4)} success\"]",
            more: ",\"loadedAddresses\":{\"writable\":[],\"readonly\":[]}")),
        SmallBlock.Vote(2),
        SmallBlock.Transaction(3, ParsedBlocks.Body(3), ParsedBlocks.Meta()),
        SmallBlock.Transaction(4, version: "0", meta: SmallBlock.Meta(err: "{\"InstructionError\":[0,{\"Custom\":1}]}"))));

    [Fact]
    public void No_bytes_make_the_reader_throw()
    {
        var reader = new BlockReader();
        var block = new RawBlock();
        Prop.ForAll<byte[]>(bytes =>
        {
            var (status, message, _) = reader.Read(bytes, Origin, block);
            return status == ReadStatus.Read || message.Length > 0;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void No_change_of_a_valid_block_makes_the_reader_throw_or_leave_half_a_transaction()
    {
        var reader = new BlockReader();
        var block = new RawBlock();
        var change =
            from place in Gen.Choose(0, Valid.Length - 1)
            from length in Gen.Frequency((6, Gen.Constant(1)), (2, Gen.Choose(0, 40)))
            from piece in Gen.Frequency(
                (4, Gen.Choose(0, 255).Select(b => new[] { (byte)b })),
                (4, Gen.Elements("null", "-1", "\"", "{", "}", "[", "]", ",", ":", "\\", "1e9", "99999999999999999999", "65536", "true", "\"\"", "[]", "{}")
                    .Select(Encoding.ASCII.GetBytes)))
            select (place, length, piece);
        Prop.ForAll(change.ArrayOf().Where(c => c.Length is > 0 and < 6).ToArbitrary(), changes =>
        {
            var bytes = new List<byte>(Valid);
            foreach (var (place, length, piece) in changes)
            {
                var at = Math.Min(place, bytes.Count);
                bytes.RemoveRange(at, Math.Min(length, bytes.Count - at));
                bytes.InsertRange(at, piece);
            }

            reader.Read(bytes.ToArray(), Origin, block);
            AssertConsistent(block);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public void A_block_cut_anywhere_is_never_taken_for_whole()
    {
        var reader = new BlockReader();
        var block = new RawBlock();
        for (var length = 0; length < Valid.Length; length++)
        {
            var status = reader.Read(Valid.AsSpan(0, length), Origin, block).Status;
            Assert.Equal(length == 0 ? ReadStatus.Empty : ReadStatus.TruncatedJson, status);
        }

        Assert.Equal(ReadStatus.Read, reader.Read(Valid, Origin, block).Status);
        Assert.Equal(4, block.Transactions.Count);
    }

    [Fact]
    public void The_order_of_fields_and_white_space_do_not_matter()
    {
        var expected = Text(Valid);
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var shuffled = Shuffle(JsonNode.Parse(Valid)!, random)!;
            var options = new JsonSerializerOptions { WriteIndented = random.Next(2) == 0 };
            Assert.Equal(expected, Text(Encoding.UTF8.GetBytes(shuffled.ToJsonString(options))));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Stepping_over_a_value_ends_where_the_strict_reader_ends()
    {
        var texts = Gen.Elements("\\", "\"", "{", "}", "[", "]", "a", "\u00e9", "\\\"", "\n", "0123456789012345678901234567890123456789").ArrayOf()
            .Select(string.Concat);
        Gen<JsonNode?> Node(int depth) => depth == 0
            ? texts.Select(t => (JsonNode?)JsonValue.Create(t))
            : Gen.Frequency(
                (2, texts.Select(t => (JsonNode?)JsonValue.Create(t))),
                (1, Gen.Choose(-5, 500).Select(n => (JsonNode?)JsonValue.Create(n))),
                (2, Node(depth - 1).ArrayOf().Select(items => (JsonNode?)new JsonArray([.. items.Select(i => i?.DeepClone())]))),
                (2, (from name in texts from value in Node(depth - 1) select (name, value)).ArrayOf()
                    .Select(p => (JsonNode?)new JsonObject(p.DistinctBy(x => x.name).Select(x => KeyValuePair.Create(x.name, x.value?.DeepClone()))))));
        var relaxed = new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        Prop.ForAll(Node(3).Where(n => n is JsonArray or JsonObject).ToArbitrary(), Gen.Choose(0, 70).ToArbitrary(), (node, padding) =>
        {
            var json = Encoding.UTF8.GetBytes(node!.ToJsonString(relaxed));
            var document = (byte[])[.. Enumerable.Repeat((byte)' ', padding), .. json, .. "}]\"}}"u8];
            Assert.Equal(padding + json.Length, StructuralSkip.FindEnd(document, padding));
            Assert.Equal(-1, StructuralSkip.FindEnd(document.AsSpan(0, padding + json.Length - 1), padding));
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("[}")]
    [InlineData("{]")]
    [InlineData("{\"a\":[1,2}")]
    public void Stepping_over_sees_brackets_that_do_not_match(string json) =>
        Assert.Equal(-1, StructuralSkip.FindEnd(Encoding.UTF8.GetBytes(json), 0));

    [Fact]
    public void Reading_again_allocates_nothing()
    {
        var reader = new BlockReader();
        var block = new RawBlock();
        for (var i = 0; i < 3; i++) { reader.Read(Valid, Origin, block); }

        // The runtime may allocate once on this thread when it recompiles what runs often; what a read allocates shows in every round.
        var least = long.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 10; i++) { reader.Read(Valid, Origin, block); }
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    private static string Text(byte[] document)
    {
        var block = new RawBlock();
        Assert.Equal(ReadStatus.Read, new BlockReader().Read(document, Origin, block).Status);
        return RawBlockText.Of(block);
    }

    private static JsonNode? Shuffle(JsonNode? node, Random random) => node switch
    {
        JsonArray array => new JsonArray([.. array.Select(i => Shuffle(i, random))]),
        JsonObject fields => new JsonObject(fields.OrderBy(_ => random.Next()).Select(p => KeyValuePair.Create(p.Key, Shuffle(p.Value, random)))),
        _ => node?.DeepClone(),
    };

    /// <summary>Everything that a decoder relies on: ranges lie in the lists and positions in the transaction's keys.</summary>
    internal static void AssertConsistent(RawBlock block)
    {
        Assert.Equal(block.AccountKeys.Count, block.PreBalances.Count);
        Assert.Equal(block.AccountKeys.Count, block.PostBalances.Count);
        Assert.Equal(block.AccountKeys.Count, block.Transactions.Span.ToArray().Sum(t => t.AccountCount));
        Assert.All(block.AccountKeys.Span.ToArray(), k => Assert.InRange(k, 0, block.Keys.Count - 1));
        foreach (var tx in block.Transactions.Span)
        {
            Assert.InRange(tx.StaticAccountCount, 0, tx.AccountCount);
            foreach (var ix in block.Instructions.Span.Slice(tx.InstructionStart, tx.InstructionCount))
            {
                Assert.InRange(ix.ProgramAccount, 0, tx.AccountCount - 1);
                foreach (var account in block.InstructionAccounts.Span.Slice(ix.AccountStart, ix.AccountCount)) { Assert.InRange(account, 0, tx.AccountCount - 1); }
                _ = block.Data.Span.Slice(ix.DataStart, ix.DataLength);
            }

            foreach (var balance in block.TokenBalances.Span.Slice(tx.TokenBalanceStart, tx.TokenBalanceCount))
            {
                Assert.InRange(balance.Account, 0, tx.AccountCount - 1);
                Assert.InRange(balance.Mint, 0, block.Keys.Count - 1);
            }

            foreach (var e in block.LogEvents.Span.Slice(tx.LogEventStart, tx.LogEventCount)) { _ = block.Data.Span.Slice(e.DataStart, e.DataLength); }
            _ = block.Data.Span.Slice(tx.ErrorStart, tx.ErrorLength);
        }
    }
}
