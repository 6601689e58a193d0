using System.Numerics;
using Sluice.Lab.Venues.Arithmetic;
using Sluice.Lab.Venues.Curves;
using Sluice.Lab.Venues.Ranges;
using Sluice.Schemas.Records;
using Sluice.Tests.Golden.Detection;

namespace Sluice.Tests.Simulation.Venues;

/// <summary>The simulator's arithmetic does swaps of mainnet again, to the base unit, wherever events tell the pool's state.</summary>
public sealed class RealSwaps
{
    /// <summary>Fee rates of Whirlpools and of Raydium's configurations, millionths.</summary>
    private static readonly uint[] Rates = [100, 200, 300, 400, 500, 1_000, 1_600, 2_000, 2_500, 3_000, 4_000, 6_500, 10_000, 20_000, 40_000];

    private static readonly uint[] BinSteps = [1, 2, 4, 5, 8, 10, 15, 16, 20, 25, 30, 40, 50, 60, 75, 80, 100, 125, 150, 160, 200, 250, 300, 400];

    private static readonly BigInteger One = BigInteger.One << 64;

    /// <summary>Three swaps of one DAMM v2 pool in a row: liquidity from the second, what the first and the third gave from that.</summary>
    [RealDataFact]
    public void Consecutive_swaps_of_a_pool_of_one_range()
    {
        var swaps = RealBlock.AllSwaps().Where(s => s.Swap.Venue == "meteora-damm-v2" && s.Slot == 406_751_392).Select(s => s.Swap).ToArray();
        Assert.Equal(3, swaps.Length);
        var after = swaps.Select(s => (BigInteger)s.SqrtPriceX64!.Value).ToArray();
        var paid = swaps.Select(s => (BigInteger)s.AmountIn).ToArray();

        // The first token came in twice, and the second one once: the price fell, fell and rose.
        Assert.True(after[1] < after[0] && after[1] < after[2]);
        var liquidity = paid[1] * after[0] * after[1] / (after[0] - after[1]);
        var before = liquidity * after[0] / (liquidity - (paid[0] * after[0]));
        var feesInB = swaps[2].FeeMint == swaps[2].MintIn;
        foreach (var (i, price) in new[] { (0, before), (1, after[0]), (2, after[1]) })
        {
            var state = new CurveState((UInt128)price, CurveState.LowestPrice, CurveState.HighestPrice, RateOf(swaps[i], i == 2 && feesInB), feesInB);
            state.Add((UInt128)liquidity);
            var done = state.Swap(aToB: i < 2, swaps[i].AmountIn);
            Assert.Equal((swaps[i].AmountOut, swaps[i].FeeAmount), (done.AmountOut, (ulong?)done.Fee));
            Assert.InRange((BigInteger)done.PriceAfter - after[i], -4, 4); // of 2^64: the liquidity is itself made of prices
        }
    }

    /// <summary>Prices on both sides, or a price and the liquidity: what is left open is one number, and the rest must follow from it.</summary>
    [RealDataFact]
    public void Swaps_within_a_range_of_concentrated_liquidity()
    {
        var done = new Dictionary<string, int>();
        foreach (var (slot, swap) in RealBlock.AllSwaps().Where(s => s.Swap.Venue is "orca-whirlpool" or "raydium-clmm" && s.Swap is { SqrtPriceX64: not null, IsExactOut: false }))
        {
            if (swap.SqrtPriceBeforeX64 is null && swap.Liquidity is null) { continue; }
            Assert.True(Repeats(swap), $"{swap.Venue} {slot} {swap.Pool} {swap.AmountIn} > {swap.AmountOut}");
            done[swap.Venue] = done.GetValueOrDefault(swap.Venue) + 1;
        }

        Assert.True(done["orca-whirlpool"] >= 4 && done["raydium-clmm"] >= 5, string.Join(' ', done));
    }

