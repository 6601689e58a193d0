using System.Text.Json;
using Sluice.Processors.Topologies;
using Sluice.Schemas.Records;
using Sluice.Streams;
using Sluice.Streams.Testing;
using Sluice.Tests.Unit.Decoding;

namespace Sluice.Tests.Unit.Detection.Liquidations;

/// <summary>Whole real blocks through the topologies, against the labels that came with them.</summary>
public class RealLiquidationsTests
{
    private const string May2022 = "slot_133447494.json.gz";
    private const string March2024 = "slot_254170887.base64.json.gz";

    [RealDataFact]
    public void The_two_liquidations_of_May_2022_are_found_with_their_labelled_amounts()
    {
        var driver = Run(LiquidationTopology.Name, RealBlocksTests.Decode(May2022));
        using var labels = JsonDocument.Parse(File.ReadAllBytes(RealData.PathOf("labels", "block_133447494.json")));
        var expected = labels.RootElement.GetProperty("liquidations").EnumerateArray().Select(l =>
        {
            var deltas = l.GetProperty("liquidator_token_deltas").EnumerateArray().Select(d => (Mint: d.GetProperty("mint").GetString()!, Raw: long.Parse(d.GetProperty("delta_raw").GetString()!))).ToArray();
            var (paid, got) = (deltas.Single(d => d.Raw < 0), deltas.Single(d => d.Raw > 0));
            return (l.GetProperty("signature").GetString()!, l.GetProperty("index").GetInt32(), (ulong)-paid.Raw, paid.Mint, (ulong)got.Raw, got.Mint);
        }).ToList();
        var found = driver.ReadAll(Topics.Liquidations, l => l);
        Assert.Equal(expected, found.Select(l => (l.Signature.ToString(), l.TxIndex, l.RepaidAmount!.Value, $"{l.RepayMint}", l.SeizedAmount!.Value, $"{l.SeizedMint}")));

        // Nothing in the block trades AFbX8oGj…; the other is 18 millionths of a dollar.
        Assert.Equal([(null, false), (500, true)], found.Select(l => (l.BonusLimitBps, l.IsDust)));
        Assert.Equal((null, null, 5_000UL, 0UL), (found[0].BonusBps, found[0].Gross, found[0].FeeLamports, found[0].TipLamports));
        Assert.All(found, l => Assert.Equal((BonusCheck.Unknown, false, 0), (l.BonusCheck, l.UsesFlashLoan, l.Swaps.Count)));
    }

    [RealDataFact]
    public void The_fifteen_failed_liquidations_of_May_2022_and_nineteen_failed_arbitrages_are_found_and_no_user()
    {
        var block = RealBlocksTests.Decode(May2022);
        var driver = Run(LiquidationTopology.Name, block);
        using var labels = JsonDocument.Parse(File.ReadAllBytes(RealData.PathOf("labels", "block_133447494.json")));
        var expected = labels.RootElement.GetProperty("failed_liquidation_attempts").EnumerateArray().Select(l => l.GetProperty("signature").GetString()!).ToList();
        var found = driver.ReadAll(Topics.Attempts, a => a);
        var byInstruction = found.Where(a => a.Evidence == AttemptEvidence.Instruction).ToList();
        Assert.Equal(expected, byInstruction.Select(a => a.Signature.ToString()));
        Assert.All(byInstruction, a => Assert.Equal(("solend", 5_000UL, AttemptClass.Liquidation, "{\"InstructionError\":[3,{\"Custom\":20}]}"), (a.Protocol, a.FeeLamports, a.Class, a.Error)));

        // Four wallets whose arbitrages through Jupiter are labelled sent nineteen more that missed their limit (error 6000, once 6030).
        var others = found.Where(a => a.Evidence != AttemptEvidence.Instruction).ToList();
        var arbitrageurs = labels.RootElement.GetProperty("atomic_arbitrages").EnumerateArray().Select(l => l.GetProperty("signer").GetString()!).ToHashSet();
        Assert.Equal(19, others.Count);
        Assert.Equal(4, others.Select(a => a.Signer).Distinct().Count());
        Assert.All(others, a => Assert.Equal((AttemptEvidence.Signer, AttemptClass.Arbitrage, "jupiter-v2", true), (a.Evidence, a.Class, a.WrapperName, arbitrageurs.Contains(a.Signer.ToString()))));

        // Judged = found + rejected: every failed transaction is one of the two.
        var rejected = driver.ReadAll(Topics.Rejections, r => (r.Stage, r.Count)).Where(r => r.Stage == LiquidationTopology.AttemptStage).Sum(r => r.Count);
        Assert.Equal(block.FailedCount - block.FailedVoteCount, found.Count + rejected);
    }

    [RealDataFact]
    public void March_2024_has_no_liquidation_and_three_attempts_at_marginfi()
    {
        var block = RealBlocksTests.Decode(March2024);
        var driver = Run(LiquidationTopology.Name, block);
        Assert.Empty(driver.ReadAll(Topics.Liquidations, l => l.Id));
        var found = driver.ReadAll(Topics.Attempts, a => a);
        Assert.Equal(["5Uu5J1Px", "3aVcuQER", "5CKcbi4c"], found.Where(a => a.Evidence == AttemptEvidence.Instruction).Select(a => a.Signature.ToString()[..8]));

        // Whoever else is named has an arbitrage of the same program or signer in the block.
        var arbitrages = Run(ArbitrageTopology.Name, block).ReadAll(Topics.Arbitrages, a => (a.Signer, a.Wrapper));
        Assert.All(found.Where(a => a.Evidence == AttemptEvidence.Signer), a => Assert.Contains(arbitrages, b => b.Signer == a.Signer));
        Assert.All(found.Where(a => a.Evidence == AttemptEvidence.Program), a => Assert.Contains(arbitrages, b => b.Wrapper == a.Wrapper && a.WrapperName is null));
    }

    [RealDataTheory]
    [InlineData(May2022)]
    [InlineData(March2024)]
    public void Neither_block_has_just_in_time_liquidity(string file) =>
        Assert.Empty(Run(JitTopology.Name, RealBlocksTests.Decode(file)).ReadAll(Topics.Jit, j => j.Id));

    private static TopologyTestDriver Run(string name, in Block block)
    {
        var driver = new TopologyTestDriver(TopologyCatalog.Build(name, 1));
        var batch = driver.PoolOf(Topics.Blocks).Rent();
        batch.Slot = block.Slot;
        batch.Records.Add() = block;
        driver.Pipe(batch);
        driver.Finish();
        return driver;
    }
}
