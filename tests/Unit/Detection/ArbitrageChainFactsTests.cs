using Sluice.Processors.Core.Arbitrage;
using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Finding = Sluice.Schemas.Records.Arbitrage;

namespace Sluice.Tests.Unit.Detection;

/// <summary>What the chain does to amounts on the way: transfer fees, settlement, rent, crumbs, many legs.</summary>
public class ArbitrageChainFactsTests
{
    [Fact]
    public void A_transfer_fee_on_the_way_only_lowers_the_gain()
    {
        // 1 % of T is withheld from alice when the first pool pays and when the second is paid.
        var (verdict, finding) = new ArbitrageCase("""
            swap P1 alice 1000000 SOL > 10000 T
            gain alice -100 T
            swap P2 alice 9801 T > 1020000 SOL
            gain alice -99 T
            """).Judge();
        Assert.Equal(ArbitrageVerdict.Arbitrage, verdict);
        Assert.Equal(20_000, finding.Gross);
        Assert.Equal(0, finding.OtherProfits.Count);
    }

    [Theory]
    [InlineData("phoenix both", ArbitrageVerdict.Arbitrage)]
    [InlineData("unknown generic", ArbitrageVerdict.Arbitrage)]
    [InlineData("orca-whirlpool both", ArbitrageVerdict.OutsideIncome)]
    public void What_an_order_book_settles_may_differ_from_what_was_matched(string last, ArbitrageVerdict verdict) =>
        Assert.Equal(verdict, new ArbitrageCase($"""
            swap P1 alice 1000000 USDC > 900 WIF
            swap P2 alice 900 WIF > 1005000 USDC {last}
            gain alice 3000 USDC
            """).Judge().Verdict);

    [Fact]
    public void Too_much_from_an_order_book_is_income_from_elsewhere() => Assert.Equal(ArbitrageVerdict.OutsideIncome, new ArbitrageCase("""
        swap P1 alice 1000000 USDC > 900 WIF
        swap P2 alice 900 WIF > 1005000 USDC phoenix
        gain alice 50000 USDC
        """).Judge().Verdict);

    [Fact]
    public void Rent_that_comes_back_is_no_profit()
    {
        var (verdict, finding) = new ArbitrageCase("""
            swap P1 alice 1000000 SOL > 150000 USDC
            swap P2 alice 150000 USDC > 1020000 SOL
            gain alice 1500000 SOL
            """).Judge();
        Assert.Equal(ArbitrageVerdict.Arbitrage, verdict);
        Assert.Equal(20_000, finding.Gross);
    }

    [Fact]
    public void A_crumb_of_an_intermediate_token_is_no_loss()
    {
        const string text = """
            swap P1 alice 1000000 SOL > 4000000 WIF
            swap P2 alice 4000004 WIF > 1020000 SOL
            """;
        Assert.Equal(ArbitrageVerdict.Arbitrage, new ArbitrageCase(text).Judge().Verdict);
        Assert.Equal(ArbitrageVerdict.StartDiffersFromEnd, new ArbitrageCase(text.Replace("4000004", "4000020")).Judge().Verdict);
    }

    [Fact]
    public void A_gain_kept_in_another_token_of_the_cycle_is_listed_beside()
    {
        var (verdict, finding) = new ArbitrageCase("""
            swap P1 alice 1000000 SOL > 150500 USDC
            swap P2 alice 150000 USDC > 1020000 SOL
            """).Judge();
        Assert.Equal(ArbitrageVerdict.Arbitrage, verdict);
        Assert.Equal(WellKnown.WrappedSol, finding.ProfitMint);
        Assert.Equal(WellKnown.Usdc, finding.OtherProfits[0].Mint);
        Assert.Equal(500, finding.OtherProfits[0].Amount);
    }

