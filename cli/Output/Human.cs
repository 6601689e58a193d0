using System.Globalization;
using Sluice.Schemas.Chain;

namespace Sluice.Cli.Output;

/// <summary>Numbers as a person reads them, always with their unit.</summary>
internal static class Human
{
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Sol(UInt128 lamports) => Sol((Int128)lamports);

    /// <summary>Lamports as SOL with nine decimals at most, computed in integers.</summary>
    public static string Sol(Int128 lamports) => Amount(lamports, 9) + " SOL";

    /// <summary>Base units divided by 10^decimals, trailing zeros left out.</summary>
    public static string Amount(Int128 units, int decimals)
    {
        var negative = units < 0;
        var magnitude = (UInt128)(negative ? -units : units);
        UInt128 scale = 1;
        for (var i = 0; i < decimals; i++) { scale *= 10; }
        var whole = (magnitude / scale).ToString("N0", CultureInfo.InvariantCulture);
        var fraction = (magnitude % scale).ToString(CultureInfo.InvariantCulture).PadLeft(decimals, '0').TrimEnd('0');
        return (negative ? "-" : "") + whole + (fraction.Length == 0 ? "" : "." + fraction);
    }

    /// <summary>An amount of a well-known token in its own unit, of any other in base units with the mint.</summary>
    public static string Token(in Pubkey mint, Int128 units) =>
        mint == WellKnown.WrappedSol ? Sol(units)
        : mint == WellKnown.Usdc ? Amount(units, 6) + " USDC"
        : mint == WellKnown.Usdt ? Amount(units, 6) + " USDT"
        : units.ToString("N0", CultureInfo.InvariantCulture) + " base units of " + Short(mint.ToString());

    public static string Short(string key) => key.Length <= 12 ? key : key[..6] + "…" + key[^4..];

    public static string Bytes(long value) => value switch
    {
        >= 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{value / (double)(1L << 30):0.00} GiB"),
        >= 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{value / (double)(1L << 20):0.0} MiB"),
        >= 1L << 10 => string.Create(CultureInfo.InvariantCulture, $"{value / (double)(1L << 10):0.0} KiB"),
        _ => $"{value} B",
    };

    public static string Percent(double share) => (share * 100).ToString("0.00", CultureInfo.InvariantCulture) + " %";
}
