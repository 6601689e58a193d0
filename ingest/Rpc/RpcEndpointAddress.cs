using System.Globalization;

namespace Sluice.Ingest.Rpc;

/// <summary>Where a Solana node answers JSON-RPC, and how large a part of the requests it gets.</summary>
/// <param name="Url">http or https. A key may stand in path or query; it is sent, and never shown.</param>
/// <param name="Weight">1 to 1,000: an endpoint of weight 3 gets three times the requests of one of weight 1.</param>
public sealed record RpcEndpointAddress(Uri Url, int Weight = 1)
{
    private const string WeightKey = "weight=";

    /// <summary>Reads <c>URL</c> or <c>URL#weight=3</c>; what follows # is ours and not sent.</summary>
    /// <param name="text">The address.</param>
    /// <param name="address">Null where the text is no address.</param>
    /// <param name="wrong">What is wrong and what to write, without the text itself, which may hold a key.</param>
    public static bool TryParse(string? text, out RpcEndpointAddress? address, out string wrong)
    {
        (address, wrong) = (null, "an address such as https://api.mainnet-beta.solana.com or http://127.0.0.1:8899 is asked for");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")) { return false; }
        var weight = 1;
        var fragment = url.Fragment.TrimStart('#');
        if (fragment.Length > 0 && (!fragment.StartsWith(WeightKey, StringComparison.Ordinal)
            || !int.TryParse(fragment.AsSpan(WeightKey.Length), NumberStyles.None, CultureInfo.InvariantCulture, out weight) || weight is < 1 or > 1_000))
        {
            wrong = "after # only weight=1 to weight=1000 may stand";
            return false;
        }

        address = new RpcEndpointAddress(new UriBuilder(url) { Fragment = "" }.Uri, weight);
        return true;
    }

    /// <summary>Host and port: what may be shown of the address.</summary>
    public string Shown => Url.IsDefaultPort ? Url.Host : string.Create(CultureInfo.InvariantCulture, $"{Url.Host}:{Url.Port}");
}
