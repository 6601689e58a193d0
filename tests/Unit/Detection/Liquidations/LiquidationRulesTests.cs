using Sluice.Processors.Core.Liquidations;
using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Detection.Liquidations;

/// <summary>What is a liquidation, its bonus and its gain: a case a rule. One SOL is 150 USDC.</summary>
public class LiquidationRulesTests
{
    /// <summary>Swaps that make the prices: 1 SOL = 150 USDC = 1,000,000,000 WIF.</summary>
    private const string Market = "\ntx mm at 90\n swap A mm 100000000000 SOL > 15000000000 USDC\n swap B mm 100000000000 SOL > 100000000000 WIF";

    private const string Plain = "liquidate kamino-lend alice debtor repaid 150000000 USDC seized 1050000000 SOL\n delta alice -150000000 USDC\n delta alice 1050000000 SOL";

    [Fact]
    public void Repaid_and_seized_give_bonus_and_gain()
    {
        var (verdict, finding) = Judge("tx alice fee 7000\n " + Plain);
        Assert.Equal(LiquidationVerdict.Liquidation, verdict);
        Assert.Equal("liquidation:" + BlockText.SignatureOf(1_000, 0) + ":1.0", finding.Id.ToString());
        Assert.Equal((150_000_000UL, 1_050_000_000UL, 500.0), (finding.RepaidAmount, finding.SeizedAmount, finding.BonusBps));
        Assert.Equal((WellKnown.WrappedSol, 50_000_000, 49_993_000), (finding.ProfitMint, finding.Gross, finding.Net));
        Assert.Equal((50_000_000, 49_993_000, 7_500_000, 7_498_950), (finding.GrossLamports, finding.NetLamports, finding.GrossUsdMicros, finding.NetUsdMicros));
        Assert.Equal((false, false, BonusCheck.Unknown, (int?)null), (finding.IsDust, finding.UsesFlashLoan, finding.BonusCheck, finding.BonusLimitBps));
        Assert.Equal(["successful", "decoded", "amounts_known", "not_dust"], finding.RulesPassed.Span.ToArray());
        Assert.Equal(0.95, finding.Confidence);
    }

    [Fact]
    public void A_liquidation_is_written_without_allocating()
    {
        var block = new BlockText("tx alice fee 7000\n " + Plain + Market);
        var prices = new PriceBook();
        prices.BeginGroup(block.Block.Slot / 4);
        prices.Add(block.Block);
        var (detector, list) = (new LiquidationDetector(), new RecordList<Liquidation>());
        Assert.Equal(0, Allocated.ByRound(() =>
        {
            list.Clear();
            detector.Judge(block.Block, block.Block.Transactions[0], 0, prices, ref list.Add());
        }));
        Assert.Equal(50_000_000, list[0].Gross);
    }

    [Theory]
    [InlineData(LiquidationVerdict.FailedTransaction, "tx alice failed\n liquidate solend alice debtor")]
    [InlineData(LiquidationVerdict.BankruptcySettled, "tx alice\n liquidate drift alice debtor instruction resolve_perp_bankruptcy")]
    [InlineData(LiquidationVerdict.DeleveragedByProtocol, "tx alice\n liquidate marginfi alice debtor instruction start_deleverage repaid 5000 USDC seized 5000 USDC")]
    [InlineData(LiquidationVerdict.NothingMoved, "tx alice\n liquidate solend alice debtor repaid 0 USDC seized 0 SOL")]
    public void Each_rule_turns_its_case_down(LiquidationVerdict verdict, string text) => Assert.Equal(verdict, Judge(text).Verdict);

