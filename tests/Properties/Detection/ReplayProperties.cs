using System.Numerics;
using Sluice.Processors.Core.Pools;
using Sluice.Schemas.Records;
using Sluice.Tests.Unit.Detection;
using Sluice.Tests.Unit.Detection.Pools;
using static Sluice.Processors.Core.Pools.StepRole;

namespace Sluice.Tests.Properties.Detection;

/// <summary>Random pools that another implementation trades in whole numbers: what a replay says is what that one says, and what must hold of any loss.</summary>
public class ReplayProperties
{
    public static TheoryData<int> Seeds { get; } = [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_products_losses_are_those_of_the_other_implementation(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 50; i++)
        {
            var (x, y) = (Amount(random, 6, 17), Amount(random, 6, 17));
            var pool = new ProductPool(x, y, random.Next(4) * 1_250, random.Next(3) == 0, random.Next(2) * 120_000);
            var script = Script(random, x, y);
            var without = pool.Without(script);
            Check(pool.Run(script), without, LossMethod.ConstantProduct, 40);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_ranges_losses_are_those_of_the_other_implementation(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 50; i++)
        {
            var root = (BigInteger)(Math.Exp((random.NextDouble() * 16) - 8) * Math.Pow(2, 64));
            var liquidity = Amount(random, 9, 15);
            var pool = new RangePool(liquidity, root, random.Next(4) * 1_250, random.Next(2) == 0) { Venue = "meteora-damm-v2" };
            var script = Script(random, (liquidity << 64) / root, (liquidity * root) >> 64);
            var without = pool.Without(script);
            Check(pool.Run(script), without, LossMethod.Concentrated, 1_000_000);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Bounds_hold_what_was_lost(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 50; i++)
        {
            var (x, y) = (Amount(random, 9, 17), Amount(random, 9, 17));
            var pool = new ProductPool(x, y, 0) { Venue = "unknown" };
            var script = Script(random, x, y, turns: false);
            var without = pool.Without(script);
            var steps = pool.Run(script);
            var losses = TestPool.Estimate(steps);
            for (var step = 0; step < steps.Count; step++)
            {
                if (steps[step].Role != Victim || losses[step].LossLow is not { } low) { continue; }
                var lost = without[step] - steps[step].Swap.AmountOut;
                Assert.Equal(LossMethod.Bounds, losses[step].Method);
                Assert.True(low <= lost + 3 && (losses[step].LossHigh is null || lost <= losses[step].LossHigh + 3), $"seed {seed}: {low} ≤ {lost} ≤ {losses[step].LossHigh}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_larger_front_costs_more_and_none_costs_nothing(int seed)
    {
        var random = new Random(seed);
        var (x, y) = (Amount(random, 9, 15), Amount(random, 9, 15));
        var victim = 1 + (x / 50);
        var before = BigInteger.Zero;
        foreach (var part in (int[])[1_000_000, 10_000, 1_000, 100, 20, 5, 2])
        {
            var steps = new ProductPool(x, y, 2_500).Run([(Attacker, true, (x / part) + 1), (Victim, true, victim)]);
            var lost = (BigInteger)TestPool.Estimate(steps)[1].LossLow!.Value;
            Assert.True(lost + 2 >= before, $"seed {seed}: {lost} after {before}");
            before = lost;
        }

        Assert.True(before > 0);
        var alone = new ProductPool(x, y, 2_500).Run([(Other, true, victim), (Victim, true, victim)]);
        Assert.Equal(0UL, TestPool.Estimate(alone)[1].LossHigh);
    }

    [Fact]
    public void Amounts_a_thousand_times_as_large_lose_a_thousand_times_as_much()
    {
        var small = LossAt(1);
        var large = LossAt(1_000);
        Assert.InRange(large / 1_000.0 / small, 0.999_999, 1.000_001);

        static ulong LossAt(int scale)
        {
            var steps = new ProductPool((BigInteger)1_000_000_000_000 * scale, (BigInteger)7_000_000_000_000 * scale, 2_500)
                .Run([(Attacker, true, (BigInteger)50_000_000_000 * scale), (Victim, true, (BigInteger)20_000_000_000 * scale)]);
            return TestPool.Estimate(steps)[1].LossLow!.Value;
        }
    }

    [Fact]
    public void A_pool_with_many_steps_is_replayed_without_allocating()
    {
        var random = new Random(5);
        var script = new List<(StepRole Role, bool PaysFirst, BigInteger Amount)> { (Attacker, true, 1_000_000_000) };
        for (var i = 0; i < 500; i++) { script.Add((i % 3 == 0 ? Other : Victim, random.Next(2) == 0, 1_000_000 + random.Next(1_000_000))); }
        var steps = new ProductPool(1_000_000_000_000, 1_000_000_000_000, 2_500).Run(script).ToArray();
        var losses = new LossEstimate[steps.Length];
        var replay = new PoolReplay();
        Assert.Equal(0, Allocated.ByRound(() => replay.Estimate(steps, losses)));
        Assert.Equal(LossMethod.ConstantProduct, losses[500].Method);
    }

    private static void Check(List<PoolStep> steps, List<BigInteger> without, LossMethod method, int parts)
    {
        var losses = TestPool.Estimate(steps);
        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i].Role != Victim) { continue; }
            Assert.True(method == losses[i].Method, $"{losses[i].Method}: {Told(steps)}");
            var expected = BigInteger.Max(without[i], steps[i].Swap.AmountOut);

            // A base unit of what was paid, which fees are rounded to, buys expected / AmountIn.
            var open = 16 + (expected / parts) + (4 * expected / steps[i].Swap.AmountIn);
            Assert.True(BigInteger.Abs(expected - losses[i].AmountOutWithout!.Value) <= open, $"step {i} of {Told(steps)}: expected {expected}, was {losses[i].AmountOutWithout}");
        }
    }

    private static string Told(List<PoolStep> steps) =>
        string.Join(" | ", steps.Select(s => $"{s.Role} {s.Swap.AmountIn} > {s.Swap.AmountOut} {s.Swap.SqrtPriceX64}"));

    /// <summary>A front, up to two victims, what others do between, each a few per cent of the pool or less.</summary>
    private static List<(StepRole Role, bool PaysFirst, BigInteger Amount)> Script(Random random, BigInteger first, BigInteger second, bool turns = true)
    {
        var script = new List<(StepRole, bool, BigInteger)> { (Attacker, true, Part(random, first)) };
        if (random.Next(2) == 0) { script.Add((Other, !turns || random.Next(2) == 0, 0)); }
        script.Add((Victim, true, Part(random, first)));
        if (random.Next(2) == 0) { script.Add((Victim, true, Part(random, first))); }
        script.Add((Attacker, false, Part(random, second)));
        return [.. script.Select(s => s.Item3 == 0 ? (s.Item1, s.Item2, Part(random, s.Item2 ? first : second)) : s)];
    }

    private static BigInteger Part(Random random, BigInteger of) => 1_000 + (of * random.Next(1, 1_000) / 20_000);

    private static BigInteger Amount(Random random, int leastDigits, int mostDigits) => (BigInteger)Math.Pow(10, leastDigits + (random.NextDouble() * (mostDigits - leastDigits)));
}
