using System.Text.Json;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding.Model;

namespace Sluice.Tests.Unit.Ingest.Blocks;

public class RealBlockTests
{
    private readonly BlockReader _reader = new();
    private readonly RawBlock _block = new();

    [RealDataFact]
    public void The_base64_block_of_March_2024_adds_up()
    {
        Read(RealBlocks.March2024(), 254170887);
        Assert.Equal((602, 158, 305), Counts());
        Assert.Equal(33_813_246UL, Fees());
        var reward = Assert.Single(_block.Rewards.Span.ToArray());
        Assert.Equal((16_906_623L, RewardKind.Fee), (reward.Lamports, reward.Kind));
        Assert.Equal("Ninja1spj6n9t5hVYgF3PdnYz2PLnkt7rvaw3firmjs", _block.Keys[reward.Account].ToString());
        Assert.Equal((254170887UL, 254170886UL, 1710441678L, 234724352UL), (_block.Slot, _block.ParentSlot, _block.BlockTime, _block.BlockHeight));
        Assert.Equal("5GG5pzTbH6KgZM54M9XWfBNmBupQuZXdQxoZRRQXHcpM", _block.Blockhash.ToString());
    }

    [RealDataFact]
    public void The_json_block_of_May_2022_adds_up()
    {
        Read(RealBlocks.May2022(), 133447494);
        Assert.Equal((1779, 1592, 86), Counts());
        Assert.Equal(4_470_000L * 2, (long)Fees());
        Assert.Equal(4_470_000L, Assert.Single(_block.Rewards.Span.ToArray(), r => r.Kind == RewardKind.Fee).Lamports);
    }

    [RealDataFact]
    public void The_45_blocks_of_2020_follow_each_other_with_two_leaders_skipped()
    {
        var skipped = new List<ulong>();
        ulong last = 0;
        var count = 0;
        foreach (var document in RealBlocks.December2020())
        {
            Read(document, null);
            if (last > 0)
            {
                Assert.Equal(last, _block.ParentSlot);
                for (var slot = last + 1; slot < _block.Slot; slot++) { skipped.Add(slot); }
            }

            last = _block.Slot;
            count++;
        }

        Assert.Equal(45, count);
        Assert.Equal([55065124, 55065125, 55065126, 55065127, 55065137, 55065138, 55065139, 55065140], skipped);
    }

    [RealDataFact]
    public void Every_transaction_of_every_block_reads_as_a_plain_reader_reads_it()
    {
        Compare(RealBlocks.March2024(), 254170887);
        Compare(RealBlocks.May2022(), 133447494);
        foreach (var document in RealBlocks.December2020()) { Compare(document, null); }
    }

    [RealDataFact]
    public void Every_single_transaction_reads_as_a_plain_reader_reads_it()
    {
        var compared = 0;
        foreach (var file in RealBlocks.TransactionFiles())
        {
            var bytes = File.ReadAllBytes(file);
            var element = JsonDocument.Parse(bytes).RootElement.GetProperty("result");
            if (element.GetProperty("transaction").GetProperty("message").GetProperty("accountKeys")[0].ValueKind == JsonValueKind.Object) { continue; }
            Read(bytes, null);
            Assert.True(_block.IsPartial);
            Assert.Equal(element.GetProperty("slot").GetUInt64(), _block.Slot);
            Assert.Equal(PlainReader.Transaction(element, _block.Transactions[0].Index), RawBlockText.Of(_block, 0));
            compared++;
        }

        Assert.True(compared > 40);
    }

    private void Compare(byte[] document, ulong? slot)
    {
        Read(document, slot);
        var root = JsonDocument.Parse(document).RootElement;
        if (root.TryGetProperty("block", out var wrapped)) { root = wrapped; }
        var index = 0;
        foreach (var element in root.GetProperty("transactions").EnumerateArray())
        {
            Assert.Equal(PlainReader.Transaction(element, index), RawBlockText.Of(_block, index));
            index++;
        }

        Assert.Equal(index, _block.Transactions.Count);
    }

    private void Read(byte[] document, ulong? slot)
    {
        var result = _reader.Read(document, new DocumentOrigin("test", slot), _block);
        Assert.Equal(new ReadResult(ReadStatus.Read), result);
        Assert.Empty(_block.Rejections.Span.ToArray());
    }

    private (int, int, int) Counts()
    {
        var transactions = _block.Transactions.Span.ToArray();
        return (transactions.Length, transactions.Count(t => t.IsVote), transactions.Count(t => t.IsFailed));
    }

    private ulong Fees() => _block.Transactions.Span.ToArray().Aggregate(0UL, (sum, t) => sum + t.FeeLamports);
}
