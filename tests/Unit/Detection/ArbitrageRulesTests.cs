using Sluice.Processors.Core;
using Sluice.Processors.Core.Arbitrage;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using static Sluice.Processors.Core.Arbitrage.ArbitrageVerdict;

namespace Sluice.Tests.Unit.Detection;

/// <summary>Each rule with a case that fails by it alone, next to a case that passes.</summary>
public class ArbitrageRulesTests
{
    private const string Cycle = """
        swap P1 alice 1000000 SOL > 150000 USDC
        swap P2 alice 150000 USDC > 1020000 SOL
        """;

    [Fact]
    public void Two_pools_out_and_back_at_a_gain_are_an_arbitrage()
    {
        var (verdict, finding) = new ArbitrageCase(Cycle).Judge();
        Assert.Equal(ArbitrageVerdict.Arbitrage, verdict);
        Assert.Equal(ArbitrageClass.Cyclic, finding.Class);
        Assert.Equal(WellKnown.WrappedSol, finding.ProfitMint);
        Assert.Equal(20_000, finding.Gross);
        Assert.Equal(15_000, finding.Net);
        Assert.Equal(5_000, finding.CostInProfitMint);
        Assert.Equal("arbitrage:" + finding.Signature, finding.Id.ToString());
        Assert.Equal(RuleVersions.Arbitrage, finding.RuleVersion);
        Assert.Equal(1_000, finding.Slot);
        Assert.Equal(2, finding.Legs.Count);
        Assert.Equal([ArbitrageCase.Key("pool P1"), ArbitrageCase.Key("pool P2")], finding.Pools.Span.ToArray());
        Assert.Equal(finding.Confidence, finding.ConfidenceParts.Span.ToArray().Sum(p => p.Weight), 6);
        Assert.Contains("returns_to_start", finding.RulesPassed.Span.ToArray());
        Assert.Contains("net_positive", finding.RulesPassed.Span.ToArray());
    }

    [Fact]
    public void A_failed_transaction_is_none() => Expect(FailedTransaction, Cycle + "\nfailed");

    [Fact]
    public void No_swap_is_no_candidate() => Expect(NoSwap, "gain alice 5 SOL");

    [Fact]
    public void One_swap_is_none() => Expect(FewerThanTwoSwaps, "swap P1 alice 1000 SOL > 1020 JITOSOL");

    [Fact]
    public void A_round_trip_in_one_pool_is_none() => Expect(SinglePool, """
        swap P1 alice 1000000 SOL > 150000 USDC
        swap P1 alice 150000 USDC > 1020000 SOL
        """);

    [Theory]
    [InlineData("aggregator", AggregatorRoundTripAtLoss)]
    [InlineData("", VolumeBotAtLoss)]
    public void Out_and_back_with_less_is_none(string mark, ArbitrageVerdict verdict) => Expect(verdict, $"""
        swap P1 alice 1000000 SOL > 150000 USDC
        swap P2 alice 150000 USDC > 990000 SOL
        {mark}
        """);

    [Theory]
    [InlineData("aggregator", AggregatorRoundTripAtLoss)]
    [InlineData("", VolumeBotAtLoss)]
    public void A_loss_is_not_made_good_by_a_crumb_of_another_token(string mark, ArbitrageVerdict verdict) => Expect(verdict, $"""
        swap P1 alice 1000000 SOL > 150500 USDC
        swap P2 alice 150000 USDC > 990000 SOL
        {mark}
        """);

    [Theory]
    [InlineData(10_000, "", VolumeBotAtLoss)]
    [InlineData(10_000, "aggregator", AggregatorRoundTripAtLoss)]
    [InlineData(2_000_000, "", OutsideIncome)]
    public void A_loss_that_rent_or_a_rebate_made_good_is_none(long refund, string mark, ArbitrageVerdict verdict) => Expect(verdict, $"""
        swap P1 alice 1000000 SOL > 150000 USDC
        swap P2 alice 150000 USDC > 990000 SOL
        gain alice {refund} SOL
        {mark}
        """);

