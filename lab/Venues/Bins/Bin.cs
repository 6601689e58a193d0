namespace Sluice.Lab.Venues.Bins;

/// <summary>Both tokens at one price.</summary>
internal struct Bin
{
    /// <summary>Base units that lie in it, fees not among them.</summary>
    public ulong X, Y;

    /// <summary>Price with 64 binary places; zero until it is needed.</summary>
    public UInt128 Price;

    /// <summary>Shares of all who provide for it, with 64 binary places.</summary>
    public UInt128 Supply;

    /// <summary>Fees per share since the beginning, 64 binary places.</summary>
    public UInt128 GrowthX, GrowthY;
}
