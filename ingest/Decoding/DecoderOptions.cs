namespace Sluice.Ingest.Decoding;

/// <summary>Rules of the chain that changed at an epoch. Values are mainnet's; other clusters changed at other times.</summary>
public sealed class DecoderOptions
{
    /// <summary>Mainnet.</summary>
    public static DecoderOptions Default { get; } = new();

    /// <summary>
    /// First and last epoch of the stretch in which the leader's share changed from half of all fees to half of the base fees and
    /// all priority fees (SIMD-0096, February 2025). Within it either rule is accepted.
    /// </summary>
    public (ulong First, ulong Last) FullPriorityFee { get; init; } = (735, 750);

    /// <summary>
    /// First and last epoch of the stretch in which the default compute unit limit of builtin programs fell from 200,000 to 3,000
    /// (SIMD-0170, 2025). Within it either rule is accepted.
    /// </summary>
    public (ulong First, ulong Last) BuiltinLimit { get; init; } = (740, 900);
}
