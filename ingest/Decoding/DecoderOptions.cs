using Sluice.Schemas.Chain;

namespace Sluice.Ingest.Decoding;

/// <summary>Rules of the chain that changed, by the slot of the change. Values are mainnet's; other clusters changed at other slots.</summary>
/// <remarks>Source: the activation slots of the features' accounts, as `solana feature status` shows them.</remarks>
public sealed class DecoderOptions
{
    /// <summary>Mainnet.</summary>
    public static DecoderOptions Default { get; } = new();

    /// <summary>
    /// First slot in which the leader gets half of the base fees and all priority fees rather than half of everything: feature
    /// reward_full_priority_fee (SIMD-0096), epoch 741, 12 February 2025.
    /// </summary>
    public ulong FullPriorityFeeFromSlot { get; init; } = 320_112_000;

    /// <summary>
    /// First slot in which an instruction of a builtin program counts 3,000 rather than 200,000 compute units towards the default
    /// limit: feature reserve_minimal_cus_for_builtin_instructions (SIMD-0170), epoch 758, March 2025.
    /// </summary>
    public ulong BuiltinLimitFromSlot { get; init; } = 327_456_000;

    /// <summary>
    /// First account of the range that asks Jito's block engine to place nothing before the transaction in its bundle: those that begin
    /// with jitodontfront. Source: Jito's documentation on sandwich mitigation; FixedLocally/sandwich-finder, addresses.
    /// </summary>
    public Pubkey DontFrontFirst { get; init; } = Pubkey.Parse("jitodontfront111111111111111111111111111111");

    /// <summary>First account beyond that range.</summary>
    public Pubkey DontFrontEnd { get; init; } = Pubkey.Parse("jitodontfronu111111111111111111111111111111");
}
