namespace Sluice.Lab.Venues;

/// <summary>A swap that a transaction carried out.</summary>
/// <param name="Pool">Where.</param>
/// <param name="User">Owner of the token accounts.</param>
/// <param name="AmountIn">Base units that left the trader's account, all fees of the venue with them.</param>
/// <param name="AmountOut">Base units that reached the trader's account.</param>
/// <param name="Asked">The swap as it can be done again from another state.</param>
internal readonly record struct DoneSwap(Pool Pool, int User, ulong AmountIn, ulong AmountOut, Replayed Asked)
{
    public bool AToB => Asked.AToB;

    public Chain.Mint MintIn => Pool.MintIn(AToB);

    public Chain.Mint MintOut => Pool.MintOut(AToB);
}
