using System.IO.Compression;
using System.Text;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding.Model;

namespace Sluice.Tests.Unit.Ingest.Blocks;

/// <summary>Documents as a whole: wrappers, slots, and what is no block.</summary>
public class DocumentTests
{
    private static readonly string Good = SmallBlock.Of(SmallBlock.Transaction(1), SmallBlock.Vote(2));

    [Fact]
    public void Every_wrapper_gives_the_same_block()
    {
        var plain = RawBlockText.Of(SmallBlock.MustRead(Good));
        Assert.Equal(plain, RawBlockText.Of(SmallBlock.MustRead($$"""{"jsonrpc":"2.0","result":{{Good}},"id":1}""")));
        Assert.Equal(plain, RawBlockText.Of(SmallBlock.MustRead($$"""{"id":"a","result":{{Good}},"error":null,"jsonrpc":"2.0"}""")));
        Assert.Equal(plain, RawBlockText.Of(SmallBlock.MustRead($$"""{"slot":100,"block":{{Good}} }""", null)));
        Assert.Equal(plain, RawBlockText.Of(SmallBlock.MustRead($$"""{"block":{{Good}},"slot":100}""", 7)));
        Assert.Equal(plain, RawBlockText.Of(SmallBlock.MustRead($$"""{"slot":100,{{Good[1..]}}""", null)));
        Assert.Equal(plain, RawBlockText.Of(SmallBlock.MustRead("\uFEFF \r\n\t" + Good.Replace(",", " ,\n ").Replace(":", " : ") + "\n\n")));
        Assert.Equal(plain, RawBlockText.Of(SmallBlock.MustRead(
            $$"""{"method":"blockNotification","params":{"result":{"context":{"slot":100},"value":{"slot":100,"err":null,"block":{{Good}} } } } }""", null)));
    }

    [Fact]
    public void A_slot_that_is_nowhere_is_said_to_be_missing()
    {
        var (result, _) = SmallBlock.Read(Good, null);
        Assert.Equal(ReadStatus.SlotUnknown, result.Status);
        Assert.Contains("name the file after it", result.Message);
    }

    [Theory]
    [InlineData(99UL)]
    [InlineData(42UL)]
    public void A_slot_not_after_the_parent_is_refused(ulong slot)
    {
        var (result, _) = SmallBlock.Read(Good, slot);
        Assert.Equal(ReadStatus.SlotMismatch, result.Status);
        Assert.Contains("parent is 99", result.Message);
    }

    [Theory]
    [InlineData("", ReadStatus.Empty)]
    [InlineData(" \n ", ReadStatus.Empty)]
    [InlineData("hello", ReadStatus.NotJson)]
    [InlineData("12", ReadStatus.NotJson)]
    [InlineData("[]", ReadStatus.NotABlock)]
    [InlineData("[1,", ReadStatus.TruncatedJson)]
    [InlineData("{}", ReadStatus.NotABlock)]
    [InlineData("""{"a":{"b":[1,2,3]}}""", ReadStatus.NotABlock)]
    [InlineData("""{"jsonrpc":"2.0","result":{"context":{"slot":5},"value":[]},"id":1}""", ReadStatus.NotABlock)]
    [InlineData("""{"jsonrpc":"2.0","result":null,"id":1}""", ReadStatus.SkippedSlot)]
    [InlineData("""{"slot":5,"block":null}""", ReadStatus.SkippedSlot)]
    [InlineData("""{"jsonrpc":"2.0","error":{"code":-32007,"message":"Slot 5 was skipped"},"id":1}""", ReadStatus.SkippedSlot)]
    [InlineData("""{"jsonrpc":"2.0","error":{"code":-32009,"message":"missing"},"id":1}""", ReadStatus.SkippedSlot)]
    [InlineData("""{"jsonrpc":"2.0","error":{"code":-32603,"message":"Internal"},"id":1}""", ReadStatus.RpcError)]
    [InlineData("""{"jsonrpc":"2.0","error":{"code":"x"},"id":1}""", ReadStatus.NotABlock)]
    [InlineData("""{"blockhash":"11111111111111111111111111111111","parentSlot":1}""", ReadStatus.NoTransactions)]
    [InlineData("""{"blockhash":"11111111111111111111111111111111","signatures":["5h"]}""", ReadStatus.NoTransactions)]
    [InlineData("""{"blockhash":"11111111111111111111111111111111","transactions":null}""", ReadStatus.NoTransactions)]
    [InlineData("""{"blockhash":"11111111111111111111111111111111","transactions":{}}""", ReadStatus.NotABlock)]
    [InlineData("""{"blockhash":"0","transactions":[]}""", ReadStatus.NotABlock)]
    [InlineData("""{"blockhash":5,"transactions":[]}""", ReadStatus.NotABlock)]
    [InlineData("""{"parentSlot":-1,"transactions":[]}""", ReadStatus.NotABlock)]
    [InlineData("""{"parentSlot":1.5,"transactions":[]}""", ReadStatus.NotABlock)]
    [InlineData("""{"slot":18446744073709551616,"transactions":[]}""", ReadStatus.NotABlock)]
    [InlineData("""{"blockTime":"x","transactions":[]}""", ReadStatus.NotABlock)]
    [InlineData("""{"rewards":[{"pubkey":"zz","lamports":1}],"transactions":[]}""", ReadStatus.NotABlock)]
    [InlineData("""{"transactions":[],"transactions":[]}""", ReadStatus.NotABlock)]
    [InlineData("""{"transactions":[}""", ReadStatus.InvalidJson)]
    [InlineData("""{"transactions":[],}""", ReadStatus.InvalidJson)]
    [InlineData("""{,"transactions":[]}""", ReadStatus.InvalidJson)]
    [InlineData("""{"transactions" []}""", ReadStatus.InvalidJson)]
    [InlineData("""{"transactions":[] "slot":5}""", ReadStatus.InvalidJson)]
    [InlineData("""{"transactions":[{"a":tru}]}""", ReadStatus.InvalidJson)]
    [InlineData("""{"transactions":[{"a":1,}]}""", ReadStatus.InvalidJson)]
    [InlineData("""{"transactions":[]}{"transactions":[]}""", ReadStatus.InvalidJson)]
    [InlineData("""{"transactions":[]""", ReadStatus.TruncatedJson)]
    [InlineData("""{"transactions":[{"meta":{"err":"x""", ReadStatus.TruncatedJson)]
    [InlineData("""{"transactions":[]}""", ReadStatus.Read)]
    public void A_document_that_is_no_block_says_what_it_is(string document, ReadStatus status)
    {
        var (result, block) = SmallBlock.Read(document);
        Assert.Equal(status, result.Status);
        Assert.Equal(status == ReadStatus.Read, result.Message.Length == 0);
        Assert.Equal(0, block.Transactions.Count);
    }