    [Theory]
    [InlineData("1050000000", BonusCheck.Within, 500)]
    [InlineData("1062000000", BonusCheck.Within, 620)] // beyond the limit by less than the stream's price may be off
    [InlineData("1200000000", BonusCheck.Above, 2000)]
    [InlineData("900000000", BonusCheck.BelowCost, -1000)]
    public void A_bonus_is_held_against_the_protocols_limit(string seized, BonusCheck check, double bonus)
    {
        var finding = Judge($"tx alice\n liquidate marginfi alice debtor instruction lending_account_liquidate repaid 150000000 USDC seized {seized} SOL").Finding;
        Assert.Equal((check, bonus, 527), (finding.BonusCheck, finding.BonusBps, finding.BonusLimitBps));
        Assert.Equal(check == BonusCheck.Within, finding.RulesPassed.Span.Contains("bonus_within"));
    }

    [Fact]
    public void What_the_protocol_kept_counts_against_its_limit()
    {
        var finding = Judge("tx alice\n liquidate marginfi alice debtor instruction lending_account_liquidate repaid 150000000 USDC seized 1050000000 SOL kept 50000000").Finding;
        Assert.Equal((BonusCheck.Above, 500.0), (finding.BonusCheck, finding.BonusBps));
    }

    [Fact]
    public void A_limit_may_hold_for_one_market_only()
    {
        var limits = new BonusLimits([("solend", null, BlockText.Key("main"), 500)]);
        Assert.Equal(500, Judge("tx alice\n liquidate solend alice debtor market main repaid 150000000 USDC seized 1050000000 SOL", limits).Finding.BonusLimitBps);
        Assert.Null(Judge("tx alice\n liquidate solend alice debtor market side repaid 150000000 USDC seized 1050000000 SOL", limits).Finding.BonusLimitBps);
    }

    [Theory]
    [InlineData("repaid 18 USDC seized 38700000 SOL", 5_000, true)] // a side of a few units
    [InlineData("repaid 3000 USDC seized 20500 SOL", 5_000, false)]
    [InlineData("repaid 3000 USDC seized 20500 SOL", 30_000, true)] // both sides worth less than the fee
    public void Dust_is_named_and_its_bonus_not_judged(string amounts, int fee, bool isDust)
    {
        var finding = Judge($"tx alice fee {fee}\n liquidate marginfi alice debtor instruction lending_account_liquidate {amounts}").Finding;
        Assert.Equal(isDust, finding.IsDust);
        Assert.Equal(isDust ? BonusCheck.Unknown : BonusCheck.Within, finding.BonusCheck);
        Assert.NotNull(finding.BonusBps);
    }

    [Fact]
    public void Without_a_price_there_is_neither_bonus_nor_gain()
    {
        var finding = Judge("tx alice\n liquidate solend alice debtor repaid 150000000 USDC seized 77000 BONK\n delta alice -150000000 USDC\n delta alice 77000 BONK").Finding;
        Assert.Equal((null, null, null, null), (finding.BonusBps, finding.ProfitMint, finding.Gross, finding.GrossLamports));
        Assert.Equal(BonusCheck.Unknown, finding.BonusCheck);
    }

    [Fact]
    public void One_token_on_both_sides_needs_no_price()
    {
        var finding = Judge("tx alice\n liquidate solend alice debtor repaid 100000 BONK seized 105000 BONK\n delta alice 5000 BONK").Finding;
        Assert.Equal((500.0, BlockText.Mint("BONK"), 5_000), (finding.BonusBps, finding.ProfitMint, finding.Gross));
        Assert.Null(finding.Net);
    }

    [Fact]
    public void A_flash_loan_and_a_swap_leave_one_token_and_an_exact_gain()
    {
        var finding = Judge("""
            tx alice fee 5000 tip 10000 flash
             liquidate kamino-lend alice debtor repaid 150000000 USDC seized 1050000000 SOL
             swap P alice 1050000000 SOL > 157000000 USDC
             delta alice 7000000 USDC
             delta alice -10000 SOL
            """).Finding;
        Assert.True(finding.UsesFlashLoan);
        Assert.Equal((BlockText.Mint("USDC"), 7_000_000, 6_997_750), (finding.ProfitMint, finding.Gross, finding.Net)); // 15,000 lamports are 2,250 millionths
        Assert.Equal((5_000UL, 10_000UL), (finding.FeeLamports, finding.TipLamports));
        var swap = Assert.Single(finding.Swaps.Span.ToArray());
        Assert.Equal((157_000_000UL, BlockText.Key("pool P")), (swap.AmountOut, swap.Pool));
    }

