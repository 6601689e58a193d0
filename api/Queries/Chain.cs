namespace Sluice.Api.Queries;

/// <summary>Constants of mainnet.</summary>
internal static class Chain
{
    /// <summary>Slots of an epoch, without warm-up; tables are partitioned by it.</summary>
    public const ulong SlotsPerEpoch = 432_000;

    /// <summary>Mint under which SOL and wSOL are counted together.</summary>
    public const string SolMint = "So11111111111111111111111111111111111111112";
}
