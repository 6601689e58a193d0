using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sluice.Sinks.Http;

/// <summary>Makes the client that carries requests.</summary>
internal static class HttpTransport
{
    /// <summary>Shorter than any server keeps an idle connection (ClickHouse: 3 s and more), so that a request seldom meets one that is being closed.</summary>
    private static readonly TimeSpan KeepIdle = TimeSpan.FromSeconds(2);

    public static HttpClient Create(HttpClickHouseOptions options)
    {
        var address = options.Address;
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = options.ConnectTimeout,
            PooledConnectionIdleTimeout = KeepIdle,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10), // a name may come to mean another address
            AutomaticDecompression = DecompressionMethods.GZip,
            AllowAutoRedirect = false, // the password goes where the address says, and nowhere else
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
        };
        if (address.IsTls) { handler.SslOptions = Tls(address); }
        var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.Add("X-ClickHouse-User", Header(address.User, "user"));
        if (address.Password.Length > 0) { client.DefaultRequestHeaders.Add("X-ClickHouse-Key", Header(address.Password, "password")); }
        client.DefaultRequestHeaders.UserAgent.ParseAdd("sluice");
        return client;
    }

    private static SslClientAuthenticationOptions Tls(HttpStoreAddress address)
    {
        var tls = new SslClientAuthenticationOptions();
        if (!address.TlsVerify)
        {
#pragma warning disable CA5359 // asked for by name in the address
            tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (address.TlsAuthorityFile is { } file)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            try
            {
                policy.CustomTrustStore.ImportFromPemFile(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
            {
                throw new StoreException($"tls_ca names {file}, which cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
            }

            if (policy.CustomTrustStore.Count == 0) { throw new StoreException($"tls_ca names {file}, which holds no certificate in PEM form."); }
            tls.CertificateChainPolicy = policy;
        }

        return tls;
    }

    private static string Header(string value, string what) => value.All(c => c is >= ' ' and < '\x7f')
        ? value
        : throw new StoreException($"The store's {what} has characters that a request cannot carry: use letters, digits and punctuation of ASCII.");
}
