namespace Sluice.Schemas.Chain;

/// <summary>Keys and numbers of the chain that every part knows. Venues and their programs are data in ingest/Venues.</summary>
public static class WellKnown
{
    /// <summary>Slots of a mainnet epoch (no warm-up).</summary>
    public const ulong SlotsPerEpoch = 432_000;

    /// <summary>Consecutive slots of one leader's turn.</summary>
    public const ulong SlotsPerLeaderGroup = 4;

    /// <summary>Wrapped SOL; stands for native SOL too wherever amounts of both are added up.</summary>
    public static readonly Pubkey WrappedSol = Pubkey.Parse("So11111111111111111111111111111111111111112");

    /// <summary>USDC, 6 decimals.</summary>
    public static readonly Pubkey Usdc = Pubkey.Parse("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v");

    /// <summary>USDT, 6 decimals.</summary>
    public static readonly Pubkey Usdt = Pubkey.Parse("Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB");
}
