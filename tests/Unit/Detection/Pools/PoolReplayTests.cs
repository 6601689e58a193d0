using System.Numerics;
using Sluice.Processors.Core.Pools;
using Sluice.Schemas.Records;
using static Sluice.Processors.Core.Pools.StepRole;
using Script = System.Collections.Generic.List<(Sluice.Processors.Core.Pools.StepRole Role, bool PaysFirst, System.Numerics.BigInteger Amount)>;

namespace Sluice.Tests.Unit.Detection.Pools;

public class PoolReplayTests
{
    [Fact]
    public void A_constant_product_without_fee_by_hand()
    {
        // 1,000 · 1,000. Front 250: out 1,000 · 250 / 1,250 = 200. Victim 250: out 800 · 250 / 1,500 = 133. Without: 200. Loss 67.
        var steps = new ProductPool(1_000, 1_000, 0).Run([(Attacker, true, 250), (Victim, true, 250)]);
        Assert.Equal((200UL, 133UL), (steps[0].Swap.AmountOut, steps[1].Swap.AmountOut));
        Assert.Equal(new LossEstimate(200, 67, 67, LossMethod.ConstantProduct), TestPool.Estimate(steps)[1]);
    }

    [Fact]
    public void A_range_of_liquidity_by_hand()
    {
        // L = 1,000,000, price 1, so s = 2^64. Front 1,000,000 of the first: s = 1/2, out 500,000. Victim the same: s = 1/3, out 166,666. Without: 500,000.
        var pool = new RangePool(1_000_000, BigInteger.One << 64, 0) { Venue = "orca-whirlpool" };
        var steps = pool.Run([(Attacker, true, 1_000_000), (Victim, true, 1_000_000)]);
        Assert.Equal((500_000UL, 166_666UL), (steps[0].Swap.AmountOut, steps[1].Swap.AmountOut));
        var loss = TestPool.Estimate(steps)[1];
        Assert.Equal(LossMethod.Concentrated, loss.Method);
        Assert.InRange(loss.AmountOutWithout!.Value, 499_998UL, 500_001UL);
    }

