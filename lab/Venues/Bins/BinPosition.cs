namespace Sluice.Lab.Venues.Bins;

/// <summary>Shares of one owner in neighbouring bins, and the fees that they have earned.</summary>
internal sealed class BinPosition
{
    /// <summary>The account that names the position.</summary>
    public required int Account { get; init; }

    /// <summary>First and last bin.</summary>
    public required int Lower { get; init; }

    public required int Upper { get; init; }

    /// <summary>Shares in each bin, 64 binary places.</summary>
    public required UInt128[] Shares { get; init; }

    /// <summary>Growth of each bin's fees when they were last counted.</summary>
    public required (UInt128 X, UInt128 Y)[] Seen { get; init; }

    /// <summary>Fees earned and not yet paid out.</summary>
    public ulong OwedX { get; set; }

    public ulong OwedY { get; set; }

    /// <summary>A position without shares.</summary>
    public static BinPosition Of(int account, int lower, int upper) => new()
    {
        Account = account,
        Lower = lower,
        Upper = upper,
        Shares = new UInt128[upper - lower + 1],
        Seen = new (UInt128, UInt128)[upper - lower + 1],
    };
}
