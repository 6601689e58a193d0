using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Sluice.Cli.Serve.Geyser;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding;
using Sluice.Ingest.Decoding.Model;
using Sluice.Ingest.Yellowstone.Messages;
using Sluice.Ingest.Yellowstone.Wire;
using Sluice.Lab;
using Sluice.Schemas.Records;
using Sluice.Tests.Unit.Ingest.Blocks;

namespace Sluice.Tests.Unit.Ingest.Yellowstone;

/// <summary>A block by gRPC is the block by getBlock.</summary>
public sealed class GeyserBlockReaderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(31)]
    public void Blocks_of_a_simulated_chain_are_the_same_in_both_encodings(ulong seed)
    {
        var (json, geyser) = (new BlockReader(), new GeyserBlockReader());
        var (expected, actual) = (new RawBlock(), new RawBlock());
        var blocks = 0;
        foreach (var (slot, block) in GeyserSamples.Chain(SimulatorOptions.ForEvaluation(seed, 60)))
        {
            Assert.True(json.Read(block, new DocumentOrigin("test", slot), expected).IsRead);
            Assert.Equal(new ReadResult(ReadStatus.Read), geyser.Read(GeyserSamples.Message(slot, block).ToByteArray(), "test", actual));
            Assert.Equal(RawBlockText.Of(expected), RawBlockText.Of(actual));
            Assert.Equal(Decoded(expected), Decoded(actual));
            blocks++;
        }

        Assert.True(blocks > 50, $"seed {seed}: {blocks} blocks");
    }

    [Fact]
    public void A_block_of_mainnets_size_is_the_same_in_both_encodings()
    {
        foreach (var (slot, block) in GeyserSamples.Chain(new SimulatorOptions { Seed = 4, Slots = 3, SkippedPerMille = 0 }))
        {
            var expected = new RawBlock();
            Assert.True(new BlockReader().Read(block, new DocumentOrigin("test", slot), expected).IsRead);
            var actual = GeyserSamples.MustRead(GeyserSamples.Message(slot, block));
            Assert.True(actual.Transactions.Count > 1_000);
            Assert.Equal(RawBlockText.Of(expected), RawBlockText.Of(actual));
            Assert.Equal(Decoded(expected), Decoded(actual));
        }
    }

    [RealDataFact]
    public void The_block_of_May_2022_is_the_same_in_both_encodings()
    {
        using var document = JsonDocument.Parse(RealBlocks.May2022());
        AssertSame(133_447_494, RealBlocks.May2022(), GeyserBlocks.Of(133_447_494, Result(document)), 1_779);
    }

    [RealDataFact]
    public void The_block_of_March_2024_is_the_same_in_both_encodings()
    {
        // Its transactions are base64; the message is made of their bytes.
        using var document = JsonDocument.Parse(RealBlocks.March2024());
        var result = Result(document);
        var without = System.Text.Json.Nodes.JsonNode.Parse(result.GetRawText())!.AsObject();
        without["transactions"] = new System.Text.Json.Nodes.JsonArray();
        using var header = JsonDocument.Parse(without.ToJsonString());
        var message = GeyserBlocks.Of(254_170_887, header.RootElement);
        foreach (var transaction in result.GetProperty("transactions").EnumerateArray())
        {
            message.Transactions.Add(new SubscribeUpdateTransactionInfo
            {
                Transaction = WireTransaction.Parse(transaction.GetProperty("transaction")[0].GetBytesFromBase64()),
                Meta = GeyserBlocks.MetaOf(transaction.GetProperty("meta")),
                Index = message.ExecutedTransactionCount++,
            });
        }

        AssertSame(254_170_887, RealBlocks.March2024(), message, 602);
    }

    [Fact]
    public void Transactions_may_come_in_any_order()
    {
        var message = GeyserSamples.Small();
        var expected = RawBlockText.Of(GeyserSamples.MustRead(message));
        var turned = message.Transactions.Reverse().ToArray();
        message.Transactions.Clear();
        message.Transactions.Add(turned);
        Assert.Equal(expected, RawBlockText.Of(GeyserSamples.MustRead(message)));
    }

    [Fact]
    public void Fields_may_come_in_any_order_and_unknown_ones_are_passed_over()
    {
        var message = GeyserSamples.Small();
        var expected = RawBlockText.Of(GeyserSamples.MustRead(message));

        // Two messages one after the other are one with the fields of both. The read-only keys come before the writable ones, the end before the beginning.
        var meta = message.Transactions[2].Meta;
        var first = new TransactionStatusMeta { LoadedReadonlyAddresses = { meta.LoadedReadonlyAddresses }, PostTokenBalances = { meta.PostTokenBalances } };
        meta.LoadedReadonlyAddresses.Clear();
        meta.PostTokenBalances.Clear();
        byte[] unknown = [0xb8, 0x3e, 0x05, 0xc1, 0x3e, 1, 2, 3, 4, 5, 6, 7, 8, 0xcd, 0x3e, 1, 2, 3, 4]; // fields 999 (number), 1000 (8 bytes), 1001 (4 bytes)
        byte[] shuffledMeta = [.. unknown, .. first.ToByteArray(), .. meta.ToByteArray()];
        var tail = new SubscribeUpdateBlock { ExecutedTransactionCount = 4, ParentSlot = message.ParentSlot };
        message.ExecutedTransactionCount = 0;
        message.ParentSlot = 0;
        var third = message.Transactions[2];
        third.Meta = null;
        byte[] info = [.. Field(4, shuffledMeta), .. third.ToByteArray()];
        message.Transactions.RemoveAt(2);
        byte[] all = [.. unknown, .. tail.ToByteArray(), .. Field(6, info), .. message.ToByteArray()];
        Assert.Equal(expected, RawBlockText.Of(GeyserSamples.MustRead(all)));
    }

    [Fact]
    public void Balances_may_come_one_a_field()
    {
        var message = GeyserSamples.Small();
        var expected = RawBlockText.Of(GeyserSamples.MustRead(message));
        var last = message.Transactions[3];
        var loose = last.Meta.PreBalances.SelectMany(b => Varint(3 << 3).Concat(Varint(b))).ToArray();
        last.Meta.PreBalances.Clear();
        byte[] meta = [.. loose, .. last.Meta.ToByteArray()];
        last.Meta = null;
        byte[] info = [.. last.ToByteArray(), .. Field(4, meta)];
        message.Transactions.RemoveAt(3);
        Assert.Equal(expected, RawBlockText.Of(GeyserSamples.MustRead([.. message.ToByteArray(), .. Field(6, info)])));
    }

    [Theory]
    [InlineData(true, 5, "the message has 4 of 5 transactions")]
    [InlineData(false, 4, "the message has 4 of 4 transactions, or some twice")]
    public void A_block_with_missing_transactions_is_no_block(bool rightIndexes, ulong executed, string said)
    {
        var message = GeyserSamples.Small();
        message.ExecutedTransactionCount = executed;
        if (!rightIndexes) { message.Transactions[2].Index = 1; }
        var result = new GeyserBlockReader().Read(message.ToByteArray(), "test", new RawBlock());
        Assert.Equal(ReadStatus.NotABlock, result.Status);
        Assert.Contains(said, result.Message, StringComparison.Ordinal);
        Assert.True(GeyserHeader.TryRead(message.ToByteArray(), out var header));
        Assert.Equal(executed == 4, header.IsWhole);
    }

    [Fact]
    public void A_transaction_that_cannot_be_taken_is_counted_and_the_others_stay()
    {
        var message = GeyserSamples.Small();
        message.Transactions[0].Transaction.Message.Instructions[0].ProgramIdIndex = 77;
        message.Transactions[3].Transaction.Signatures[0] = ByteString.CopyFrom(1, 2, 3);
        var bytes = message.ToByteArray();
        var block = GeyserSamples.MustRead(bytes);
        Assert.Equal([1, 2], block.Transactions.Span.ToArray().Select(t => t.Index));
        Assert.Equal([(0, RejectReasons.AccountOutside), (3, RejectReasons.BadSignature)], block.Rejections.Span.ToArray().Select(r => (r.Transaction, r.Reason)));
        var place = block.RejectedPlaces[0];
        Assert.Equal(message.Transactions[0], SubscribeUpdateTransactionInfo.Parser.ParseFrom(bytes, place.Offset, place.Length));
    }

    [Fact]
    public void A_parent_that_is_not_before_the_slot_is_told()
    {
        var message = GeyserSamples.Small();
        message.ParentSlot = 100;
        Assert.Equal(ReadStatus.SlotMismatch, new GeyserBlockReader().Read(message.ToByteArray(), "test", new RawBlock()).Status);
    }

    [Fact]
    public void Steady_reading_allocates_nothing()
    {
        var messages = GeyserSamples.Chain(SimulatorOptions.ForEvaluation(5, 12)).Select(b => GeyserSamples.Message(b.Slot, b.Json).ToByteArray()).ToArray();
        var (reader, block) = (new GeyserBlockReader(), new RawBlock());
        foreach (var message in messages) { Assert.True(reader.Read(message, "test", block).IsRead); }

        // The runtime may allocate once on this thread when it recompiles what runs often; what a read allocates shows in every round.
        var least = long.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var message in messages) { reader.Read(message, "test", block); }
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    private static byte[] Field(int number, byte[] bytes) => [.. Varint((ulong)((number << 3) | 2)), .. Varint((ulong)bytes.Length), .. bytes];

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7) { bytes.Add((byte)(value | 0x80)); }
        return [.. bytes, (byte)value];
    }

    private static JsonElement Result(JsonDocument document) => document.RootElement.TryGetProperty("result", out var result) ? result : document.RootElement;

    private static void AssertSame(ulong slot, byte[] json, SubscribeUpdateBlock message, int transactions)
    {
        var expected = new RawBlock();
        Assert.True(new BlockReader().Read(json, new DocumentOrigin("test", slot), expected).IsRead);
        var actual = GeyserSamples.MustRead(message);
        Assert.Equal(transactions, actual.Transactions.Count);
        Assert.Equal(RawBlockText.Of(expected), RawBlockText.Of(actual));
        Assert.Equal(Decoded(expected), Decoded(actual));
    }

    private static string Decoded(RawBlock raw)
    {
        var block = new Block();
        new BlockDecoder().Decode(raw, ref block);
        var json = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json)) { BlockJson.Write(writer, block); }
        return Encoding.UTF8.GetString(json.WrittenSpan);
    }
}
