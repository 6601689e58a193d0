namespace Sluice.Lab;

/// <summary>What ordinary transactions look like: the hops of routes, the sizes of trades, accounts and compute units of calls, second signers.</summary>
/// <remarks>
/// Deciles are eleven ascending numbers; one of the ten stretches is drawn, and a number of it. What was measured names its source: slot 254170887 (March 2024, 444
/// transactions that are no votes), slot 133447494 (May 2022), or single transactions of 2024 and 2025.
/// </remarks>
public sealed record TrafficOptions
{
    /// <summary>
    /// Users' Jupiter routes of one hop, two, and so on, in thousandths, five at most. Of 19 routes 12, 4, 1, 1, 1: 4 of slot 254170887 (its other 66 are
    /// searchers' rounds of two to six hops) and 15 single transactions of slots 273,851,860 to 377,937,213.
    /// </summary>
    public IReadOnlyList<int> HopsPerMille { get; init; } = [632, 210, 53, 53, 52];

    /// <summary>Least trade of a user, cents. Smaller ones would not pay their fee; 5 of the 25 below are smaller or little larger.</summary>
    public ulong LeastTradeCents { get; init; } = 100;

    /// <summary>
    /// Half of users' trades are smaller: 164 dollars. Measured on the 25 swaps of slots 254170887 and 133447494 that are no arbitrage and have SOL or dollars on a side.
    /// </summary>
    public ulong MedianTradeCents { get; init; } = 16_400;

    /// <summary>A trade above the median is twice as large that often, in thousandths: of those 25, 12 are above it, 9 above twice, 4 four times, 3 eight times, 1 sixteen times it.</summary>
    public int TwiceAsLargePerMille { get; init; } = 550;

    /// <summary>Largest trade of a user, cents; purses and pools bound it further. Chosen.</summary>
    public ulong LargestTradeCents { get; init; } = 100_000_000;

    /// <summary>Deciles of the accounts of a transaction that calls other programs: 69 of slot 254170887 that succeeded and neither swapped nor only transferred.</summary>
    public IReadOnlyList<int> CallAccounts { get; init; } = [4, 8, 11, 12, 14, 16, 16, 17, 25, 29, 29];

    /// <summary>Such calls with a second signer: 4 of those 69; no other of the slot's 444 has one.</summary>
    public int SecondSignersPerMille { get; init; } = 58;

    /// <summary>Deciles of the compute units of the same 69.</summary>
    public IReadOnlyList<int> CallUnits { get; init; } = [5_929, 13_251, 23_148, 25_259, 29_954, 53_843, 76_947, 116_354, 219_014, 463_971, 1_188_341];

    /// <summary>
    /// Compute units that Jupiter spends on each hop beside the venue's own. Chosen so that routes of one, two, three and five hops use what 15 real ones do: 160,000, 270,000, 430,000,
    /// 520,000.
    /// </summary>
    public int RouteUnitsPerHop { get; init; } = 45_000;

    /// <summary>Throws when an option is out of its range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Named after the option.</exception>
    public void Check()
    {
        if (HopsPerMille.Count is 0 or > 5 || HopsPerMille.Any(s => s < 0) || HopsPerMille.Sum() != 1000)
        {
            throw new ArgumentOutOfRangeException(nameof(HopsPerMille), string.Join(' ', HopsPerMille), "One to five shares are asked for that make 1000.");
        }

        ArgumentOutOfRangeException.ThrowIfZero(LeastTradeCents);
        ArgumentOutOfRangeException.ThrowIfLessThan(MedianTradeCents, LeastTradeCents);
        ArgumentOutOfRangeException.ThrowIfLessThan(LargestTradeCents, MedianTradeCents);
        ArgumentOutOfRangeException.ThrowIfNegative(TwiceAsLargePerMille);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(TwiceAsLargePerMille, 1000);
        ArgumentOutOfRangeException.ThrowIfNegative(SecondSignersPerMille);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SecondSignersPerMille, 1000);
        ArgumentOutOfRangeException.ThrowIfNegative(RouteUnitsPerHop);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(RouteUnitsPerHop, 150_000);
        CheckDeciles(CallAccounts, nameof(CallAccounts), 4, 29);
        CheckDeciles(CallUnits, nameof(CallUnits), 1, 1_300_000);
    }

    private static void CheckDeciles(IReadOnlyList<int> deciles, string name, int least, int most)
    {
        var ascends = deciles.Count == 11 && deciles[0] >= least && deciles[10] <= most;
        for (var i = 1; ascends && i < deciles.Count; i++) { ascends = deciles[i] >= deciles[i - 1]; }
        if (!ascends) { throw new ArgumentOutOfRangeException(name, string.Join(' ', deciles), $"Eleven ascending numbers from {least} to {most} are asked for."); }
    }
}
