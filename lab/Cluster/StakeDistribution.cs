using Sluice.Lab.Chain;

namespace Sluice.Lab.Cluster;

/// <summary>How stake, commissions and versions are spread over validators.</summary>
/// <remarks>
/// Counted on mainnet's validators of 2 November 2025 (iGroza/Solana-Validator-IP-Geolocation); MEV commissions on those of
/// epoch 796 (June 2025, snapshot in marinade-finance/ds-sam) whose inflation commission is below 100 %.
/// </remarks>
internal static class StakeDistribution
{
    private const ulong LamportsPerSol = 1_000_000_000;

    /// <summary>Rank by stake, and SOL at that rank. The twenty largest hold a third of all, the fifty largest half.</summary>
    private static readonly (int Rank, ulong Sol)[] Ranks =
    [
        (1, 14_188_220), (5, 8_494_843), (10, 6_449_014), (20, 3_790_402), (50, 2_013_816), (100, 884_103),
        (200, 304_214), (400, 160_760), (600, 74_048), (800, 18_801), (895, 100),
    ];

    private static readonly (byte Percent, int Count)[] Commissions =
        [(0, 432), (5, 274), (100, 85), (10, 25), (8, 15), (7, 13), (2, 13), (1, 11), (4, 10), (3, 7)];

    private static readonly (ushort Bps, int Count)[] MevCommissions =
        [(1_000, 476), (0, 283), (800, 109), (500, 38), (700, 16), (200, 9), (900, 8), (5_000, 4), (300, 4)];

    /// <summary>Versions as gossip shows them; those that begin with "0." are Firedancer's.</summary>
    private static readonly (string Version, int Count)[] Versions =
    [
        ("3.0.6", 288), ("0.712.30006", 201), ("3.0.7", 184), ("3.0.8", 145), ("2.3.6", 24), ("3.1.0", 8), ("2.3.13", 7), ("0.708.20306", 7),
    ];

    /// <summary>Lamports staked with the validator of that rank (0 is the largest), within 5 % of mainnet's at that rank.</summary>
    public static ulong StakeOf(int rank, int validators, Prng random)
    {
        var scaled = 1_000 + (long)(894_000L * rank / Math.Max(1, validators - 1)); // thousandths of a rank of 895
        var next = 1;
        while (next < Ranks.Length - 1 && Ranks[next].Rank * 1_000L < scaled) { next++; }
        var (low, high) = (Ranks[next - 1], Ranks[next]);
        var width = (UInt128)((high.Rank - low.Rank) * 1_000L);
        var into = (UInt128)(scaled - (low.Rank * 1_000L));
        var lamports = (ulong)(((low.Sol * (width - into)) + (high.Sol * into)) * LamportsPerSol / width);
        return lamports / 1_000 * random.Range(950, 1_050);
    }

    /// <summary>Share of inflation rewards that a validator keeps, in percent.</summary>
    public static byte Commission(Prng random) => Draw(random, Commissions);

    /// <summary>Share of tips that a validator keeps, in hundredths of a percent: all of it where it also keeps all of inflation.</summary>
    public static ushort MevCommission(Prng random, byte commission)
    {
        var drawn = Draw(random, MevCommissions);
        return commission == 100 ? (ushort)10_000 : drawn;
    }

    public static string Version(Prng random) => Draw(random, Versions);

    private static T Draw<T>(Prng random, (T Value, int Count)[] table)
    {
        var sum = 0;
        foreach (var (_, count) in table) { sum += count; }
        var draw = random.Below(sum);
        foreach (var (value, count) in table)
        {
            if (draw < count) { return value; }
            draw -= count;
        }

        return table[^1].Value;
    }
}
