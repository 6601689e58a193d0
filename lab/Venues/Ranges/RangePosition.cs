namespace Sluice.Lab.Venues.Ranges;

/// <summary>Liquidity of one owner between two ticks, and the fees that it has earned.</summary>
internal sealed class RangePosition
{
    /// <summary>The account that names the position.</summary>
    public required int Account { get; init; }

    /// <summary>First tick that it covers, and the first that it does not.</summary>
    public required int Lower { get; init; }

    public required int Upper { get; init; }

    /// <summary>Liquidity as the program counts it.</summary>
    public UInt128 Liquidity { get; set; }

    /// <summary>Fees earned and not yet paid out, base units.</summary>
    public ulong OwedA { get; set; }

    public ulong OwedB { get; set; }

    /// <summary>Growth of fees inside the range when <see cref="OwedA"/> and <see cref="OwedB"/> were last brought up to date.</summary>
    public UInt128 SeenA { get; set; }

    public UInt128 SeenB { get; set; }
}
