using Sluice.Processors.Core.Jit;
using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Detection.Jit;

/// <summary>What is just-in-time liquidity, and what only looks like it: a case a rule.</summary>
public class JitRulesTests
{
    private const string Add = "tx lp tip 100\n add P lp 1000000 SOL 150000 USDC position X ticks -10 10";
    private const string Swap = "tx victim\n swap P victim 500000 SOL > 74000 USDC ticks 5 4";
    private const string Remove = "tx lp fee 7000\n remove P lp 1500000 SOL 76000 USDC position X\n collect P lp 300 SOL 0 USDC position X";

    [Fact]
    public void Added_before_anothers_swap_and_removed_after_it_is_jit()
    {
        var finding = Assert.Single(Find([Add, Swap, Remove]));
        Assert.Equal("jit:" + BlockText.SignatureOf(1_000, 0) + ":1.0", finding.Id.ToString());
        Assert.Equal((1_000L, 1_000L, 1_000L, RangeCheck.Yes), (finding.Slot, finding.FirstSlot, finding.LastSlot, finding.InRange));
        Assert.Equal((BlockText.Key("lp"), BlockText.Key("pool P"), "orca-whirlpool"), (finding.Provider, finding.Pool, finding.Venue));

        // 500,300 SOL gained, 74,000 USDC lost, which at the swap's price are 500,000 SOL.
        Assert.Equal((500_300, -74_000, WellKnown.WrappedSol, 300), (finding.DeltaA, finding.DeltaB, finding.ProfitMint, finding.Gross));
        Assert.Equal((12_000UL, 100UL, 300 - 12_100), (finding.FeeLamports, finding.TipLamports, finding.Net));
        Assert.Equal((300, 300 - 12_100), (finding.GrossLamports, finding.NetLamports));
        Assert.Equal([(true, 0), (false, 2), (false, 2)], finding.Changes.Span.ToArray().Select(c => (c.IsAdd, c.TxIndex)));
        Assert.Equal([(1, 500_000UL, 74_000UL)], finding.Victims.Span.ToArray().Select(v => (v.TxIndex, v.AmountIn, v.AmountOut)));
        Assert.Equal(["failed"], finding.Tags.Span.ToArray());
        Assert.Equal(0.95, finding.Confidence);
        Assert.Contains("in_range", finding.RulesPassed.Span.ToArray());
    }

    [Theory]
    [InlineData("stays", Add, Swap)]
    [InlineData("stays", Add, Swap, "tx lp\n collect P lp 300 SOL 0 USDC position X")]
    [InlineData("no_swap_between", Add, Remove)]
    [InlineData("no_swap_between", Add, "tx victim\n swap Q victim 500000 SOL > 74000 USDC", Remove)]
    [InlineData("no_swap_between", Swap, Add, Remove, Swap)]
    [InlineData("own_swaps_only", Add, "tx lp\n swap P lp 500000 SOL > 74000 USDC", Remove)]
    [InlineData("own_swaps_only", Add, "tx lp\n swap P router 500000 SOL > 74000 USDC", Remove)]
    [InlineData("partial_removal", Add, Swap, "tx lp\n remove P lp 600000 SOL 60000 USDC position X")]
    [InlineData("older_liquidity", Add, Swap, "tx lp\n remove P lp 15000000 SOL 760000 USDC position X")]
    [InlineData("out_of_range", Add, "tx victim\n swap P victim 500000 SOL > 74000 USDC ticks 25 20", Remove)]
    [InlineData("constant_product", "tx lp\n add P lp 1000000 SOL 150000 USDC", Swap, "tx lp\n remove P lp 1500000 SOL 76000 USDC")]
    [InlineData("stays", Add, Swap, "tx lp\n remove P lp 1500000 SOL 76000 USDC position Y")]
    public void Each_guard_turns_its_case_down(string reason, params string[] text)
    {
        var (findings, reasons) = Run([(1_000L, string.Join('\n', text))]);
        Assert.Empty(findings);
        Assert.Equal([reason], reasons);
    }

    [Fact]
    public void Removing_before_and_adding_after_a_swap_is_a_rebalance() =>
        Assert.Equal(["stays"], Run([(1_000L, string.Join('\n', Remove, Swap, Add))]).Reasons);

