namespace Sluice.Lab.Venues.Curves;

/// <summary>Liquidity of one owner in a pool of one range, and the fees that it has earned.</summary>
internal sealed class CurvePosition
{
    /// <summary>The account that names the position.</summary>
    public required int Account { get; init; }

    /// <summary>Liquidity with 64 binary places.</summary>
    public UInt128 Liquidity { get; set; }

    /// <summary>Fees earned and not yet paid out.</summary>
    public ulong OwedA { get; set; }

    public ulong OwedB { get; set; }

    /// <summary>Growth of fees when they were last counted.</summary>
    public UInt128 SeenA { get; set; }

    public UInt128 SeenB { get; set; }
}
