namespace Sluice.Lab.Venues;

/// <summary>A swap that a transaction carried out.</summary>
/// <param name="Pool">Where.</param>
/// <param name="User">Owner of the token accounts.</param>
/// <param name="AmountIn">Base units that left the trader's account, all fees of the venue with them.</param>
/// <param name="AmountOut">Base units that reached the trader's account.</param>
/// <param name="Asked">The swap as it can be done again from another state.</param>
/// <param name="Before">Reserves that made the price before it.</param>
/// <param name="After">Those after it.</param>
internal readonly record struct DoneSwap(
    Pool Pool, int User, ulong AmountIn, ulong AmountOut, Replayed Asked, (ulong A, ulong B) Before, (ulong A, ulong B) After)
{
    /// <summary>By how much what was bought got dearer, in basis points of its price before; rounded down.</summary>
    public int Bps
    {
        get
        {
            var (more, less) = AToB ? ((UInt128)After.A * Before.B, (UInt128)Before.A * After.B) : ((UInt128)After.B * Before.A, (UInt128)Before.B * After.A);
            return more <= less || less < 10_000 ? 0 : (int)UInt128.Min(int.MaxValue, (more - less) / (less / 10_000));
        }
    }

    public bool AToB => Asked.AToB;

    public Chain.Mint MintIn => Pool.MintIn(AToB);

    public Chain.Mint MintOut => Pool.MintOut(AToB);
}
