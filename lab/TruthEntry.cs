using Sluice.Schemas.Chain;

namespace Sluice.Lab;

/// <summary>Whether a planted transaction is what a detector looks for, or only looks so.</summary>
public enum TruthKind
{
    Arbitrage,
    LookAlike,
    Sandwich,
}

/// <summary>One planted transaction, or sandwich, and everything known about it.</summary>
/// <param name="Id">Name of the entry in its run: <c>arbitrage-17</c>, <c>look-alike-4</c>, <c>sandwich-9</c>.</param>
/// <param name="Kind">Arbitrage, look-alike or sandwich.</param>
/// <param name="Class">
/// Of arbitrages cyclic, cross-pair, stable or long-tail; of sandwiches classic, wide_block or multi_slot; of look-alikes what it really is.
/// </param>
/// <param name="Slot">Slot of the block; of a sandwich, that of its first victim.</param>
/// <param name="Index">Position in the block, votes counted; of a sandwich, its first victim's.</param>
/// <param name="Signature">The transaction's first signature; of a sandwich, its first victim's.</param>
/// <param name="Signer">Who paid and signed; of a sandwich, the attacker.</param>
/// <param name="Pools">Pools of the swaps, in the order of execution.</param>
/// <param name="Route">How the swaps were called: direct, program or jupiter.</param>
/// <param name="FlashLoan">Whether a flash loan brackets the swaps.</param>
/// <param name="ProfitMint">
/// Mint of the profit; for the stable class the mint that came out last, at par with the first. Null for look-alikes.
/// </param>
/// <param name="Gross">
/// Gain in base units of the profit mint, before fee and tip, after a flash loan's fee and without rent. Null for
/// look-alikes.
/// </param>
/// <param name="FeeLamports">The transaction's fee; of a sandwich, the attacker's.</param>
/// <param name="TipLamports">Lamports to Jito's tip accounts.</param>
/// <param name="Net">
/// Gross less fee and tip where the profit is in SOL; null elsewhere, since fee and tip are in lamports and the truth holds
/// no price.
/// </param>
public sealed record TruthEntry(
    string Id,
    TruthKind Kind,
    string Class,
    ulong Slot,
    int Index,
    Signature Signature,
    Pubkey Signer,
    IReadOnlyList<Pubkey> Pools,
    string Route,
    bool FlashLoan,
    Pubkey? ProfitMint,
    Int128? Gross,
    ulong FeeLamports,
    ulong TipLamports,
    Int128? Net);
