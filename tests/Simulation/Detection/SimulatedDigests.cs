using System.Buffers;
using System.Text;
using System.Text.Json;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding;
using Sluice.Ingest.Decoding.Model;
using Sluice.Lab;
using Sluice.Processors.Core.Arbitrage;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Finding = Sluice.Schemas.Records.Arbitrage;

namespace Sluice.Tests.Simulation.Detection;

/// <summary>The digest that a decoder or a topic's reader makes beside a block says what the block says, and findings do not depend on who made it.</summary>
public class SimulatedDigests
{
    [Fact]
    public void A_decoded_block_comes_with_the_digest_of_its_swaps()
    {
        var swaps = Each(seed: 3, (in b) => AssertIsOf(b));
        Assert.InRange(swaps, 100, int.MaxValue);
    }

    [Fact]
    public void So_does_one_that_was_read_from_a_topic()
    {
        var (body, read) = (new ArrayBufferWriter<byte>(1 << 20), default(Block));
        Each(seed: 4, (in b) =>
        {
            body.ResetWrittenCount();
            BlockAvro.Codec.Write(in b, body);
            Assert.True(BlockAvro.Codec.Read(body.WrittenSpan, ref read).IsOk);
            AssertIsOf(read);
        });
    }

    [Fact]
    public void Findings_are_the_same_where_a_block_came_without()
    {
        var (with, without) = (new ArbitrageBlock(), new ArbitrageBlock());
        var (found, expected) = (new List<string>(), new List<string>());
        var kept = new List<RecordList<Block>>(); // prices look into the group's blocks
        Each(seed: 5, (in b) =>
        {
            Block own = b, bare = Bare(b, kept);
            Assert.Null(bare.Digest);
            Judge(with, own, found);
            Judge(without, bare, expected);
        });
        Assert.InRange(found.Count, 30, int.MaxValue);
        Assert.Equal(expected, found);
    }

    [Fact]
    public void A_block_whose_list_was_changed_has_none()
    {
        var blocks = new RecordList<Block>();
        ref var block = ref blocks.Add();
        Assert.NotNull(block.Digest);
        block.Transactions.Add();
        Assert.Null(block.Digest);
        block.DigestLast();
        Assert.NotNull(block.Digest);
        block.Transactions.RemoveLast();
        Assert.Null(block.Digest);
        block.MakeDigest();
        Assert.Equal(0, block.Digest!.Transactions);
    }

    private delegate void Look(in Block block);

    /// <summary>Decodes a seed's blocks, each into the same record, and returns their swaps.</summary>
    private static int Each(ulong seed, Look look)
    {
        var simulator = new Simulator(new SimulatorOptions { Seed = seed, Slots = 24, VotesPerBlock = 2, NonVotesPerBlock = 60, ArbitragesPerThousandBlocks = 4_000 });
        var (reader, decoder, raw, json) = (new BlockReader(), new BlockDecoder(), new RawBlock(), new ArrayBufferWriter<byte>());
        var kept = new RecordList<Block>();
        var swaps = 0;
        while (simulator.TryNextBlock(json, out var slot))
        {
            if (json.WrittenCount == 0) { continue; } // skipped
            Assert.True(reader.Read(json.WrittenSpan, new DocumentOrigin("simulated", slot.Slot), raw).IsRead);
            json.Clear();
            ref var block = ref kept.Add();
            decoder.Decode(raw, ref block);
            look(block);
            swaps += block.Digest!.Marks.Length;
        }

        return swaps;
    }

    private static void AssertIsOf(in Block block)
    {
        var digest = block.Digest;
        Assert.NotNull(digest);
        var transactions = block.Transactions.Span;
        var (next, routes, failed, single) = (0, new List<int>(), 0, 0);
        for (var i = 0; i < transactions.Length; i++)
        {
            ref readonly var tx = ref transactions[i];
            var isSuccess = tx.Status == TransactionStatus.Success;
            failed += isSuccess ? 0 : 1;
            single += isSuccess && tx.Swaps.Count == 1 ? 1 : 0;
            if (isSuccess && tx.Swaps.Count > 1) { routes.Add(i); }
            Assert.Equal(next, digest.FirstOf(i));
            for (var s = 0; s < tx.Swaps.Count; s++)
            {
                var (mark, swap) = (digest.Marks[next++], tx.Swaps[s]);
                Assert.Equal((i, tx.Index, s, isSuccess), (mark.Position, mark.TxIndex, mark.Index, mark.IsSuccess));
                Assert.Equal((KnownMints.UnitOf(swap.MintIn), KnownMints.UnitOf(swap.MintOut)), (mark.UnitIn, mark.UnitOut));
                Assert.Equal(
                    ((uint)swap.Pool.GetHashCode(), (uint)swap.MintIn.GetHashCode(), (uint)swap.MintOut.GetHashCode()), (mark.PoolHash, mark.MintInHash, mark.MintOutHash));
            }
        }

        Assert.Equal(next, digest.Marks.Length);
        Assert.Equal(routes, digest.Routes.ToArray());
        Assert.Equal((failed, single, transactions.Length), (digest.Failed, digest.WithOneSwap, digest.Transactions));
    }

    /// <summary>The same transactions in a block that nobody digested.</summary>
    private static Block Bare(in Block block, List<RecordList<Block>> kept)
    {
        kept.Add(new());
        ref var bare = ref kept[^1].Add();
        (bare.Slot, bare.Leader, bare.BlockTimeUnixMs) = (block.Slot, block.Leader, block.BlockTimeUnixMs);
        foreach (ref readonly var tx in block.Transactions.Span) { bare.Transactions.Add() = tx; }
        return bare;
    }

    private static void Judge(ArbitrageBlock judge, in Block block, List<string> found)
    {
        var (prices, findings) = (judge.Take(block), new RecordList<Finding>());
        found.Add($"{block.Slot}: {judge.Failed} failed, {judge.WithOneSwap} with one swap, {judge.Routes.Length} with more");
        for (var i = 0; i < judge.Routes.Length; i++)
        {
            ref var finding = ref findings.Add();
            if (judge.Judge(i, ref finding) != ArbitrageVerdict.Arbitrage) { continue; }
            judge.Causes.Find(judge.Routes[i], ref finding);
            ArbitrageValues.Write(prices, ref finding);
            using var text = new MemoryStream();
            using (var writer = new Utf8JsonWriter(text)) { ArbitrageJson.Write(writer, finding); }
            found.Add(Encoding.UTF8.GetString(text.ToArray()));
        }
    }
}