    [Theory]
    [InlineData("")]
    [InlineData("shares")]
    [InlineData("tip 1000000")]
    public void A_users_route_through_an_aggregator_is_none_however_tipped(string tip) => Expect(AggregatorRoute, $"""
        swap P1 alice 150000 USDC > 1000000 SOL
        swap P2 alice 1000000 SOL > 777 BONK
        aggregator
        {tip}
        """);

    [Fact]
    public void A_route_that_SOL_pays_for_through_an_aggregator_is_none() => Expect(AggregatorRoute, """
        swap P1 alice 1000000 SOL > 150000 USDC
        swap P2 alice 150000 USDC > 777 BONK
        swap P3 alice 777 BONK > 42 WIF
        aggregator
        """);

    [Fact]
    public void An_arbitrage_through_an_aggregator_is_one() => Expect(ArbitrageVerdict.Arbitrage, Cycle + "\naggregator");

    [Fact]
    public void A_trade_split_over_two_pools_is_none() => Expect(SplitRoute, """
        swap P1 alice 100000 USDC > 700 BONK
        swap P2 alice 50000 USDC > 340 BONK
        """);

    [Fact]
    public void A_cycle_split_over_two_pools_is_a_cross_pair()
    {
        var (verdict, finding) = new ArbitrageCase("""
            swap P1 alice 600000 SOL > 90000 USDC
            swap P2 alice 400000 SOL > 60000 USDC
            swap P3 alice 150000 USDC > 1020000 SOL
            """).Judge();
        Assert.Equal(ArbitrageVerdict.Arbitrage, verdict);
        Assert.Equal(ArbitrageClass.CrossPair, finding.Class);
    }

    [Fact]
    public void A_trade_paid_with_native_SOL_is_none() => Expect(PaidWithNativeSol, """
        swap P1 alice 1000000 SOL > 150000 USDC
        swap P2 alice 150000 USDC > 777 BONK
        """);

    [Fact]
    public void One_token_for_another_is_none() => Expect(StartDiffersFromEnd, """
        swap P1 alice 150000 USDC > 1000000 SOL
        swap P2 alice 1000000 SOL > 777 BONK
        """);

    [Fact]
    public void A_token_lost_beside_the_swaps_is_none() => Expect(ActorLostToken, Cycle + "\nmove alice > bob 10 BONK");

    [Fact]
    public void A_share_given_up_is_none() => Expect(ReceiptExchanged, Cycle + "\ngain alice -10 LP\nshares");

    [Fact]
    public void A_receipt_received_is_none() => Expect(ReceiptExchanged, Cycle + "\ngain alice 10 KTOKEN\nshares");

    [Fact]
    public void Shares_minted_inside_the_venues_own_swaps_do_not_matter() => Expect(ArbitrageVerdict.Arbitrage, Cycle + "\nshares\ngain fees 3 LP");

    [Fact]
    public void Liquidity_taken_out_and_sold_is_none() => Expect(ArbitrageVerdict.LiquidityChange, """
        gain alice 150000 USDC
        gain alice 50000 SOL
        swap P1 alice 100000 USDC > 700000 SOL
        swap P2 alice 50000 USDC > 340000 SOL
        shares
        """);

    [Fact]
    public void An_income_from_elsewhere_is_none() => Expect(OutsideIncome, """
        swap P1 alice 1000000 SOL > 150000 USDC
        swap P2 alice 150000 USDC > 1000000 SOL
        gain alice 500 USDC
        """);

    [Fact]
    public void Tokens_dropped_on_a_round_trip_without_gain_are_none() => Expect(OutsideIncome, """
        swap P1 alice 1000000 SOL > 150000 USDC
        swap P2 alice 150000 USDC > 1000000 SOL
        gain alice 5 DROP
        """);

    [Fact]
    public void A_profit_that_went_to_somebody_else_is_none() => Expect(ProfitToThirdParty, Cycle + "\nmove alice > bob 20000 SOL");