    [Fact]
    public void What_others_gained_is_not_the_liquidators()
    {
        var finding = Judge("tx alice cosigner carol\n liquidate solend bob debtor repaid 100000 BONK seized 105000 BONK\n delta bob 3000 BONK\n delta carol 1500 BONK\n delta alice 500 BONK\n delta pool 99 BONK").Finding;
        Assert.Equal(5_000, finding.Gross);
    }

    [Fact]
    public void Books_that_move_no_tokens_tell_no_gain()
    {
        var finding = Judge("tx alice\n liquidate marginfi alice debtor instruction lending_account_liquidate repaid 150000000 USDC seized 1050000000 SOL").Finding;
        Assert.Equal((500.0, null, null), (finding.BonusBps, finding.Gross, finding.Net));
    }

    [Fact]
    public void Amounts_that_are_not_known_leave_a_finding_of_less_confidence()
    {
        var (verdict, finding) = Judge("tx alice\n liquidate drift alice debtor instruction liquidate_perp");
        Assert.Equal((LiquidationVerdict.Liquidation, 0.5, (ulong?)null, false), (verdict, finding.Confidence, finding.RepaidAmount, finding.IsDust));
        Assert.DoesNotContain("amounts_known", finding.RulesPassed.Span.ToArray());
    }

    [Fact]
    public void Of_several_in_one_transaction_the_first_bears_costs_and_gain_and_each_has_its_swaps()
    {
        const string Text = """
            tx alice fee 5000
             liquidate drift alice bust instruction resolve_perp_bankruptcy
             liquidate solend alice debtor repaid 1000000 USDC seized 1050000 WIF
             liquidate solend alice other repaid 2000000 USDC seized 9000000 SOL
             swap P alice 1050000 WIF > 1100000 USDC
             swap Q alice 9000000 SOL > 2100000 USDC
             swap R alice 5 BONK > 6 SOL
             delta alice 200000 USDC
            """;
        var (first, second) = (Judge(Text, index: 1).Finding, Judge(Text, index: 2).Finding);
        Assert.Equal((200_000, 5_000UL), (first.Gross, first.FeeLamports));
        Assert.Equal((null, null, 0UL), (second.Gross, second.Net, second.FeeLamports));
        Assert.Equal([BlockText.Key("pool P"), BlockText.Key("pool R")], first.Swaps.Span.ToArray().Select(s => s.Pool));
        Assert.Equal([BlockText.Key("pool Q")], second.Swaps.Span.ToArray().Select(s => s.Pool));
    }

    [Fact]
    public void Scaled_amounts_scale_the_gain_and_keep_the_bonus()
    {
        var small = Judge("tx alice\n " + Plain).Finding;
        var large = Judge("tx alice\n liquidate kamino-lend alice debtor repaid 150000000000 USDC seized 1050000000000 SOL\n delta alice -150000000000 USDC\n delta alice 1050000000000 SOL").Finding;
        Assert.Equal((small.BonusBps, small.Gross * 1_000), (large.BonusBps, large.Gross));
    }

    private static (LiquidationVerdict Verdict, Liquidation Finding) Judge(string text, BonusLimits? limits = null, int index = 0)
    {
        var block = new BlockText(text + Market);
        var prices = new PriceBook();
        prices.BeginGroup(block.Block.Slot / 4);
        prices.Add(block.Block);
        var list = new RecordList<Liquidation>();
        ref var finding = ref list.Add();
        var verdict = new LiquidationDetector(limits).Judge(block.Block, block.Block.Transactions[0], index, prices, ref finding);
        return (verdict, finding);
    }
}