    [Fact]
    public void Stated_liquidity_decides_what_was_removed_and_else_the_value()
    {
        const string Stated = "tx lp\n add P lp 1000000 SOL 150000 USDC position X liquidity 1000";
        Assert.Equal(["partial_removal"], Run([(1_000L, string.Join('\n', Stated, Swap, "tx lp\n remove P lp 1500000 SOL 76000 USDC position X liquidity 899"))]).Reasons);
        Assert.Single(Find([Stated, Swap, "tx lp\n remove P lp 1500000 SOL 76000 USDC position X liquidity 900"]));
        Assert.Single(Find([Stated, Swap, "tx lp\n remove P lp 9 SOL 9 USDC position X liquidity 1000"]));
        Assert.Equal(["older_liquidity"], Run([(1_000L, string.Join('\n', Stated, Swap, "tx lp\n remove P lp 1500000 SOL 76000 USDC position X liquidity 1101"))]).Reasons);
    }

    [Fact]
    public void Several_additions_swaps_and_removals_are_one_finding()
    {
        var finding = Assert.Single(Find(
        [
            "tx lp\n add P lp 500000 SOL 75000 USDC position X\n add P lp 500000 SOL 75000 USDC position X", Swap,
            "tx other\n swap P other 7400 USDC > 50000 SOL", "tx lp\n remove P lp 700000 SOL 42000 USDC position X", "tx lp\n remove P lp 750000 SOL 41400 USDC position X",
        ]));
        Assert.Equal((4, 2), (finding.Changes.Count, finding.Victims.Count));
        Assert.Equal(["multi_victim", "multi_change", "failed"], finding.Tags.Span.ToArray());
        Assert.Equal(RangeCheck.Unknown, finding.InRange);
        Assert.Equal(15_000UL, finding.FeeLamports);
    }

    [Fact]
    public void A_position_that_is_used_again_makes_a_finding_each_time()
    {
        var findings = Find([Add, Swap, Remove, Add, Swap, Remove]);
        Assert.Equal([0, 3], findings.Select(f => f.Changes[0].TxIndex));
        Assert.All(findings, f => Assert.Equal((3, 1), (f.Changes.Count, f.Victims.Count)));
    }

    [Fact]
    public void Two_positions_around_one_swap_are_two_findings()
    {
        var other = Add.Replace("lp", "lp2").Replace("X", "Y");
        Assert.Equal(2, Find([Add, other, Swap, Remove, Remove.Replace("lp", "lp2").Replace("X", "Y")]).Count);
    }

    [Fact]
    public void A_swap_before_the_addition_in_the_same_transaction_is_no_victim()
    {
        var both = "tx victim\n swap P victim 1 SOL > 1 USDC\n add P lp 1000000 SOL 150000 USDC position X\n swap P victim 500000 SOL > 74000 USDC";
        Assert.Equal([500_000UL], Assert.Single(Find([both.Replace("tx victim", "tx lp"), Swap, Remove])).Victims.Span.ToArray().Select(v => v.AmountIn));
        Assert.Equal("no_swap_between", Assert.Single(Run([(1_000L, string.Join('\n', "tx lp\n swap P victim 1 SOL > 1 USDC\n add P lp 1000000 SOL 150000 USDC position X", Remove))]).Reasons));
    }

    [Fact]
    public void Failed_transactions_are_not_there()
    {
        Assert.Equal(["stays"], Run([(1_000L, string.Join('\n', Add, Swap, Remove.Replace("tx lp", "tx lp failed")))]).Reasons);
        Assert.Equal(["no_swap_between"], Run([(1_000L, string.Join('\n', Add, Swap.Replace("tx victim", "tx victim failed"), Remove))]).Reasons);
    }

    [Fact]
    public void Two_slots_are_enough_and_three_too_many()
    {
        var finding = Assert.Single(Run([(1_000L, Add), (1_001L, Swap), (1_002L, Remove)]).Findings);
        Assert.Equal((1_001L, 1_000L, 1_002L), (finding.Slot, finding.FirstSlot, finding.LastSlot));
        Assert.Contains("multi_slot", finding.Tags.Span.ToArray());
        Assert.Equal(["too_long"], Run([(1_000L, Add), (1_001L, Swap), (1_003L, Remove)]).Reasons);
    }

    [Fact]
    public void A_sandwich_by_the_provider_is_marked()
    {
        var finding = Assert.Single(Find([Add, "tx lp\n swap P lp 1000 SOL > 150 USDC", Swap, "tx lp\n swap P lp 150 USDC > 1001 SOL", Remove]));
        Assert.Contains("with_sandwich", finding.Tags.Span.ToArray());
        Assert.Single(finding.Victims.Span.ToArray());
    }