    [Fact]
    public void Invalid_json_is_placed()
    {
        var document = Good.Replace("\"fee\":5000", "\"fee\":50x00");
        var (result, _) = SmallBlock.Read(document);
        Assert.Equal((ReadStatus.InvalidJson, true), (result.Status, Math.Abs(result.Offset - document.IndexOf("50x00", StringComparison.Ordinal)) <= 2));
    }

    [Fact]
    public void A_packed_or_binary_document_is_no_json()
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) { gzip.Write("{}"u8); }
        var result = new BlockReader().Read(packed.ToArray(), new DocumentOrigin("test"), new RawBlock());
        Assert.Equal(ReadStatus.NotJson, result.Status);
    }

    [Fact]
    public void An_error_that_has_a_known_cure_names_it()
    {
        var (result, _) = SmallBlock.Read("""{"error":{"code":-32015,"message":"Transaction version (0) is not supported"}}""");
        Assert.Contains("maxSupportedTransactionVersion", result.Message);
        (result, _) = SmallBlock.Read(SmallBlock.Of(
            $$"""{"transaction":{"signatures":["{{SmallBlock.Signature(1)}}"],"accountKeys":[]},"meta":{{SmallBlock.Meta()}} }"""));
        Assert.Equal(ReadStatus.NoTransactions, result.Status);
        Assert.Contains("transactionDetails \"full\"", result.Message);
    }

    [Fact]
    public void Replies_of_one_slot_one_after_another_make_a_partial_block()
    {
        static string Reply(byte seed, string more) =>
            $$"""{"jsonrpc":"2.0","result":{"slot":5,"blockTime":9,{{more}}{{SmallBlock.Transaction(seed)[1..]}},"id":1}""";
        var block = SmallBlock.MustRead(Reply(1, "\"transactionIndex\":3,") + "\n" + Reply(2, "") + Reply(3, "\"indexWithinBlock\":40,"), null);
        Assert.Equal((5UL, 5UL, 9L, true), (block.Slot, block.ParentSlot, block.BlockTime, block.IsPartial));
        Assert.Equal([3, 4, 40], block.Transactions.Span.ToArray().Select(t => t.Index));

        var (other, _) = SmallBlock.Read(Reply(1, "") + Reply(2, "").Replace("\"slot\":5", "\"slot\":6"), null);
        Assert.Equal(ReadStatus.NotABlock, other.Status);
        Assert.Contains("5 and 6", other.Message);
    }

    [Fact]
    public void A_bad_single_reply_is_a_rejection()
    {
        var block = SmallBlock.MustRead($$"""{"result":{"slot":5,{{SmallBlock.Transaction(1, meta: "null")[1..]}},"id":1}""", null);
        Assert.Equal(new RawRejection(0, RejectReasons.NoMeta), Assert.Single(block.Rejections.Span.ToArray()));
        Assert.Equal(0, block.Transactions.Count);
    }

    [Fact]
    public void A_reader_forgets_the_document_before()
    {
        var reader = new BlockReader();
        var block = new RawBlock();
        var good = Encoding.UTF8.GetBytes(Good);
        reader.Read(good, new DocumentOrigin("a", 100), block);
        var first = RawBlockText.Of(block);
        Assert.Equal(ReadStatus.TruncatedJson, reader.Read(good.AsSpan(0, good.Length - 1), new DocumentOrigin("b", 100), block).Status);
        reader.Read(good, new DocumentOrigin("c", 100), block);
        Assert.Equal(first, RawBlockText.Of(block));
        Assert.Equal("c", block.Source);
    }
}
