namespace Sluice.Lab.Cluster;

/// <summary>Mainnet's inflation: 8 % a year, 15 % less every year, never below 1.5 %; nothing of it for the foundation.</summary>
/// <remarks>
/// Years are counted from slot 64,368,000, the first of epoch 149. Only additions, multiplications and divisions are used, so that every
/// machine gets the same bits. Epoch 796 had the rate 0.044981248362494335 and a pool of 148,307,474,694,131 lamports.
/// </remarks>
public static class Inflation
{
    /// <summary>Slots of a year at 400 ms.</summary>
    public const double SlotsPerYear = 365.242199 * 86_400 / 0.4;

    private const ulong StartSlot = 64_368_000;
    private const double Initial = 0.08, Terminal = 0.015, Left = 0.85, LogLeft = -0.16251892949777494;

    /// <summary>Rate a year in the epoch that begins with the slot.</summary>
    public static double RateAt(ulong firstSlot)
    {
        var years = firstSlot < StartSlot ? 0 : (firstSlot - StartSlot) / SlotsPerYear;
        var rate = Initial;
        for (; years >= 1; years--) { rate *= Left; }

        // exp(x) for -0.17 < x ≤ 0; the fifteenth term is below the last bit.
        var x = years * LogLeft;
        double sum = 1, term = 1;
        for (var i = 1; i <= 15; i++)
        {
            term = term * x / i;
            sum += term;
        }

        return Math.Max(Terminal, rate * sum);
    }

    /// <summary>Lamports that an epoch pays to all stakes.</summary>
    /// <param name="firstSlot">First slot of the epoch.</param>
    /// <param name="slots">Slots of the epoch.</param>
    /// <param name="capitalization">Lamports in existence.</param>
    public static ulong Pool(ulong firstSlot, ulong slots, ulong capitalization) =>
        (ulong)(RateAt(firstSlot) * capitalization * (slots / SlotsPerYear));
}
