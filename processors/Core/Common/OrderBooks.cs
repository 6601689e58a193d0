namespace Sluice.Processors.Core.Common;

/// <summary>Venues whose trades settle by an account's balance at the venue, so that what arrives may differ from what was matched.</summary>
internal static class OrderBooks
{
    /// <summary>True for an order book's venue name, whatever its version.</summary>
    public static bool Includes(string venue) => venue.Length > 0 && venue[0] switch
    {
        's' => venue.StartsWith("serum", StringComparison.Ordinal),
        'o' => venue.StartsWith("openbook", StringComparison.Ordinal),
        'p' => venue.StartsWith("phoenix", StringComparison.Ordinal),
        'm' => venue.StartsWith("manifest", StringComparison.Ordinal),
        _ => false,
    };
}
