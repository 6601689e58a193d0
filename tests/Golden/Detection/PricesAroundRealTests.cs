using Sluice.Processors.Core.Pools;
using Sluice.Processors.Core.Prices;

namespace Sluice.Tests.Golden.Detection;

/// <summary>What real swaps tell of their pools beside what their events state.</summary>
public class PricesAroundRealTests
{
    /// <summary>Steps of the pools that the program's presets allow, basis points: those of the pools whose swaps are at hand.</summary>
    private static readonly int[] Steps = [1, 2, 8, 10, 50, 100, 125];

    [RealDataFact]
    public void Every_real_swap_of_a_pool_with_bins_tells_one_of_the_usual_steps()
    {
        var swaps = RealBlock.AllSwaps().Where(s => s.Swap.Venue == "meteora-dlmm").Select(s => (s.Slot, Pool: s.Swap.Pool.ToString(), BinPrices.Of(s.Swap).Step)).ToArray();
        Assert.Equal(12, swaps.Length);
        Assert.All(swaps, s => Assert.Contains(s.Step, Steps));

        // SOL against USDC in bins of one basis point, in two blocks half a year and 24 % of its price apart.
        Assert.Equal([254_170_887L, 287_824_122L], swaps.Where(s => s is { Pool: "HTvjzsfX3yU6BUodCjZ5vZkUrAxMDTrBs3CJaq43ashR", Step: 1 }).Select(s => s.Slot).Order());
    }

    [RealDataFact]
    public void The_price_before_a_real_swap_is_the_one_that_the_swap_before_it_left()
    {
        var compared = new Dictionary<string, int>();
        foreach (var pool in RealBlock.AllSwaps().GroupBy(s => (s.Slot, s.Swap.Pool)))
        {
            var swaps = pool.Select(s => s.Swap).ToArray();
            for (var i = 1; i < swaps.Length; i++)
            {
                if (swaps[i].SqrtPriceBeforeX64 is not null || swaps[i - 1].SqrtPriceX64 is not { } left) { continue; }
                var (own, told) = (PriceAround.Of(swaps[i]), PriceAround.Of(swaps[i], left));
                if (!own.IsKnown || !told.IsKnown) { continue; }
                Assert.Equal(1, Value(own.Before.Times(told.Before.Inverse())), 1e-6);
                compared[swaps[i].Venue] = compared.GetValueOrDefault(swaps[i].Venue) + 1;
            }
        }

        Assert.Equal("meteora-damm-v2 2", string.Join(", ", compared.Select(c => $"{c.Key} {c.Value}")));
    }

    [RealDataFact]
    public void Every_real_swap_that_states_its_liquidity_tells_the_price_before_it()
    {
        var swaps = RealBlock.AllSwaps().Select(s => s.Swap).Where(s => s.Liquidity is not null).ToArray();
        Assert.Equal(9, swaps.Length);
        Assert.All(swaps, s => Assert.True(Concentrated.TryRootBefore(s, out _), $"{s.Venue}: {s.AmountIn} for {s.AmountOut}"));
    }

    private static double Value(Rate rate) => (double)rate.Apply((Int128)1_000_000_000 * 1_000_000_000)!.Value / 1e18;
}
