namespace Sluice.Lab.Venues.Ranges;

/// <summary>What one swap did to a pool of ranges.</summary>
internal struct RangeSwap
{
    /// <summary>What the trader paid, fee and all, and received; base units.</summary>
    public ulong AmountIn, AmountOut;

    /// <summary>The fee, of the token that came in, and the protocol's part of it.</summary>
    public ulong Fee, Protocol;

    /// <summary>Square-root prices before and after, 64 binary places.</summary>
    public UInt128 PriceBefore, PriceAfter;

    /// <summary>Liquidity and tick after.</summary>
    public UInt128 Liquidity;

    public int Tick;

    /// <summary>Ticks with liquidity that the price went through.</summary>
    public int Crossed;

    /// <summary>Whether all of the amount could be traded.</summary>
    public bool IsFilled;
}