    [Fact]
    public void One_sided_deposits_take_their_other_token_from_the_swap()
    {
        var finding = Assert.Single(Find(
        [
            "tx lp\n add P lp 1000000 SOL 0 SOL position X".Replace(" 0 SOL", " 0 USDC"), Swap, "tx lp\n remove P lp 500000 SOL 75000 USDC position X",
        ]));
        Assert.Equal((-500_000, 75_000), (finding.DeltaA, finding.DeltaB));
        Assert.Equal(6_756, finding.Gross); // 75,000 USDC at 74,000 for 500,000 are 506,756 SOL
    }

    [Fact]
    public void The_gain_is_told_in_the_pairs_quote_token()
    {
        var finding = Assert.Single(Find(
        [
            "tx lp\n add P lp 1000 WIF 150000 USDC position X", "tx victim\n swap P victim 5000 USDC > 50 WIF", "tx lp\n remove P lp 950 WIF 155010 USDC position X",
        ]));
        Assert.Equal((BlockText.Mint("USDC"), 10), (finding.ProfitMint, finding.Gross)); // 50 WIF are 5,000 USDC
        Assert.Null(finding.Net); // nothing tells what SOL is worth
    }

    [Fact]
    public void Renamed_keys_and_scaled_amounts_change_nothing()
    {
        var plain = Assert.Single(Find([Add, Swap, Remove]));
        var renamed = Assert.Single(Find([Add, Swap, Remove], t => t.Replace("lp", "zz").Replace("victim", "aa").Replace("P ", "Z ").Replace(" X", " W")));
        Assert.Equal((plain.Gross, plain.Net, plain.Confidence, plain.InRange), (renamed.Gross, renamed.Net, renamed.Confidence, renamed.InRange));
        var scaled = Assert.Single(Find([Add, Swap, Remove], t => t.Replace("000 SOL", "000000 SOL").Replace("300 SOL", "300000 SOL").Replace("000 USDC", "000000 USDC")));
        Assert.Equal(plain.Gross * 1_000, scaled.Gross);
    }

    [Fact]
    public void Unrelated_swaps_change_nothing_and_cost_nothing_to_keep()
    {
        var noise = string.Concat(Enumerable.Range(0, 500).Select(i => $"\ntx u{i}\n swap Q{i} u{i} 5 SOL > 6 WIF"));
        var finding = Assert.Single(Find([Add + noise, Swap, Remove + noise]));
        Assert.Equal((300, 1), (finding.Gross, finding.Victims.Count));
    }

    [Fact]
    public void A_group_allocates_nothing_once_buffers_have_grown()
    {
        var text = string.Join('\n', Enumerable.Range(0, 200).Select(i => $"tx lp{i}\n add P{i % 9} lp{i} 5 SOL 6 WIF position X{i}\n swap P{i % 9} u 5 SOL > 6 WIF"));
        var block = new BlockText(string.Join('\n', text, Add, Swap, Remove));
        var (detector, prices) = (new JitDetector(), new PriceBook());
        var list = new RecordList<JitLiquidity>();
        ref var finding = ref list.Add();
        long allocated = 0;
        for (var round = 0; round < 60; round++)
        {
            finding.Reset();
            var before = GC.GetAllocatedBytesForCurrentThread();
            detector.Begin();
            detector.Take(block.Block);
            for (var i = 0; i < detector.Count; i++) { detector.Judge(i, prices, out _, ref finding); }
            if (round >= 40) { allocated += GC.GetAllocatedBytesForCurrentThread() - before; }
        }

        Assert.Equal(201, detector.Count);
        Assert.Equal(1, finding.Victims.Count);
        Assert.Equal(0, allocated);
    }

    private static List<JitLiquidity> Find(string[] text, Func<string, string>? change = null) =>
        Run([(1_000L, (change ?? (t => t))(string.Join('\n', text)))]).Findings;

    private static (List<JitLiquidity> Findings, List<string> Reasons) Run((long Slot, string Text)[] blocks)
    {
        var (detector, prices) = (new JitDetector(), new PriceBook());
        prices.BeginGroup(250);
        detector.Begin();
        foreach (var (slot, text) in blocks)
        {
            var block = new BlockText(text, slot);
            detector.Take(block.Block);
            prices.Add(block.Block);
        }

        var (findings, reasons) = (new List<JitLiquidity>(), new List<string>());
        for (var i = 0; i < detector.Count; i++)
        {
            var list = new RecordList<JitLiquidity>();
            ref var finding = ref list.Add();
            var verdict = detector.Judge(i, prices, out _, ref finding);
            if (verdict == JitVerdict.Jit) { findings.Add(finding); } else { reasons.Add(JitRules.NameOf(verdict)); }
        }

        return (findings, reasons);
    }
}
