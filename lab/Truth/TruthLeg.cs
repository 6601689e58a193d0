using Sluice.Schemas.Chain;

namespace Sluice.Lab;

/// <summary>One step of what was planted, in the order of execution.</summary>
/// <param name="Role">What it does.</param>
/// <param name="Slot">Slot of its block.</param>
/// <param name="Index">Position of its transaction in the block, votes counted.</param>
/// <param name="Signature">The transaction's first signature.</param>
/// <param name="Signer">Who paid and signed.</param>
/// <param name="Pool">Pool that was traded, provided or left; null for hand-overs and liquidations.</param>
/// <param name="MintIn">What the wallet gave; null where nothing.</param>
/// <param name="AmountIn">Base units that left the wallet.</param>
/// <param name="MintOut">What the wallet got; null where nothing.</param>
/// <param name="AmountOut">Base units that reached the wallet, transfer fees taken off.</param>
public sealed record TruthLeg(
    TruthRole Role, ulong Slot, int Index, Signature Signature, Pubkey Signer, Pubkey? Pool, Pubkey? MintIn, ulong AmountIn, Pubkey? MintOut, ulong AmountOut);

/// <summary>Who lost by a sandwich, and how much.</summary>
/// <param name="Signature">The victim's transaction.</param>
/// <param name="Owner">The victim's wallet.</param>
/// <param name="MintOut">What the victim bought.</param>
/// <param name="AmountOut">Base units that the victim got.</param>
/// <param name="AmountOutWithout">
/// Base units that the same swap would have given, had the attacker's legs before it not been there and everybody else's been: the pool's own
/// arithmetic from its state before the first front-run. Null where the pool's state is not kept.
/// </param>
public sealed record TruthVictim(Signature Signature, Pubkey Owner, Pubkey MintOut, ulong AmountOut, ulong? AmountOutWithout)
{
    /// <summary>Base units of <see cref="MintOut"/>; null where unknown.</summary>
    public Int128? Loss => AmountOutWithout is { } without ? (Int128)without - AmountOut : null;
}

/// <summary>What a liquidation took and paid.</summary>
/// <param name="Obligation">The borrower's account.</param>
/// <param name="RepayMint">Mint of the debt.</param>
/// <param name="RepayAmount">Base units repaid.</param>
/// <param name="CollateralMint">Mint of what was seized.</param>
/// <param name="CollateralAmount">Base units that the liquidator got.</param>
public sealed record TruthLiquidation(Pubkey Obligation, Pubkey RepayMint, ulong RepayAmount, Pubkey CollateralMint, ulong CollateralAmount);
