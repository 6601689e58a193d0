using Sluice.Lab;
using Sluice.Lab.Evaluation;
using Sluice.Lab.Output;
using Sluice.Schemas.Chain;
using static Sluice.Tests.Unit.Evaluation.EvaluationCase;

namespace Sluice.Tests.Unit.Evaluation;

/// <summary>Truth and findings as lines.</summary>
public class ReaderTests
{
    [Fact]
    public void Truth_that_was_written_is_read_back()
    {
        var full = Sandwich(2, [20, 21], -5, "multi_slot", "wallet_split") with
        {
            Tags = ["multi_victim"],
            Wallets = [Key(1), Key(2)],
            Pools = [Key(3)],
            Route = "program",
            FlashLoan = true,
            FeeLamports = 10_000,
            TipLamports = ulong.MaxValue,
            Liquidation = new TruthLiquidation(Key(600), Key(601), 5, Key(602), 6),
        };
        var trap = Arbitrage(5) with { Kind = TruthKind.LookAlike, LookAlikeOf = [TruthKind.Arbitrage, TruthKind.Jit], Gross = null, ProfitMint = null };
        var (path, again) = (Path.GetTempFileName(), Path.GetTempFileName());
        try
        {
            Write(path, [full, trap]);
            var read = TruthReader.ReadFile(path);
            Assert.Equal(2, read.Count);
            Assert.Equal((full.Victims[1], full.Legs[0], full.Liquidation, full.Net), (read[0].Victims[1], read[0].Legs[0], read[0].Liquidation, read[0].Net));

            // Everything else: the same line.
            Write(again, read);
            Assert.Equal(File.ReadAllText(path), File.ReadAllText(again));
        }
        finally
        {
            File.Delete(path);
            File.Delete(again);
        }

        static void Write(string path, IEnumerable<TruthEntry> entries)
        {
            using var file = new TruthFile(path);
            foreach (var entry in entries) { file.Add(entry); }
        }
    }

    [Theory]
    [InlineData("{\"kind\":\"arbitrage\"", "it is no JSON")]
    [InlineData("[1]", "it is no JSON object")]
    [InlineData("{\"class\":\"cyclic\"}", "\"kind\" is missing")]
    [InlineData("{\"kind\":\"theft\",\"class\":\"x\"}", "\"theft\" is no kind that is known")]
    [InlineData("{\"kind\":\"arbitrage\",\"class\":\"x\",\"slot\":-4}", "\"slot\" is below 0")]
    [InlineData("{\"kind\":\"arbitrage\",\"class\":\"x\",\"slot\":4,\"index\":1,\"signature\":\"0OIl\"}", "\"signature\" is no base58")]
    public void A_line_that_is_no_truth_is_named_with_what_to_do(string line, string wrong)
    {
        var error = Assert.Throws<InvalidDataException>(() => TruthReader.Read(new StringReader("\n" + line + "\n"), "truth.ndjson").ToArray());
        Assert.StartsWith("truth.ndjson line 2: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(wrong, error.Message, StringComparison.Ordinal);
        Assert.Contains("sluice simulate --out", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_read_of_an_empty_file()
    {
        Assert.Empty(TruthReader.Read(new StringReader(""), "empty"));
        Assert.Empty(Read("").Findings);
    }

    [Fact]
    public void The_least_that_a_detector_must_write_is_enough()
    {
        var output = Read(
            $$"""
            {"type":"sandwich","victims":["{{Sig(20)}}","{{Sig(21)}}"]}
            {"type":"arbitrage","signature":"{{Sig(1)}}"}
            {"type":"jit","trades":["{{Sig(50)}}"],"provider":"{{Key(1)}}"}
            {"type":"liquidation","signature":"{{Sig(60)}}","obligation":"{{Key(600)}}"}
            {"type":"failed-attempt","signature":"{{Sig(70)}}"}
            {"type":"summary"}
            {"type":"arbitrage","signature":"{{Sig(9)}}","retracted":true}
            """);
        Assert.Equal(
            [TruthKind.Sandwich, TruthKind.Arbitrage, TruthKind.Jit, TruthKind.Liquidation, TruthKind.FailedAttempt], output.Findings.Select(f => f.Kind));
        Assert.Equal((2, Sig(20)), (output.Findings[0].Victims.Count, output.Findings[0].Signature));
        Assert.Equal(Key(1), output.Findings[2].Actor);
        Assert.Equal(Key(600), output.Findings[3].Obligation);
        Assert.Equal(2, Score([Sandwich(2, [20, 21]), Arbitrage(1)], output)[TruthKind.Sandwich].All.RowsFound);
    }

    [Fact]
    public void Money_classes_causes_and_losses_are_read_where_they_are_told()
    {
        var output = Read(
            $$"""
            {"type":"arbitrage","slot":"7","signatures":["{{Sig(1)}}"],"class":"cyclic","profit_mint":"{{WellKnown.Usdc}}","gross":"-12","net":13,"caused_by_signature":"{{Sig(2)}}"}
            {"type":"sandwich","attacker":"{{Key(4)}}","mint_in":"{{WellKnown.WrappedSol}}","legs":[{"signature":"{{Sig(3)}}"}],"victims":[{"signature":"{{Sig(20)}}","loss":"5"},{"signature":"{{Sig(21)}}","loss_low":"1","loss_high":"9"}]}
            {"type":"round_trip","class":"wash_volume","failed_rule":"wash_ring","signatures":["{{Sig(8)}}"]}
            """);
        var arbitrage = output.Findings[0];
        Assert.Equal((7UL, "cyclic", WellKnown.Usdc, (Int128)(-12), (Int128)13, Sig(2)),
            (arbitrage.Slot, arbitrage.Class, arbitrage.ProfitMint, arbitrage.Gross, arbitrage.Net, arbitrage.Cause));
        var sandwich = output.Findings[1];
        Assert.Equal((Key(4), WellKnown.WrappedSol, Sig(3)), (sandwich.Actor, sandwich.ProfitMint, sandwich.Transactions[0]));
        Assert.Equal([new FindingVictim(Sig(20), 5, 5), new FindingVictim(Sig(21), 1, 9)], sandwich.Victims);
        Assert.Equal("wash_ring", Assert.Single(output.RoundTrips).FailedRule);
    }

    [Theory]
    [InlineData("{\"signature\":\"x\"}", "\"type\" is missing")]
    [InlineData("{\"type\":\"robbery\"}", "\"robbery\" is no type that is known")]
    [InlineData("{\"type\":\"sandwich\",\"victims\":[]}", "\"victims\" is missing or empty")]
    [InlineData("{\"type\":\"arbitrage\"}", "\"signature\" is missing")]
    [InlineData("{\"type\":\"sandwich\",\"victims\":[7]}", "a victim is neither")]
    [InlineData("garbage", "it is no JSON")]
    public void A_line_that_is_no_finding_is_named_with_what_to_do(string line, string wrong)
    {
        var error = Assert.Throws<InvalidDataException>(() => Read(line));
        Assert.StartsWith("found.ndjson line 1: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(wrong, error.Message, StringComparison.Ordinal);
        Assert.Contains("docs/benchmark.md", error.Message, StringComparison.Ordinal);
    }

    private static DetectorOutput Read(string lines)
    {
        var output = new DetectorOutput();
        FindingsReader.Read(new StringReader(lines), "found.ndjson", output);
        return output;
    }
}
