using System.IO.Compression;
using System.Text.Json;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding;
using Sluice.Ingest.Decoding.Model;
using Sluice.Schemas.Records;
using Sluice.Tests.Unit.Detection.Cases;
using Sluice.Tests.Unit.Detection.Sandwich;

namespace Sluice.Tests.Golden.Detection;

/// <summary>Real transactions and blocks through reader, decoder and detector. The labels beside the data are the truth.</summary>
public class SandwichGoldenTests
{
    [RealDataFact]
    public void The_labelled_sandwich_is_found_with_its_amounts()
    {
        using var labels = JsonDocument.Parse(File.ReadAllBytes(RealData.PathOf("labels", "sandwich_406751392.json")));
        var truth = labels.RootElement.GetProperty("sandwiches")[0];
        string Text(params string[] path) => path.Aggregate(truth, (e, name) => e.GetProperty(name)).ToString();
        var files = Directory.GetFiles(RealData.PathOf("transactions", "sandwich-meteora-damm-v2")).Order(StringComparer.Ordinal);
        var found = SandwichRun.Of(Assembled(files, [10, 11, 12])).Single;

        Assert.Equal((long.Parse(Text("slot")), SandwichClass.Classic), (found.Slot, found.Class));
        Assert.Equal((Text("dex"), Text("program"), Text("pool")), (found.Venue, found.Program.ToString(), found.Pool.ToString()));
        Assert.Equal((Text("quote_mint"), Text("base_mint")), (found.MintIn.ToString(), found.MintOut.ToString()));
        Assert.Equal((Text("attacker"), Text("attacker_program")), (found.Attacker.ToString(), found.Wrapper.ToString()));
        Assert.Equal(
            [(Text("frontrun", "signature"), Text("frontrun", "quote_in_raw"), Text("frontrun", "base_out_raw")),
                (Text("backrun", "signature"), Text("backrun", "base_in_raw"), Text("backrun", "quote_out_raw"))],
            found.Legs.Span.ToArray().Select(l => (l.Signature.ToString(), $"{l.AmountIn}", $"{l.AmountOut}")));
        var victim = Assert.Single(found.Victims.Span.ToArray());
        Assert.Equal(
            (Text("victim_swap", "signature"), Text("victim"), Text("victim_swap", "quote_in_raw"), Text("victim_swap", "base_out_raw")),
            (victim.Signature.ToString(), victim.Signer.ToString(), $"{victim.AmountIn}", $"{victim.AmountOut}"));

        Assert.Equal((248_779_545_757UL, (Int128)42_186_343, (Int128?)42_186_343), (victim.LossLow, victim.LossQuote, found.VictimLoss));
        Assert.Equal(6_705_768_207_054UL, victim.LimitAmount);

        Assert.Equal(Text("attacker_gross_profit_lamports"), $"{found.Gross}");
        Assert.Equal((Text("fees_lamports"), 0UL, Text("tip_lamports")), ($"{found.FeeLamports}", found.TipLamports, $"{found.OtherPaymentsLamports}"));
        Assert.Equal((Text("attacker_net_profit_lamports"), Text("attacker_net_profit_lamports")), ($"{found.Net}", $"{found.NetLamports}"));
        Assert.Equal((LinkKind.Signer, 1.0), (found.Links[0].Kind, found.Links[0].Weight));
        Assert.Contains("closed_to_the_unit", found.RulesPassed.Span.ToArray());
    }

    [RealDataFact]
    public void The_volume_bot_is_no_sandwich_and_is_named()
    {
        // 253 and 295 are one wallet's, 261 another's: it sells 1.0085 of what it bought, and all pay the same fee.
        var files = Directory.GetFiles(RealData.PathOf("transactions", "hard-negative-volume-bot"));
        var run = SandwichRun.Of(Assembled(files, null));
        run.AssertRoundTrip(RoundTripClass.WashVolume, "wash_ring");
        var trip = run.RoundTrips[0];
        Assert.Equal([(Int128)2_980_040_662, (Int128)3_005_484_729], [trip.AmountOut, trip.BackIn]);
        Assert.Equal((17_920, 215_338UL, 3), ((long)trip.Gross, trip.FeeLamports, trip.Signatures.Count));
    }

    [RealDataTheory]
    [InlineData("blocks/slot_254170887.base64.json.gz", 254170887UL)]
    [InlineData("blocks/slot_133447494.json.gz", 133447494UL)]
    public void Labelled_blocks_have_no_sandwich(string file, ulong slot)
    {
        var run = SandwichRun.Of(Decoded([(Unzipped(file), slot)]));
        Assert.True(run.Found.Length == 0, run.Describe());
    }