    [Fact]
    public void One_break_between_the_legs_is_a_cross_pair_and_more_are_a_long_tail()
    {
        var (verdict, finding) = new ArbitrageCase("""
            swap P2 alice 150000 USDC > 1020000 SOL
            swap P1 alice 1000000 SOL > 900 WIF
            swap P3 alice 70 BONK > 60 WIF
            swap P4 alice 960 WIF > 70 BONK
            swap P5 alice 20000 SOL > 152000 USDC
            """).Judge();
        Assert.Equal(ArbitrageVerdict.Arbitrage, verdict);
        Assert.Equal(ArbitrageClass.LongTail, finding.Class);

        (verdict, finding) = new ArbitrageCase("""
            swap P1 alice 500000 SOL > 450 WIF
            swap P2 alice 500000 SOL > 75000 USDC
            swap P3 alice 75000 USDC > 450 WIF
            swap P4 alice 900 WIF > 1020000 SOL
            """).Judge();
        Assert.Equal(ArbitrageVerdict.Arbitrage, verdict);
        Assert.Equal(ArbitrageClass.CrossPair, finding.Class);
    }

    [Theory]
    [InlineData(+1, ArbitrageVerdict.Arbitrage)]
    [InlineData(-1, ArbitrageVerdict.VolumeBotAtLoss)]
    public void A_thousand_swaps_are_judged_and_stored_without_allocating(int step, ArbitrageVerdict verdict)
    {
        var text = string.Join('\n', Enumerable.Range(0, 1_000).Select(i =>
            $"swap P{i} vault{i % 100} {5_000 + (i * step)} M{i} > {5_000 + ((i + 1) * step)} M{(i + 1) % 1_000}"));
        var big = new ArbitrageCase(text);
        var context = new BlockContext();
        var blocks = new RecordList<Block>();
        context.Begin(blocks.Add());
        var findings = new RecordList<Finding>();
        ref var finding = ref findings.Add();
        var detector = new ArbitrageDetector();
        var rows = new ArbitrageColumns();

        // The runtime itself allocates while it still optimises; the least of several runs is the detector's.
        var (judged, least) = (ArbitrageVerdict.NoSwap, long.MaxValue);
        for (var i = 0; i < 20; i++)
        {
            finding.Reset();
            rows.Clear();
            var before = GC.GetAllocatedBytesForCurrentThread();
            judged = detector.Judge(big.Tx, context, ref finding);
            rows.Append(in finding);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(verdict, judged);
        Assert.Equal(0, least);
        Assert.Equal(verdict == ArbitrageVerdict.Arbitrage ? 1_000 : 0, finding.Legs.Count);
    }

    [Fact]
    public void Amounts_at_the_edge_of_64_bits_do_not_overflow()
    {
        var max = ulong.MaxValue;
        var cycle = $"swap P1 alice {max - 1} WIF > {max} BONK\nswap P2 alice {max} BONK > {max} WIF";
        Assert.Equal(ArbitrageVerdict.Arbitrage, new ArbitrageCase(cycle).Judge().Verdict);

        var costly = new ArbitrageCase(cycle) { Market = $"swap M1 bob 1 SOL > {max} WIF\nswap M2 bob 1 SOL > {max} USDC" };
        costly.Tx.FeeLamports = max;
        costly.Tx.TipLamports = max;
        Assert.Null(costly.Judge().Finding.Net); // the costs do not fit
        costly.Tx.FeeLamports = 1UL << 62;
        costly.Tx.TipLamports = 1;
        Assert.True(costly.Judge().Finding.Net < 0);

        Assert.Equal(ArbitrageVerdict.PricingBug, new ArbitrageCase(cycle) { Market = $"swap M1 bob {max} SOL > 1 WIF" }.Judge().Verdict);
    }

    [Fact]
    public void A_detector_is_used_again_without_memory_of_what_it_saw()
    {
        var detector = new ArbitrageDetector();
        var blocks = new RecordList<Block>();
        var context = new BlockContext();
        context.Begin(blocks.Add());
        var first = new ArbitrageCase("""
            swap P1 alice 1000000 SOL > 150000 USDC
            swap P2 alice 150000 USDC > 1020000 SOL
            """);
        var other = new ArbitrageCase("swap P1 zoe 5 A > 6 B\nswap P2 zoe 6 B > 9 C\ngain zoe 7 SOL\ngain alice 9 A");
        var findings = new RecordList<Finding>();
        ref var finding = ref findings.Add();
        detector.Judge(other.Tx, context, ref finding);
        Assert.Equal(ArbitrageVerdict.Arbitrage, detector.Judge(first.Tx, context, ref finding));
        Assert.Equal(20_000, finding.Gross);
        Assert.Equal(2, finding.Legs.Count);
    }
}
