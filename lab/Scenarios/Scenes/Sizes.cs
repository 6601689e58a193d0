using Sluice.Lab.Chain;

namespace Sluice.Lab.Scenarios.Scenes;

/// <summary>Amounts of a front-run and of those behind it, by which the front-run pays.</summary>
internal readonly record struct Size(ulong Front, ulong Others);

/// <summary>Tries amounts on a pool, which it puts back as it was.</summary>
internal static class Sizes
{
    /// <summary>
    /// Amounts by which a purchase of 0.2 to 0.8 % of the reserve, sold again behind the others' purchases, gains at least 0.2 %: the others buy 0.5 % of
    /// the reserve or more, up to 8 %, where fees ask for it.
    /// </summary>
    public static bool TryFind(Prng random, Leg leg, out Size size)
    {
        var (a, b) = leg.Pool.Venue.Reserves(leg.Pool);
        var reserve = leg.AToB ? a : b;
        var front = reserve / 1_000 * random.Range(2, 8);
        for (var permille = random.Range(5, 9); permille <= 80; permille = permille * 3 / 2)
        {
            size = new Size(front, reserve / 1_000 * permille);
            if (size.Front < 1_000) { return false; }
            var back = Unwind(leg, size);
            if (back > front + (front / 500)) { return true; }
        }

        size = default;
        return false;
    }

    /// <summary>What the front-run's purchase gives when it is sold again behind the others.</summary>
    public static ulong Unwind(Leg leg, Size size)
    {
        var (pool, venue) = (leg.Pool, leg.Pool.Venue);
        var now = pool.Snapshot();
        ulong back = 0;
        if (venue.TryApply(pool, leg.AToB, size.Front, out var bought) && venue.TryApply(pool, leg.AToB, size.Others, out _) && bought >= 1_000)
        {
            venue.TryApply(pool, !leg.AToB, bought, out back);
        }

        pool.Restore(now);
        return back;
    }
}
