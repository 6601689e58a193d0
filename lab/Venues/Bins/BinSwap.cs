namespace Sluice.Lab.Venues.Bins;

/// <summary>What one swap did to a pool of bins.</summary>
internal struct BinSwap
{
    /// <summary>What the trader received; base units.</summary>
    public ulong AmountOut;

    /// <summary>The fee, of the token that came in, and the protocol's part of it.</summary>
    public ulong Fee, Protocol;

    /// <summary>Bins of the price before and after.</summary>
    public int Start, End;

    /// <summary>Fee rate in the last bin, billionths.</summary>
    public ulong Rate;

    /// <summary>Whether all of the amount could be traded.</summary>
    public bool IsFilled;
}
