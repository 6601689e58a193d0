namespace Sluice.Streams.Formats.Registry;

/// <summary>A schema registry that speaks Confluent's REST API, and how it is asked.</summary>
public sealed record SchemaRegistryOptions
{
    /// <summary>Addresses of the same registry, without credentials; the next is asked when one does not answer.</summary>
    public required IReadOnlyList<Uri> Urls { get; init; }

    /// <summary>User of basic authentication, or null for none.</summary>
    public string? User { get; init; }

    public string Password { get; init; } = "";

    /// <summary>How long one request may take.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Requests before a call gives up, at least one an address.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>Pause after the first failed round of requests; each further one doubles it, up to <see cref="LongestPause"/>.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(200);

    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(5);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Takes addresses as people write them: <c>http://user:password@host:8081,http://other:8081</c>.</summary>
    /// <param name="urls">Separated by commas. Credentials in the first that has some count for all.</param>
    /// <param name="user">User where the addresses have none, from SLUICE_SCHEMA_REGISTRY_USER.</param>
    /// <param name="password">Its password, from SLUICE_SCHEMA_REGISTRY_PASSWORD.</param>
    /// <exception cref="FormatException">What is no address; the message says what is expected, and shows no credentials.</exception>
    public static SchemaRegistryOptions Parse(string urls, string? user = null, string? password = null)
    {
        var bare = new List<Uri>();
        string? foundUser = null, foundPassword = null;
        foreach (var text in urls.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
            {
                throw new FormatException($"the schema registry's address {Bare(text)} is none; write http://HOST:8081 or https://HOST");
            }

            if (url.UserInfo.Length > 0 && foundUser is null)
            {
                var colon = url.UserInfo.IndexOf(':');
                foundUser = Uri.UnescapeDataString(colon < 0 ? url.UserInfo : url.UserInfo[..colon]);
                foundPassword = colon < 0 ? null : Uri.UnescapeDataString(url.UserInfo[(colon + 1)..]);
            }

            // A path, as of a registry behind a proxy, is kept; requests go below it.
            bare.Add(new UriBuilder(url.Scheme, url.Host, url.Port, url.AbsolutePath.TrimEnd('/') + "/").Uri);
        }

        if (bare.Count == 0) { throw new FormatException("the schema registry has no address; write http://HOST:8081"); }
        return new SchemaRegistryOptions
        {
            Urls = bare,
            User = foundUser ?? (string.IsNullOrEmpty(user) ? null : user),
            Password = foundPassword ?? password ?? "",
        };
    }

    /// <summary>Shown in logs instead of the password.</summary>
    public override string ToString() => $"{string.Join(",", Urls)}{(User is null ? "" : $" as {User}")}";

    /// <summary>An address that could not be understood, without what may be credentials in it.</summary>
    private static string Bare(string text) => text.LastIndexOf('@') is >= 0 and var at ? "…" + text[at..] : text;
}