    [Theory]
    [InlineData(2_500, false, 0)]
    [InlineData(2_500, false, 160_000)]
    [InlineData(3_000, true, 0)]
    [InlineData(0, false, 0)]
    [InlineData(3_337, false, 0)]
    public void Victims_of_a_constant_product_lose_what_another_implementation_says(int feePpm, bool feeOut, int leavingPpm)
    {
        Script script =
        [
            (Other, true, 3_000_000), (Attacker, true, 2_203_771_050), (Victim, true, 1_179_332_491), (Other, false, 7_000_000_000_000),
            (Victim, true, 90_000_001), (Attacker, false, 900_000_000), (Victim, true, 50_000_000), (Attacker, false, 12_000_000_000_000),
        ];
        var pool = new ProductPool(119_311_739_467, 723_535_026_101_494, feePpm, feeOut, leavingPpm);
        var steps = ((ProductPool)pool.Copy()).Run(script);
        var losses = TestPool.Estimate(steps);
        var start = (ProductPool)pool.Copy();
        start.Trade(true, 3_000_000);
        var without = start.Without(script.Skip(1)).Prepend(0).ToList();
        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i].Role != Victim)
            {
                Assert.Equal(default, losses[i]);
                continue;
            }

            Assert.Equal(LossMethod.ConstantProduct, losses[i].Method);
            AssertNear(without[i], losses[i].AmountOutWithout!.Value, 8);
            Assert.Equal(losses[i].LossLow, losses[i].LossHigh);
            Assert.Equal(losses[i].AmountOutWithout - steps[i].Swap.AmountOut, losses[i].LossLow);
        }
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void Victims_in_a_range_lose_what_another_implementation_says(bool statesBefore, bool statesLiquidity)
    {
        Script script = [(Attacker, true, 2_203_771_050), (Victim, true, 1_179_332_491), (Other, false, 2_000_000_000_000), (Victim, true, 990_000_001)];
        var pool = new RangePool(9_000_000_000_000, BigInteger.Parse("1411000000000000000000"), 2_500, statesBefore, statesLiquidity) { Venue = "raydium-clmm" };
        var without = pool.Without(script);
        var steps = pool.Run(script);
        var losses = TestPool.Estimate(steps);
        Assert.Equal((LossMethod.Concentrated, LossMethod.Concentrated), (losses[1].Method, losses[3].Method));
        AssertNear(without[1], losses[1].AmountOutWithout!.Value, 20);
        AssertNear(without[3], losses[3].AmountOutWithout!.Value, 20);
    }

    [Fact]
    public void A_launch_curve_is_a_constant_product_of_virtual_reserves()
    {
        var pool = new ProductPool(30_000_000_000, 1_073_000_000_000_000, 0) { Venue = "pumpfun" };
        Script script = [(Attacker, true, 2_962_962_962), (Victim, true, 1_000_000_000)];
        var without = pool.Without(script);
        Assert.Equal(new LossEstimate((ulong)without[1], default, default, LossMethod.Curve).AmountOutWithout, TestPool.Estimate(pool.Run(script))[1].AmountOutWithout);
        Assert.Equal(LossMethod.Curve, TestPool.Estimate(pool.Run(script))[1].Method);
    }

    [Fact]
    public void Before_the_attacker_nothing_is_lost()
    {
        var steps = new ProductPool(1_000_000, 1_000_000, 0).Run([(Victim, true, 5_000), (Attacker, true, 5_000), (Victim, true, 5_000)]);
        var losses = TestPool.Estimate(steps);
        Assert.Equal((0UL, 0UL), (losses[0].LossLow, losses[0].LossHigh));
        Assert.True(losses[2].LossLow > 0);
    }

    [Fact]
    public void Reserves_that_do_not_give_the_observed_amounts_make_bounds()
    {
        // The vault also holds fees that do not trade: a product of its balance is not the pool's law.
        var steps = new ProductPool(119_311_739_467, 699_417_056_671_391, 2_500).Run([(Attacker, true, 2_203_771_050), (Victim, true, 1_179_332_491)]);
        for (var i = 0; i < steps.Count; i++) { Edit(steps, i, static (ref Swap s) => s.ReserveOut += 24_000_000_000_000); }
        Assert.Equal(LossMethod.Bounds, TestPool.Estimate(steps)[1].Method);
        Assert.Null(TestPool.Estimate(steps)[1].AmountOutWithout);
    }

    [Fact]
    public void Liquidity_that_came_in_between_makes_bounds()
    {
        var pool = new ProductPool(1_000_000_000, 1_000_000_000, 2_500);
        var steps = pool.Run([(Attacker, true, 50_000_000)]);
        steps.AddRange(new ProductPool(1_150_000_000, 1_052_500_000, 2_500).Run([(Victim, true, 20_000_000)]));
        Assert.Equal(LossMethod.Bounds, TestPool.Estimate(steps)[1].Method);
    }

    [Fact]
    public void Two_ranges_of_liquidity_make_bounds()
    {
        var thick = new RangePool(9_000_000_000_000, BigInteger.One << 64, 2_500) { Venue = "orca-whirlpool" };
        var steps = thick.Run([(Attacker, true, 900_000_000_000)]);
        var thin = new RangePool(3_000_000_000_000, (BigInteger)steps[0].Swap.SqrtPriceX64!.Value, 2_500) { Venue = "orca-whirlpool" };
        steps.AddRange(thin.Run([(Victim, true, 100_000_000_000)]));
        var loss = TestPool.Estimate(steps)[1];
        Assert.Equal(LossMethod.Bounds, loss.Method);
        Assert.True(loss.LossLow > 0 && loss.LossHigh >= loss.LossLow);
    }

    [Fact]
    public void Within_one_bin_nobody_loses_and_across_bins_there_are_bounds()
    {
        Assert.Equal((0UL, LossMethod.Bin), In(8_388, 8_388, 8_388));
        Assert.Equal(LossMethod.Bounds, In(8_388, 8_387, 8_387).Method);
        Assert.Equal(LossMethod.Bounds, In(8_388, null, null).Method);

        static (ulong? Low, LossMethod Method) In(int? one, int? two, int? three)
        {
            var steps = new ProductPool(1_000_000_000_000, 1_000_000_000_000, 0) { Venue = "meteora-dlmm" }.Run([(Attacker, true, 50_000_000), (Victim, true, 20_000_000)]);
            Edit(steps, 0, (ref Swap s) => (s.TickBefore, s.TickAfter) = (one, two));
            Edit(steps, 1, (ref Swap s) => (s.TickBefore, s.TickAfter) = (two, three));
            var loss = TestPool.Estimate(steps)[1];
            return (loss.LossLow, loss.Method);
        }
    }

    [Fact]
    public void Another_pool_or_pair_among_the_steps_says_nothing()
    {
        var steps = new ProductPool(1_000_000, 1_000_000, 0).Run([(Attacker, true, 5_000), (Other, true, 10), (Victim, true, 5_000)]);
        Edit(steps, 1, static (ref Swap s) => s.MintOut = ArbitrageCase.Key("third"));
        Assert.Equal(default, TestPool.Estimate(steps)[2]);
    }

    [Fact]
    public void A_price_that_got_better_on_the_way_says_nothing()
    {
        var steps = new ProductPool(1_000_000, 1_000_000, 0) { Venue = "humidifi" }.Run([(Attacker, true, 5_000), (Victim, true, 5_000)]);
        Edit(steps, 1, static (ref Swap s) => s.AmountOut += 500);
        Assert.Equal(default, TestPool.Estimate(steps)[1]);
    }

    [Fact]
    public void Who_fixed_the_amount_out_takes_the_same_and_pays_less()
    {
        // The first victim buys exactly what it bought; the second then meets the pool that this leaves.
        var pool = new ProductPool(1_000_000_000, 1_000_000_000, 0);
        var steps = pool.Run([(Attacker, true, 100_000_000), (Victim, true, 50_000_000), (Victim, true, 50_000_000)]);
        Edit(steps, 1, static (ref Swap s) => s.IsExactOut = true);
        var bought = (BigInteger)steps[1].Swap.AmountOut;
        var paid = (1_000_000_000 * bought / (1_000_000_000 - bought)) + 1;
        var expected = (1_000_000_000 - bought) * 50_000_000 / (1_000_000_000 + paid + 50_000_000);
        Assert.Equal((ulong)expected, TestPool.Estimate(steps)[2].AmountOutWithout);
        Assert.Equal(1_000_000_000UL * 50_000_000 / 1_050_000_000, TestPool.Estimate(steps)[1].AmountOutWithout);
    }

    [Fact]
    public void A_transfer_fee_on_the_way_out_is_taken_off()
    {
        var steps = new ProductPool(1_000, 1_000, 0).Run([(Attacker, true, 250), (Victim, true, 250)]);
        Edit(steps, 1, static (ref Swap s) => s.TransferFeeOut = 14); // 133 left the pool, 119 arrived; of 200, ⌈200 · 14 / 133⌉ = 22 would be withheld
        Assert.Equal(new LossEstimate(178, 59, 59, LossMethod.ConstantProduct), TestPool.Estimate(steps)[1]);
    }

    [Fact]
    public void Hostile_amounts_do_not_overflow()
    {
        ulong[] extremes = [0, 1, 2, ulong.MaxValue / 2, ulong.MaxValue - 1, ulong.MaxValue];
        string[] venues = ["raydium-amm-v4", "pumpfun", "orca-whirlpool", "meteora-dlmm", "unknown"];
        Int128[] roots = [0, 1, (Int128)1 << 64, Int128.MaxValue, -1];
        var steps = new List<PoolStep>();
        for (var i = 0; i < 3_000; i++)
        {
            steps.Clear();
            for (var step = 0; step < 3; step++)
            {
                var n = (i * 7) + (step * 13);
                var swap = new Swap
                {
                    Venue = venues[i % venues.Length],
                    Source = SwapSource.Both,
                    MintIn = (n / 3 % 4) == 0 ? TestPool.Second : TestPool.First,
                    MintOut = (n / 3 % 4) == 0 ? TestPool.First : TestPool.Second,
                    AmountIn = extremes[n % 6],
                    AmountOut = extremes[n / 6 % 6],
                    ReserveIn = extremes[n / 36 % 6],
                    ReserveOut = extremes[n / 5 % 6],
                    SqrtPriceBeforeX64 = roots[n % 5],
                    SqrtPriceX64 = roots[n / 2 % 5],
                    Liquidity = roots[n / 11 % 5],
                    FeeAmount = extremes[n / 4 % 6],
                    FeeMint = n % 2 == 0 ? TestPool.First : null,
                    TransferFeeOut = extremes[n / 9 % 6],
                    IsExactOut = n % 3 == 0,
                };
                steps.Add(new() { Role = (StepRole)((n + step) % 3), Swap = swap });
            }

            foreach (var loss in TestPool.Estimate(steps)) { Assert.True(loss.LossHigh is null || loss.LossHigh >= loss.LossLow); }
        }
    }

    private delegate void Change(ref Swap swap);

    private static void Edit(List<PoolStep> steps, int index, Change change)
    {
        var step = steps[index];
        change(ref step.Swap);
        steps[index] = step;
    }

    private static void AssertNear(BigInteger expected, ulong actual, int units) =>
        Assert.True(BigInteger.Abs(expected - actual) <= units, $"expected {expected}, was {actual}");
}