    [Fact]
    public void A_fee_to_somebody_else_that_leaves_a_gain_changes_nothing() => Expect(ArbitrageVerdict.Arbitrage, Cycle + "\nmove alice > bob 12000 SOL");

    [Fact]
    public void Nothing_gained_is_none() => Expect(GrossNotPositive, """
        swap P1 alice 1000000 SOL > 150000 USDC
        swap P2 alice 150000 USDC > 1000000 SOL
        """);

    [Theory]
    [InlineData(1_005_000, "", ArbitrageVerdict.Arbitrage)]
    [InlineData(1_000_001, "tip 5", NetNotPositive)]
    [InlineData(1_005_000, "aggregator", AggregatorRoute)]
    public void A_dollar_for_more_dollars_is_one_when_it_pays_its_costs(ulong received, string mark, ArbitrageVerdict verdict) => Expect(verdict, $"""
        swap P1 alice 1000000 USDC > 7000000 SOL
        swap P2 alice 7000000 SOL > {received} USDT
        {mark}
        """);

    [Theory]
    [InlineData("tip 5", ArbitrageVerdict.Arbitrage)]
    [InlineData("private", ArbitrageVerdict.Arbitrage)]
    [InlineData("flash", ArbitrageVerdict.Arbitrage)]
    [InlineData("", StableWithoutTip)]
    public void Without_a_price_of_SOL_a_dollar_for_more_dollars_needs_a_searchers_mark(string mark, ArbitrageVerdict verdict) => Expect(verdict, $"""
        swap P1 alice 1000000 USDC > 900 WIF
        swap P2 alice 900 WIF > 1005000 USDT
        {mark}
        """);

    [Fact]
    public void A_dollar_for_less_dollars_is_none() => Expect(StableBelowPar, """
        swap P1 alice 1000000 USDC > 7000000 SOL
        swap P2 alice 7000000 SOL > 999000 USDT
        private
        """);

    [Fact]
    public void A_stable_gain_is_what_comes_beyond_par()
    {
        var (_, finding) = new ArbitrageCase("""
            swap P1 alice 1000000 USDC > 7000000 SOL
            swap P2 alice 7000000 SOL > 1005000 USDT
            private
            """).Judge();
        Assert.Equal(ArbitrageClass.Stable, finding.Class);
        Assert.Equal(WellKnown.Usdt, finding.ProfitMint);
        Assert.Equal(5_000, finding.Gross);
        Assert.Contains("gain_at_par", finding.RulesPassed.Span.ToArray());
    }

    [Theory]
    [InlineData(100, ArbitrageVerdict.Arbitrage)]
    [InlineData(15_001, NetNotPositive)]
    public void A_long_tail_must_be_worth_its_costs(ulong tip, ArbitrageVerdict verdict) => Expect(verdict, $"""
        swap P1 alice 1000000 SOL > 150000 USDC
        swap P3 alice 500 BONK > 70 WIF
        swap P2 alice 150000 USDC > 1020000 SOL
        swap P4 alice 70 WIF > 500 BONK
        tip {tip}
        """);

    [Theory]
    [InlineData("tip 30000", -15_000)]
    [InlineData("fee 20001", -1)]
    public void A_cycle_that_cost_more_than_it_won_is_found_with_its_loss(string cost, int net)
    {
        var (verdict, finding) = new ArbitrageCase(Cycle + "\n" + cost).Judge();
        Assert.Equal(ArbitrageVerdict.Arbitrage, verdict);
        Assert.Equal(20_000, finding.Gross);
        Assert.Equal(net, finding.Net);
        Assert.DoesNotContain("net_positive", finding.RulesPassed.Span.ToArray());
    }

    /// <summary>The last leg, USDC to SOL, is not among the swaps; the balances show it.</summary>
    private const string OpenTail = """
        swap P1 alice 1000000 SOL > 150000 USDC
        swap P2 alice 150000 USDC > 900 WIF
        move alice > unseen 900 WIF
        move unseen > alice 1020000 SOL
        """;

