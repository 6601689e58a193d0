namespace Sluice.Lab.Venues.Ranges;

/// <summary>A tick at which liquidity begins or ends.</summary>
internal struct RangeTick
{
    public int Index;

    /// <summary>Square-root price of the tick.</summary>
    public UInt128 Price;

    /// <summary>Liquidity that comes when the price rises through the tick; negative where it goes.</summary>
    public Int128 Net;

    /// <summary>Liquidity of all positions that begin or end here; the tick is forgotten at zero.</summary>
    public UInt128 Gross;

    /// <summary>Growth of fees on the other side of the tick than the price.</summary>
    public UInt128 OutsideA, OutsideB;
}
