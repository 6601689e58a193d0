using Sluice.Lab.Chain;

namespace Sluice.Lab.Scenarios;

/// <summary>Draws compute limits, prices and tips as large as real ones.</summary>
internal static class Budgets
{
    /// <summary>Deciles of the compute price in micro-lamports: those of 409 transactions of slot 254170887.</summary>
    private static ReadOnlySpan<ulong> Prices =>
        [1, 1_000, 2_000, 5_000, 11_000, 25_613, 60_000, 120_000, 300_000, 986_806, 1_973_612];

    /// <summary>
    /// Tips in lamports: the 49 tips of August 2024 made 0.0734 SOL, 1.5 million on average, most of them far smaller.
    /// </summary>
    private static ReadOnlySpan<ulong> Tips =>
        [1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000];

    /// <summary>A budget of at least the units that are needed, or none, in that share of the cases.</summary>
    public static ComputeBudget Draw(Prng random, int setPerMille, uint units)
    {
        if (!random.PerMille(setPerMille)) { return default; }
        var limit = Math.Min(1_400_000u, (uint)random.Range(units, units * 2UL));
        return new ComputeBudget(limit, FromDeciles(random, Prices));
    }

    /// <summary>A budget whose priority fee is close to the given one, and never above it.</summary>
    public static ComputeBudget For(uint units, ulong priorityFee)
    {
        var limit = Math.Min(1_400_000u, units);
        return new ComputeBudget(limit, priorityFee * 1_000_000 / limit);
    }

    public static ulong Tip(Prng random) => FromDeciles(random, Tips);

    /// <summary>A number of one of the ten stretches between deciles.</summary>
    public static int FromDeciles(Prng random, IReadOnlyList<int> deciles)
    {
        var at = random.Below(deciles.Count - 1);
        return (int)random.Range((ulong)deciles[at], (ulong)deciles[at + 1]);
    }

    private static ulong FromDeciles(Prng random, ReadOnlySpan<ulong> deciles)
    {
        var at = random.Below(deciles.Length - 1);
        return random.Range(deciles[at], deciles[at + 1]);
    }
}
