using System.Globalization;
using System.Text.RegularExpressions;

namespace Sluice.Sinks.Http;

/// <summary>Where a ClickHouse server is: <c>http[s]://[user[:password]@]host[:port][,host2[:port]…]/database[?name=value&amp;…]</c>.</summary>
/// <remarks>
/// The query part holds <c>compress</c> (none, gzip), <c>tls_ca</c> (a PEM file), <c>tls_verify</c> (true, false) and any setting of
/// ClickHouse, which goes with every request. The text form never shows the password.
/// </remarks>
public sealed partial class HttpStoreAddress
{
    /// <summary>Ports of ClickHouse's HTTP interface, plain and over TLS.</summary>
    private const int PlainPort = 8123, TlsPort = 8443;

    /// <summary>What a setting must not be called: the request's own names.</summary>
    private static readonly string[] Reserved =
        ["user", "password", "query", "database", "default_format", "format", "query_id", "session_id", "readonly", "role", "quota_key"];

    private HttpStoreAddress()
    {
    }

    /// <summary>True for https.</summary>
    public bool IsTls { get; private init; }

    /// <summary>Servers in the order of preference; at least one.</summary>
    public IReadOnlyList<(string Host, int Port)> Hosts { get; private init; } = [];

    public string User { get; private init; } = "default";

    /// <summary>Empty when there is none.</summary>
    public string Password { get; private init; } = "";

    /// <summary>Letters, digits and underscores.</summary>
    public string Database { get; private init; } = "";

    /// <summary>Settings of ClickHouse that go with every request, by name.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; private init; } = new Dictionary<string, string>();

    /// <summary>
    /// True when bodies travel with gzip. Rows are mostly base58 text, which it makes 1.6 to 1.9 times smaller at 120 to 200 MB/s of one core:
    /// that pays on connections below about 1 Gbit/s, so it is off unless the address asks for it.
    /// </summary>
    public bool IsCompressed { get; private init; }

    /// <summary>False only when the address says so: whoever answers is then believed.</summary>
    public bool TlsVerify { get; private init; } = true;

    /// <summary>PEM file of the authority that signed the servers' certificates; null for those that the system trusts.</summary>
    public string? TlsAuthorityFile { get; private init; }

    /// <summary>True when a text is meant as a server's address, also a wrong one.</summary>
    public static bool IsAddress(string text) =>
        text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads an address.</summary>
    /// <param name="text">The address.</param>
    /// <param name="password">Password for an address that has none, such as from the environment.</param>
    /// <exception cref="StoreException">The address is wrong; the message is one line and shows no password.</exception>
    public static HttpStoreAddress Parse(string text, string? password = null)
    {
        var tls = text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        if (!IsAddress(text)) { throw Wrong("it begins with http:// or https://"); }
        var rest = text[(tls ? 8 : 7)..];
        if (rest.Contains('#')) { throw Wrong("'#' must be written %23"); }
        var question = rest.IndexOf('?');
        var query = question < 0 ? "" : rest[(question + 1)..];
        if (question >= 0) { rest = rest[..question]; }
        var slash = rest.IndexOf('/');
        var authority = slash < 0 ? rest : rest[..slash];
        var database = slash < 0 ? "" : Decode(rest[(slash + 1)..].TrimEnd('/'));

        var at = authority.LastIndexOf('@');
        var (user, ownPassword) = at < 0 ? ("default", null) : Credentials(authority[..at]);
        var hosts = authority[(at + 1)..].Split(',').Select(h => Host(h.Trim(), tls ? TlsPort : PlainPort)).ToArray();
        if (database.Length == 0) { throw Wrong("the database is missing: http://host:8123/database"); }
        if (!DatabaseName().IsMatch(database)) { throw Wrong($"database '{database}' is not made of letters, digits and underscores"); }

        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        var (compressed, verify, authorityFile) = (false, true, (string?)null);
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=');
            var name = Decode(equals < 0 ? pair : pair[..equals]);
            var value = equals < 0 ? "" : Decode(pair[(equals + 1)..]);
            if (Reserved.Contains(name) || name.StartsWith("param_", StringComparison.Ordinal))
            {
                throw Wrong($"'{name}' cannot be set in it{(name is "user" or "password" ? ": write http://user@host and give the password in SLUICE_STORE_PASSWORD" : "")}");
            }

            switch (name)
            {
                case "compress":
                    compressed = value switch
                    {
                        "none" => false,
                        "gzip" => true,
                        _ => throw Wrong("compress is none or gzip"),
                    };
                    break;
                case "tls_verify":
                    verify = value switch
                    {
                        "true" or "1" => true,
                        "false" or "0" => false,
                        _ => throw Wrong("tls_verify is true or false"),
                    };
                    break;
                case "tls_ca":
                    authorityFile = value;
                    break;
                default:
                    if (!SettingName().IsMatch(name)) { throw Wrong($"'{name}' is not the name of a setting"); }
                    settings[name] = value;
                    break;
            }
        }

        if (!tls && (authorityFile is not null || !verify)) { throw Wrong("tls_ca and tls_verify need https://"); }
        return new HttpStoreAddress
        {
            IsTls = tls,
            Hosts = hosts,
            User = user,
            Password = ownPassword ?? password ?? "",
            Database = database,
            Settings = settings,
            IsCompressed = compressed,
            TlsVerify = verify,
            TlsAuthorityFile = authorityFile,
        };
    }

    /// <summary>The address without password and settings.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(IsTls ? "https" : "http")}://{Uri.EscapeDataString(User)}@{string.Join(',', Hosts.Select(h => $"{h.Host}:{h.Port}"))}/{Database}");

    private static (string User, string? Password) Credentials(string text)
    {
        var colon = text.IndexOf(':');
        var user = Decode(colon < 0 ? text : text[..colon]);
        if (user.Length == 0) { throw Wrong("the user before '@' is empty"); }
        return (user, colon < 0 ? null : Decode(text[(colon + 1)..]));
    }

    private static (string Host, int Port) Host(string text, int defaultPort)
    {
        var bracket = text.LastIndexOf(']');
        var colon = text.IndexOf(':', Math.Max(0, bracket));
        var host = colon < 0 ? text : text[..colon];
        var port = defaultPort;
        if (colon >= 0 && (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65_535))
        {
            throw Wrong($"'{text[(colon + 1)..]}' is not a port (an IPv6 address stands in brackets)");
        }

        var kind = Uri.CheckHostName(host.Trim('[', ']'));
        if (kind == UriHostNameType.Unknown) { throw Wrong(host.Length == 0 ? "a host is missing" : $"'{host}' is not a host"); }
        if (kind == UriHostNameType.IPv6 && !host.StartsWith('[')) { throw Wrong("an IPv6 address stands in brackets"); }
        return (host, port);
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text);

    private static StoreException Wrong(string what) => new($"The store's address is wrong: {what}.");

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]{0,63}$", RegexOptions.CultureInvariant)]
    private static partial Regex DatabaseName();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_.]{0,99}$", RegexOptions.CultureInvariant)]
    private static partial Regex SettingName();
}
