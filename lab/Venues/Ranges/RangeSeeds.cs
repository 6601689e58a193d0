using Sluice.Lab.Chain;

namespace Sluice.Lab.Venues.Ranges;

/// <summary>The positions that a pool of ranges starts with: one over all prices, and narrower ones around the price as people choose them.</summary>
internal static class RangeSeeds
{
    private const int Narrow = 18;

    /// <summary>Adds positions worth about the reserves and returns what they hold.</summary>
    /// <param name="world">Gets the accounts of the positions.</param>
    /// <param name="state">A pool without liquidity.</param>
    /// <param name="random">Source of widths and sizes.</param>
    /// <param name="whole">Liquidity that reserves of that worth would have over all prices.</param>
    /// <param name="widest">Ticks that the widest of the narrow positions reaches to one side.</param>
    public static (ulong A, ulong B) Sow(World world, RangeState state, Prng random, UInt128 whole, int widest)
    {
        var last = TickMathLimit(state.Spacing);
        var (sumA, sumB) = Add(world, state, -last, last, whole * random.Range(15, 35) / 100);
        for (var i = 0; i < Narrow; i++)
        {
            // Half a width of any magnitude up to the widest, its middle anywhere within a third of it around the price.
            var half = (int)random.Magnitude((ulong)Math.Max(widest / 400, state.Spacing), (ulong)Math.Max(widest, 4 * state.Spacing));
            var middle = state.Tick + (int)random.Range(0, (ulong)half * 2 / 3) - (half / 3);
            var lower = Math.Max(Floor(middle - half, state.Spacing), -last);
            var upper = Math.Min(Floor(middle + half, state.Spacing) + state.Spacing, last);

            // A range of w ticks to each side does with the same money about 20,000 / w times as much as one over all prices.
            var share = random.Range(1, 7);
            var (a, b) = Add(world, state, lower, upper, whole * share * 20_000 / ((uint)Math.Max(half, 40) * 100u));
            (sumA, sumB) = (sumA + a, sumB + b);
        }

        return (sumA, sumB);
    }

    /// <summary>The greatest multiple of the spacing that is a tick.</summary>
    public static int TickMathLimit(int spacing) => Arithmetic.TickMath.Limit / spacing * spacing;

    /// <summary>The greatest multiple of the spacing that is not above the tick.</summary>
    public static int Floor(int tick, int spacing) => (tick >= 0 ? tick : tick - spacing + 1) / spacing * spacing;

    private static (ulong A, ulong B) Add(World world, RangeState state, int lower, int upper, UInt128 liquidity)
    {
        var position = new RangePosition { Account = world.NewAccount(2_394_240), Lower = lower, Upper = upper };
        return state.Add(position, liquidity);
    }
}
