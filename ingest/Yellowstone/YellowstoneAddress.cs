using System.Globalization;

namespace Sluice.Ingest.Yellowstone;

/// <summary>Where a node's Yellowstone gRPC is, and the token that it asks for.</summary>
public sealed class YellowstoneAddress
{
    private const string PlainMark = "#plain";

    private YellowstoneAddress(Uri url, string? token) => (Url, Token) = (url, token);

    /// <summary>Scheme, host and port.</summary>
    public Uri Url { get; }

    /// <summary>Sent as x-token, and never shown.</summary>
    internal string? Token { get; }

    /// <summary>Host and port: what may be shown of the address.</summary>
    public string Shown => Url.IsDefaultPort ? Url.Host : string.Create(CultureInfo.InvariantCulture, $"{Url.Host}:{Url.Port}");

    /// <summary>Reads <c>https://host:port</c>, <c>https://TOKEN@host:port</c> or, without TLS, <c>http://127.0.0.1:port</c> and <c>http://host:port#plain</c>.</summary>
    /// <param name="text">The address.</param>
    /// <param name="token">The token where the address has none; null or empty for none.</param>
    /// <param name="address">Null where the text is no address.</param>
    /// <param name="wrong">What is wrong and what to write, without the text itself, which may hold a token.</param>
    public static bool TryParse(string? text, string? token, out YellowstoneAddress? address, out string wrong)
    {
        (address, wrong) = (null, "an address such as https://host:10000 is asked for");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0) { return false; }
        if (url.AbsolutePath != "/" || url.Query.Length > 0)
        {
            wrong = "gRPC has neither path nor query: give the token in SLUICE_GRPC_TOKEN or as https://TOKEN@host:port";
            return false;
        }

        if (url.Fragment is not ("" or PlainMark))
        {
            wrong = $"after the address only {PlainMark} may stand";
            return false;
        }

        if (url.Scheme == "http" && url.Fragment != PlainMark && !url.IsLoopback)
        {
            wrong = $"without TLS the token and the blocks can be read and changed on the way: write https://, or {PlainMark} behind the address where the network is yours";
            return false;
        }

        var given = Uri.UnescapeDataString(url.UserInfo.Trim(':'));
        if (given.Length == 0) { given = token ?? ""; }
        if (given.Any(c => c is <= ' ' or > '~'))
        {
            wrong = "the token has a character that a header cannot hold";
            return false;
        }

        var plain = new UriBuilder(url.Scheme, url.Host, url.Port).Uri;
        address = new YellowstoneAddress(plain, given.Length == 0 ? null : given);
        return true;
    }
}
