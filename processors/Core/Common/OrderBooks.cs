namespace Sluice.Processors.Core.Common;

/// <summary>Venues whose trades settle by an account's balance at the venue, so that what arrives may differ from what was matched.</summary>
internal static class OrderBooks
{
    private static readonly string[] Prefixes = ["serum", "openbook", "phoenix", "manifest"];

    /// <summary>True for an order book's venue name, whatever its version.</summary>
    public static bool Includes(string venue)
    {
        foreach (var prefix in Prefixes)
        {
            if (venue.StartsWith(prefix, StringComparison.Ordinal)) { return true; }
        }

        return false;
    }
}
