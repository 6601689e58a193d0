namespace Sluice.Lab.Venues.Bins;

/// <summary>What a pool of bins starts with: the first token above the price, the second below, less the further away.</summary>
internal static class BinSeeds
{
    /// <summary>Bins to each side: a tenth of the price at least, and 350.</summary>
    public static int ReachOf(uint stepBps) => (int)Math.Max(350, 1_000 / stepBps);

    /// <summary>Fills the bins and returns what they hold: the reserves, but for what rounding leaves.</summary>
    public static (ulong X, ulong Y) Sow(BinState state, BinPosition position, ulong reserveX, ulong reserveY)
    {
        var reach = ReachOf(state.Fees.StepBps);
        var flat = 40 + (200 / state.Fees.StepBps);
        ulong weights = 0;
        for (var distance = 0; distance <= reach; distance++) { weights += WeightAt(distance, flat); }
        ulong sumX = 0, sumY = 0;
        for (var distance = 0; distance <= reach; distance++)
        {
            var x = (ulong)((UInt128)reserveX * WeightAt(distance, flat) / weights);
            var y = (ulong)((UInt128)reserveY * WeightAt(distance, flat) / weights);
            (sumX, sumY) = (sumX + x, sumY + y);
            if (distance == 0)
            {
                state.Add(position, state.Active, x, y);
                continue;
            }

            state.Add(position, state.Active + distance, x, 0);
            state.Add(position, state.Active - distance, 0, y);
        }

        return (sumX, sumY);
    }

    private static ulong WeightAt(int distance, ulong flat) => 1_000_000 / ((ulong)distance + flat);
}
