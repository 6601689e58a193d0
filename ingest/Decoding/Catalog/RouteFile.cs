namespace Sluice.Ingest.Decoding.Catalog;

/// <summary>An instruction by which an aggregator takes a route, and where its arguments stand.</summary>
/// <remarks>Offsets count from the first byte after the discriminator; a negative one from the end, for arguments behind a plan of any length.</remarks>
internal sealed class RouteFile
{
    public required string Name { get; init; }

    /// <summary>First bytes of the instruction data, hex.</summary>
    public required string Data { get; init; }

    /// <summary>True when the amount out is fixed and the amount in is quoted.</summary>
    public bool ExactOut { get; init; }

    /// <summary>Offset of the fixed amount, u64; absent where the instruction takes what an account holds.</summary>
    public int? Amount { get; init; }

    /// <summary>Offset of the quoted other amount, u64.</summary>
    public required int Quoted { get; init; }

    /// <summary>Offset of the slippage tolerance in basis points, u16.</summary>
    public required int SlippageBps { get; init; }

    /// <summary>Offset of the platform's fee in basis points.</summary>
    public required int PlatformFeeBps { get; init; }

    /// <summary>Bytes of the platform's fee, 1 or 2.</summary>
    public int PlatformFeeBytes { get; init; } = 2;
}