    [Theory]
    [InlineData("private", ArbitrageVerdict.Arbitrage)]
    [InlineData("", LongTailWithoutTip)]
    [InlineData("private\nfee 30000", NetNotPositive)]
    [InlineData("private\nshares", ArbitrageVerdict.LiquidityChange)]
    [InlineData("private\nmove unseen > alice 50 WIF", OutsideIncome)]
    public void A_gain_that_an_unseen_leg_must_have_brought_needs_more(string mark, ArbitrageVerdict verdict) => Expect(verdict, OpenTail + "\n" + mark);

    [Theory]
    [InlineData(770, "", StartDiffersFromEnd)]
    [InlineData(770, "aggregator", AggregatorRoute)]
    [InlineData(777, "", StartDiffersFromEnd)]
    [InlineData(777, "aggregator", AggregatorRoute)]
    public void A_keeper_who_trades_for_another_makes_no_arbitrage_with_or_without_a_fee(int delivered, string mark, ArbitrageVerdict verdict) =>
        Expect(verdict, $"""
            move escrow > alice 150000 USDC
            swap P1 alice 150000 USDC > 1000000 SOL
            swap P2 alice 1000000 SOL > 777 BONK
            move alice > escrow {delivered} BONK
            {mark}
            """);

    [Theory]
    [InlineData("50000001000000", PricingBug)]
    [InlineData("49000000000000", ArbitrageVerdict.Arbitrage)]
    public void A_gain_beyond_fifty_million_dollars_is_a_bug(string gain, ArbitrageVerdict verdict) => Expect(verdict, $"""
        swap P1 alice 1000000 USDC > 1000000 SOL
        swap P2 alice 1000000 SOL > {ulong.Parse(gain) + 1_000_000} USDC
        """);

    [Fact]
    public void A_gain_in_SOL_is_measured_at_the_blocks_price()
    {
        const string text = """
            swap P1 alice 1000 SOL > 70 WIF
            swap P2 alice 70 WIF > 3000000000000000 SOL
            """;
        Expect(PricingBug, text);

        // At a cent a SOL, three million SOL are believed.
        Assert.Equal(ArbitrageVerdict.Arbitrage, new ArbitrageCase(text) { Market = "swap M bob 100000000000 SOL > 1000000 USDC" }.Judge().Verdict);
    }

    [Theory]
    [InlineData(9_000_000, ArbitrageVerdict.Arbitrage)]
    [InlineData(11_000_000, PaidWithNativeSol)]
    public void A_little_SOL_may_leave_beside_an_unpriced_gain(long lamports, ArbitrageVerdict verdict) => Expect(verdict, $"""
        swap P1 alice 1000000 WIF > 150000 USDC
        swap P2 alice 150000 USDC > 1020000 WIF
        move alice > relay {lamports} SOL
        """);

    [Theory]
    [InlineData(1_900, ArbitrageVerdict.Arbitrage)]
    [InlineData(2_100, PaidWithNativeSol)]
    public void SOL_that_leaves_beside_a_priced_gain_must_be_less_than_it(long lamports, ArbitrageVerdict verdict) =>
        Assert.Equal(verdict, new ArbitrageCase($"""
            swap P1 alice 1000000 WIF > 150000 USDC
            swap P2 alice 150000 USDC > 1020000 WIF
            move alice > relay {lamports} SOL
            fee 100
            """) { Market = "swap M bob 1000 SOL > 10000 WIF" }.Judge().Verdict);

    [Fact]
    public void Names_of_the_rules_are_snake_case()
    {
        Assert.Equal("aggregator_round_trip_at_loss", ArbitrageRuleNames.NameOf(AggregatorRoundTripAtLoss));
        Assert.Equal("paid_with_native_sol", ArbitrageRuleNames.NameOf(PaidWithNativeSol));
        Assert.Equal(Enum.GetValues<ArbitrageVerdict>().Length, ArbitrageRuleNames.Count);
    }

    private static void Expect(ArbitrageVerdict verdict, string text) => Assert.Equal(verdict, new ArbitrageCase(text).Judge().Verdict);
}
