using Sluice.Processors.Core.Pools;
using Sluice.Schemas.Records;
using static Sluice.Tests.Unit.Detection.ArbitrageCase;

namespace Sluice.Tests.Unit.Detection.Pools;

public class SlippageTests
{
    private static readonly LossEstimate Lost60 = new(1_060, 60, 60, LossMethod.ConstantProduct);

    [Fact]
    public void A_swaps_own_limit_is_compared_with_the_undisturbed_amount()
    {
        // Undisturbed 1,060, at least 940: a tolerance of 120, or 1,132 bps; 60 of it are gone.
        Assert.Equal(new Slippage(940, 1_132, 0.5), Of((ref Transaction tx) => tx.Swaps[0].LimitAmount = 940));
    }

    [Fact]
    public void A_limit_of_nothing_is_none() => Assert.Equal(new Slippage(null, null, null), Of((ref Transaction tx) => tx.Swaps[0].LimitAmount = 0));

    [Fact]
    public void A_limit_on_what_is_paid_is_one_on_what_is_received()
    {
        // 1,000 for 100, at most 125 would have been paid: 800 for what was paid.
        Assert.Equal(800UL, Of((ref Transaction tx) => (tx.Swaps[0].LimitAmount, tx.Swaps[0].IsExactOut) = (125, true)).LimitAmount);
    }

    [Fact]
    public void A_route_declares_a_quote_and_a_tolerance()
    {
        // 1,050 less 10 % is 945.
        Assert.Equal(new Slippage(945, 1_000, 60 / 115.0), Of((ref Transaction tx) => Add(ref tx, 1_050, 1_000)));
    }

    [Fact]
    public void The_stricter_limit_counts()
    {
        Assert.Equal(945UL, Of((ref Transaction tx) => { Add(ref tx, 1_050, 1_000); tx.Swaps[0].LimitAmount = 1; }).LimitAmount);
        Assert.Equal(990UL, Of((ref Transaction tx) => { Add(ref tx, 1_050, 1_000); tx.Swaps[0].LimitAmount = 990; }).LimitAmount);
    }

    [Fact]
    public void The_innermost_route_around_the_swap_counts_and_no_other()
    {
        Assert.Equal(1_000, Of((ref Transaction tx) => { Add(ref tx, 9_000, 1); Add(ref tx, 1_050, 1_000, inner: 1); }).SlippageBps);
        Assert.Null(Of((ref Transaction tx) => Add(ref tx, 1_050, 1_000, inner: 5)).SlippageBps);
        Assert.Null(Of((ref Transaction tx) => Add(ref tx, 1_050, 1_000, outer: 4)).SlippageBps);
    }

    [Fact]
    public void A_route_whose_end_is_elsewhere_tells_its_tolerance_and_no_limit()
    {
        // The tokens go on into another pool.
        Assert.Equal((null, 1_000), LimitAndBps(Of((ref Transaction tx) => { Add(ref tx, 1_050, 1_000); AddSwap(ref tx, "OUT", "FAR"); })));

        // Another pool pays a part of them.
        Assert.Equal((null, 1_000), LimitAndBps(Of((ref Transaction tx) => { Add(ref tx, 1_050, 1_000); AddSwap(ref tx, "IN", "OUT"); })));

        // This is the last of two hops: its amount is the route's.
        Assert.Equal((945UL, 1_000), LimitAndBps(Of((ref Transaction tx) => { Add(ref tx, 1_050, 1_000); AddSwap(ref tx, "ELSE", "IN"); })));
    }

    [Fact]
    public void A_route_of_fixed_output_bounds_what_is_paid()
    {
        // Quoted 100 in, 25 % more allowed: 125, so 800 out for 100.
        Assert.Equal(800UL, Of((ref Transaction tx) => { Add(ref tx, 100, 2_500); tx.Routes[0].IsExactOut = true; }).LimitAmount);
    }

    [Fact]
    public void Without_an_exact_loss_the_share_is_not_known()
    {
        var tx = Case();
        tx.Swaps[0].LimitAmount = 940;
        Assert.Equal(new Slippage(940, null, null), Slippage.Of(tx, 0, new LossEstimate(null, 10, 90, LossMethod.Bounds)));
    }

    [Theory]
    [InlineData("SOL", "TOK", "SOL")]
    [InlineData("TOK", "SOL", "SOL")]
    [InlineData("USDC", "SOL", "SOL")]
    [InlineData("JITOSOL", "USDC", "USDC")]
    [InlineData("TOK", "JITOSOL", "JITOSOL")]
    [InlineData("TOK", "ELSE", "TOK")]
    [InlineData("USDC", "USDT", "USDC")]
    public void A_loss_is_told_in_the_quote_token(string mintIn, string mintOut, string quote) =>
        Assert.Equal(MintOf(quote), LossMoney.QuoteOf(MintOf(mintIn), MintOf(mintOut)));

    [Fact]
    public void A_loss_in_money_is_at_the_price_that_the_victim_would_have_had()
    {
        // 100 SOL for 1,000 TOK where 1,060 had been: 60 TOK, or 100 · 60 / 1,060 = 5 SOL.
        var swap = new Swap { MintIn = MintOf("SOL"), MintOut = MintOf("TOK"), AmountIn = 100, AmountOut = 1_000 };
        Assert.Equal(5, LossMoney.ToQuote(swap, Lost60));
        (swap.MintIn, swap.MintOut) = (swap.MintOut, swap.MintIn);
        Assert.Equal(60, LossMoney.ToQuote(swap, Lost60));
        Assert.Null(LossMoney.ToQuote(swap, default));
    }

    private delegate void Change(ref Transaction tx);

    private static (ulong? Limit, int? Bps) LimitAndBps(Slippage slippage) => (slippage.LimitAmount, slippage.SlippageBps);

    private static Slippage Of(Change change)
    {
        var tx = Case();
        change(ref tx);
        return Slippage.Of(tx, 0, Lost60);
    }

    private static Transaction Case()
    {
        var list = new RecordList<Transaction>();
        ref var tx = ref list.Add();
        AddSwap(ref tx, "IN", "OUT");
        return tx;
    }

    private static void AddSwap(ref Transaction tx, string mintIn, string mintOut)
    {
        ref var swap = ref tx.Swaps.Add();
        (swap.IxIndex, swap.InnerIxIndex) = (3, 3 + tx.Swaps.Count);
        (swap.MintIn, swap.MintOut, swap.AmountIn, swap.AmountOut) = (MintOf(mintIn), MintOf(mintOut), 100, 1_000);
    }

    private static void Add(ref Transaction tx, ulong quoted, int bps, int outer = 3, int inner = -1)
    {
        ref var route = ref tx.Routes.Add();
        (route.IxIndex, route.InnerIxIndex, route.QuotedAmount, route.SlippageBps) = (outer, inner, quoted, bps);
    }
}
