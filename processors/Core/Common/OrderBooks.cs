namespace Sluice.Processors.Core.Common;

/// <summary>Venues whose trades settle by an account's balance at the venue, so that what arrives may differ from what was matched.</summary>
internal static class OrderBooks
{
    private static readonly string[] Prefixes = ["serum", "openbook", "phoenix", "manifest"];

    /// <summary>True for an order book's venue name, whatever its version.</summary>
    public static bool Includes(string venue)
    {
        if (venue.Length == 0 || venue[0] is not ('s' or 'o' or 'p' or 'm')) { return false; }
        foreach (var prefix in Prefixes)
        {
            if (venue.StartsWith(prefix, StringComparison.Ordinal)) { return true; }
        }

        return false;
    }
}