    /// <summary>Within one bin what is paid less the fee gives the bin's price's worth; which bin step a pool has is not told, and only one gives it.</summary>
    [RealDataFact]
    public void Swaps_within_one_bin()
    {
        var (done, several) = (0, 0);
        foreach (var (slot, swap) in RealBlock.AllSwaps().Where(s => s.Swap is { Venue: "meteora-dlmm", TickBefore: not null, FeeAmount: not null }))
        {
            if (swap.TickBefore != swap.TickAfter)
            {
                several++; // what the first of them held is not told
                continue;
            }

            // Bins go as far as prices of 64 binary places.
            var bin = swap.TickAfter!.Value;
            var steps = BinSteps.Where(s => Math.Abs((long)bin) * s <= 440_000 && Gives(swap, BinMath.PriceAt(bin, s))).ToArray();
            Assert.True(steps.Length == 1, $"{slot} {swap.Pool} bin {bin} {swap.AmountIn} less {swap.FeeAmount} > {swap.AmountOut}: steps {string.Join(',', steps)}");
            done++;
        }

        Assert.True(done >= 4, $"{done} swaps within a bin, {several} over several");
    }

    /// <summary>Whether the price gives the amount out for the amount in less the fee, in either direction.</summary>
    private static bool Gives(in Swap swap, UInt128 price)
    {
        BigInteger net = swap.AmountIn - swap.FeeAmount!.Value, outY = net * price / One, outX = net * One / price;
        return (outY == swap.AmountOut && BinMath.ToY((ulong)net, price, roundUp: false) == swap.AmountOut)
            || (outX == swap.AmountOut && BinMath.ToX((ulong)net, price, roundUp: false) == swap.AmountOut);
    }

    /// <summary>The rate, billionths, that gives the stated fee of what it is taken of: the roundest.</summary>
    private static uint RateOf(in Swap swap, bool takesIn)
    {
        BigInteger fee = swap.FeeAmount!.Value, of = takesIn ? swap.AmountIn : swap.AmountOut + swap.FeeAmount.Value;
        var (least, most) = (((fee - 1) * 1_000_000_000 / of) + 1, fee * 1_000_000_000 / of);
        for (var round = 100_000_000; round > 1; round /= 10)
        {
            if (most / round * round >= least) { return (uint)(most / round * round); }
        }

        return (uint)most;
    }

    private static bool Repeats(in Swap swap)
    {
        var after = (BigInteger)swap.SqrtPriceX64!.Value;
        foreach (var rate in Rates)
        {
            BigInteger net = (UInt128)swap.AmountIn * (1_000_000 - rate) / 1_000_000;
            for (var offset = -2; offset <= 2; offset++)
            {
                if (swap.SqrtPriceBeforeX64 is { } before)
                {
                    var (from, aToB) = ((BigInteger)before, after < (BigInteger)before);
                    if (from == after) { return false; }
                    var liquidity = aToB ? net * from * after / (from - after) / One : net * One / (after - from);
                    if (Gives(swap, from, liquidity + offset, aToB, rate)) { return true; }
                    continue;
                }

                var known = (BigInteger)swap.Liquidity!.Value;
                var fall = (known * One) - (net * after);
                if (fall > 0 && Gives(swap, (known * One * after / fall) + offset, known, true, rate)) { return true; }
                if (Gives(swap, after - (net * One / known) + offset, known, false, rate)) { return true; }
            }
        }

        return false;
    }

    /// <summary>Whether a pool of this price, liquidity and fee gives what the swap gave, and ends where it ended.</summary>
    private static bool Gives(in Swap swap, BigInteger from, BigInteger liquidity, bool aToB, uint rate)
    {
        if (liquidity <= 0 || from <= 0 || liquidity >= One) { return false; }
        var math = swap.Venue == "raydium-clmm" ? TickMath.Raydium : TickMath.Whirlpool;
        var state = new RangeState(math, new RangeFees(rate, [], 1), 1, (UInt128)from);
        state.Add(new RangePosition { Account = 0, Lower = state.Tick - 4_000, Upper = state.Tick + 4_000 }, (UInt128)liquidity);
        var done = state.Swap(aToB, swap.AmountIn);
        return done.IsFilled && done.AmountOut == swap.AmountOut && done.PriceAfter == (UInt128)swap.SqrtPriceX64!.Value && (swap.FeeAmount is not { } fee || fee == done.Fee);
    }
}
