namespace Sluice.Lab.Venues;

/// <summary>Venues of the simulation.</summary>
public enum VenueKind
{
    RaydiumAmmV4,
    RaydiumCpmm,
    RaydiumClmm,
    OrcaWhirlpool,
    MeteoraDlmm,
    MeteoraDammV2,
    PumpFun,
    PumpSwap,
}

/// <summary>Names of venues in the totals and the truth.</summary>
public static class VenueNames
{
    private static readonly string[] Names =
    [
        "raydium-amm-v4", "raydium-cpmm", "raydium-clmm", "orca-whirlpool",
        "meteora-dlmm", "meteora-damm-v2", "pumpfun", "pumpswap",
    ];

    /// <summary>How many venues there are.</summary>
    public static int Count => Names.Length;

    /// <summary>The name of a venue, such as <c>raydium-amm-v4</c>.</summary>
    public static string Of(VenueKind kind) => Names[(int)kind];
}
