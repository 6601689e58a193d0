using Sluice.Processors.Core.Pools;
using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Records;
using static Sluice.Tests.Unit.Detection.ArbitrageCase;

namespace Sluice.Tests.Unit.Detection.Pools;

/// <summary>The prices around a swap whose event does not tell the one before: worked out of what it moved, or not at all.</summary>
public class PriceAroundTests
{
    private const double Liquidity = 1e15;

    [Theory]
    [InlineData(1.5, 1.47)]
    [InlineData(1.5, 1.53)]
    [InlineData(0.004, 0.00405)]
    [InlineData(250, 249)]
    public void Of_a_range_with_stated_liquidity(double before, double after)
    {
        var swap = InRange(before, after, fee: 0.0025);
        (swap.Venue, swap.Liquidity) = ("raydium-clmm", (Int128)Liquidity);
        AssertAround(before, after, PriceAround.Of(swap));

        // Twice the liquidity would have moved it half as far: the amounts do not fit, so a tick with another liquidity was crossed.
        swap.Liquidity *= 2;
        Assert.False(PriceAround.Of(swap).IsKnown);
    }

    [Theory]
    [InlineData("raydium-clmm")]
    [InlineData("meteora-damm-v2")]
    [InlineData("meteora-dlmm")]
    public void Amounts_of_nothing_and_numbers_out_of_range_do_no_harm(string venue)
    {
        ulong[] amounts = [0, 1, ulong.MaxValue];
        Int128[] numbers = [0, 1, (Int128)1 << 64, Int128.MaxValue, Int128.MinValue];
        foreach (var paid in amounts)
        {
            foreach (var received in amounts)
            {
                foreach (var root in numbers)
                {
                    foreach (var liquidity in numbers)
                    {
                        var swap = InRange(1.5, 1.5, fee: 0);
                        (swap.Venue, swap.AmountIn, swap.AmountOut, swap.SqrtPriceX64, swap.Liquidity) = (venue, paid, received, root, liquidity);
                        (swap.FeeMint, swap.FeeAmount, swap.TickBefore, swap.TickAfter) = (swap.MintIn, 0, int.MaxValue, int.MinValue);
                        var around = PriceAround.Of(swap);
                        Assert.True(!around.IsKnown || around.Before.CompareTo(around.After) <= 0, $"{paid} for {received}, {root}, {liquidity}");
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData(1.5, 1.47)]
    [InlineData(1.5, 1.53)]
    [InlineData(0.004, 0.00405)]
    public void Of_one_range_with_a_stated_fee(double before, double after)
    {
        var swap = InRange(before, after, fee: 0.01);
        swap.Venue = "meteora-damm-v2";
        Assert.False(PriceAround.Of(swap).IsKnown);
        (swap.FeeMint, swap.FeeAmount) = (swap.MintIn, swap.AmountIn / 100);
        AssertAround(before, after, PriceAround.Of(swap));

        // The price before that the last swap left is believed first.
        AssertAround(before * 0.999, after, PriceAround.Of(swap, Root(before * 0.999)), swapsFall: after < before);
    }

    [Fact]
    public void Of_bins_that_were_crossed_and_of_one_bin()
    {
        var swap = InRange(1, 1, fee: 0);
        (swap.Venue, swap.SqrtPriceX64, swap.FeeMint, swap.FeeAmount) = ("meteora-dlmm", null, swap.MintIn, 0);

        // Ten bins of 25 bps; what it paid lies between their prices.
        var (from, to) = (Math.Pow(1.0025, 2_000), Math.Pow(1.0025, 2_010));
        (swap.TickBefore, swap.TickAfter, swap.AmountOut, swap.AmountIn) = (2_000, 2_010, 1_000_000_000, (ulong)(1_000_000_000 * Math.Pow(1.0025, 2_004)));
        var around = PriceAround.Of(swap);
        Assert.Equal(from, Value(around.Before), from * 1e-9);
        Assert.Equal(to, Value(around.After), to * 1e-9);

        (swap.TickBefore, swap.TickAfter) = (2_004, 2_004);
        around = PriceAround.Of(swap);
        Assert.True(around.IsKnown);
        Assert.Equal(Value(around.Before), Value(around.After));
    }

    /// <summary>A swap between two square roots of the price, both of the first token in the second.</summary>
    private static Swap InRange(double before, double after, double fee)
    {
        var list = new RecordList<Swap>();
        ref var swap = ref list.Add();
        swap.Source = SwapSource.Both;
        (swap.MintIn, swap.MintOut) = (MintOf("TOK"), MintOf("SOL"));
        var ofFirst = Liquidity * Math.Abs((1 / after) - (1 / before));
        var ofSecond = Liquidity * Math.Abs(after - before);
        var (paid, received) = after < before ? (ofFirst, ofSecond) : (ofSecond, ofFirst);
        (swap.AmountIn, swap.AmountOut) = ((ulong)(paid / (1 - fee)), (ulong)received);
        swap.SqrtPriceX64 = Root(after);
        return swap;
    }

    private static void AssertAround(double before, double after, PriceAround around, bool? swapsFall = null)
    {
        Assert.True(around.IsKnown);
        var falls = swapsFall ?? after < before;
        var (first, last) = falls ? (1 / (before * before), 1 / (after * after)) : (before * before, after * after);
        Assert.Equal(first, Value(around.Before), first * 1e-6);
        Assert.Equal(last, Value(around.After), last * 1e-6);
    }

    private static Int128 Root(double root) => (Int128)(root * Math.Pow(2, 64));

    private static double Value(Rate rate) => (double)rate.Apply((Int128)1_000_000_000 * 1_000_000_000)!.Value / 1e18;
}