    [RealDataFact]
    public void Forty_five_consecutive_blocks_have_none_either()
    {
        var lines = new StreamReader(new MemoryStream(Unzipped("blocks/slots_55065100-55065152.jsonl.gz")));
        var blocks = new List<(byte[], ulong)>();
        while (lines.ReadLine() is { } line)
        {
            using var entry = JsonDocument.Parse(line);
            blocks.Add((System.Text.Encoding.UTF8.GetBytes(entry.RootElement.GetProperty("block").GetRawText()), entry.RootElement.GetProperty("slot").GetUInt64()));
        }

        Assert.Equal(45, blocks.Count);
        var run = SandwichRun.Of(Decoded(blocks));
        Assert.True(run.Found.Length == 0, run.Describe());
    }

    /// <summary>
    /// The public example of a sandwich over three slots: amounts in and out of the attacker, and what the victims paid, are the example's; what they received is
    /// made up between the prices of the front and the back leg.
    /// </summary>
    [Fact]
    public void The_worked_example_over_three_slots_is_found()
    {
        var blocks = new BlockCase("""
            slot 372367924
            tx atk index=1121
            swap P atk 31432000 SOL > 27238764881 TOK venue=meteora-dbc
            slot 372367925
            tx v1 index=1136
            swap P v1 1418000000 SOL > 1220000000000 TOK venue=meteora-dbc
            tx v2 index=1147
            swap P v2 1406000000 SOL > 1205000000000 TOK venue=meteora-dbc
            slot 372367926
            tx v3 index=1101
            swap P v3 1436000000 SOL > 1225000000000 TOK venue=meteora-dbc
            tx atk index=1326
            swap P atk 27238764881 TOK > 31894629 SOL venue=meteora-dbc
            """).Blocks;
        var found = SandwichRun.Of(blocks).Single;
        Assert.Equal((SandwichClass.MultiSlot, 372367925L, 372367924L, 372367926L), (found.Class, found.Slot, found.FirstSlot, found.LastSlot));
        Assert.Equal([1136, 1147, 1101], found.Victims.Span.ToArray().Select(v => v.TxIndex));
        Assert.Equal(((Int128)462_629, 10_000UL, (Int128?)452_629), (found.Gross, found.FeeLamports, found.Net));
        Assert.Equal((1.0, "meteora-dbc"), (found.Closure, found.Venue));
        Assert.Equal(["multi_victim"], found.Tags.Span.ToArray());
    }

    /// <summary>One block of the transactions of several getTransaction replies, at these places or, without, at those that the replies tell.</summary>
    internal static RecordList<Block> Assembled(IEnumerable<string> files, int[]? places)
    {
        var blocks = new RecordList<Block>();
        var n = 0;
        foreach (var file in files)
        {
            var bytes = File.ReadAllBytes(file);
            using var reply = JsonDocument.Parse(bytes);
            var raw = new RawBlock();
            Assert.Equal(ReadStatus.Read, new BlockReader().Read(bytes, new DocumentOrigin(file, null), raw).Status);
            var single = new RecordList<Block>();
            new BlockDecoder().Decode(raw, ref single.Add());
            if (n == 0) { blocks.Add() = single[0]; }
            else { blocks[0].Transactions.Add() = single[0].Transactions[0]; }
            ref var tx = ref blocks[0].Transactions[n];
            tx.Index = places is null ? reply.RootElement.GetProperty("result").GetProperty("indexWithinBlock").GetInt32() : places[n];
            n++;
        }

        return blocks;
    }

    private static RecordList<Block> Decoded(IReadOnlyList<(byte[] Bytes, ulong Slot)> documents)
    {
        var blocks = new RecordList<Block>();
        foreach (var (bytes, slot) in documents)
        {
            var raw = new RawBlock();
            Assert.Equal(ReadStatus.Read, new BlockReader().Read(bytes, new DocumentOrigin("block", slot), raw).Status);
            new BlockDecoder().Decode(raw, ref blocks.Add());
        }

        return blocks;
    }

    private static byte[] Unzipped(string file)
    {
        using var unzipped = new MemoryStream();
        using (var zipped = new GZipStream(File.OpenRead(RealData.PathOf(file.Split('/'))), CompressionMode.Decompress)) { zipped.CopyTo(unzipped); }
        return unzipped.ToArray();
    }
}
