using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sluice.Sinks;

namespace Sluice.Tests.Integration.Sinks.Http;

/// <summary>Whom the client believes.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly X509Certificate2 _authority;
    private readonly X509Certificate2 _server;

    public TlsTests()
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test authority", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        _authority = request.CreateSelfSigned(from, to);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var leaf = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        leaf.CertificateExtensions.Add(names.Build());
        using var signed = leaf.Create(_authority, from, to, [1, 2, 3, 4]);
        using var withKey = signed.CopyWithPrivateKey(key);
        _server = X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
        File.WriteAllText(_folder.Sub("ca.pem"), _authority.ExportCertificatePem());
    }

    public void Dispose()
    {
        _authority.Dispose();
        _server.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_certificate_of_the_named_authority_is_believed()
    {
        await using var server = await FakeServer.StartAsync(certificate: _server);
        await using var store = server.Connect($"?tls_ca={Uri.EscapeDataString(_folder.Sub("ca.pem"))}");
        Assert.Equal("1", await store.TextAsync("SELECT 1"));
    }

    [Fact]
    public async Task A_certificate_of_an_unknown_authority_stops_and_no_password_is_sent()
    {
        await using var server = await FakeServer.StartAsync(certificate: _server);
        await using var store = server.Connect();
        var e = await Assert.ThrowsAsync<ClickHouseException>(() => store.QueryAsync(new ClickHouseQuery("SELECT 1")));
        Assert.Equal(ClickHouseErrorKind.Stop, e.Kind);
        Assert.Contains("tls_ca", e.Message);
        Assert.Empty(server.Seen);
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_not_believed()
    {
        await using var server = await FakeServer.StartAsync(certificate: _server);
        await using var store = server.Connect($"?tls_ca={Uri.EscapeDataString(_folder.Sub("ca.pem"))}", server.Authority.Replace("127.0.0.1", "localhost"));
        var e = await Assert.ThrowsAsync<ClickHouseException>(() => store.QueryAsync(new ClickHouseQuery("SELECT 1")));
        Assert.Equal(ClickHouseErrorKind.Stop, e.Kind);
        Assert.Empty(server.Seen);
    }

    [Fact]
    public async Task Whoever_answers_is_believed_only_when_the_address_says_so()
    {
        await using var server = await FakeServer.StartAsync(certificate: _server);
        await using var store = server.Connect("?tls_verify=false");
        Assert.Equal("1", await store.TextAsync("SELECT 1"));
    }

    [Fact]
    public void A_certificate_file_that_is_none_is_named()
    {
        File.WriteAllText(_folder.Sub("empty.pem"), "nothing");
        foreach (var file in new[] { "absent.pem", "empty.pem" })
        {
            var e = Assert.Throws<StoreException>(() => OldServer.Connect($"https://u@h/d?tls_ca={Uri.EscapeDataString(_folder.Sub(file))}"));
            Assert.Contains(file, e.Message);
        }
    }
}
