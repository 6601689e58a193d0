using Sluice.Sinks;
using Sluice.Sinks.Http;

namespace Sluice.Tests.Unit.Sinks.Http;

public sealed class HttpStoreAddressTests
{
    [Fact]
    public void An_address_says_hosts_user_database_and_settings()
    {
        var a = HttpStoreAddress.Parse("https://ann%40x:p%3Aw@one,two:9443,[::1]:1/db_1?compress=gzip&tls_verify=false&insert_quorum=2&max_threads=4", "other");
        Assert.Equal([("one", 8443), ("two", 9443), ("[::1]", 1)], a.Hosts);
        Assert.Equal(("ann@x", "p:w", "db_1"), (a.User, a.Password, a.Database));
        Assert.Equal((true, false, true), (a.IsTls, a.TlsVerify, a.IsCompressed));
        Assert.Equal(["insert_quorum=2", "max_threads=4"], a.Settings.Select(s => $"{s.Key}={s.Value}"));

        var b = HttpStoreAddress.Parse("http://localhost/sluice/", "from-elsewhere");
        Assert.Equal([("localhost", 8123)], b.Hosts);
        Assert.Equal(("default", "from-elsewhere"), (b.User, b.Password));
        Assert.Equal((false, true, false), (b.IsTls, b.TlsVerify, b.IsCompressed));
        Assert.Equal("/certs/ca.pem", HttpStoreAddress.Parse("https://h/d?tls_ca=/certs/ca.pem").TlsAuthorityFile);
    }

    [Fact]
    public void No_text_form_shows_the_password()
    {
        var address = HttpStoreAddress.Parse("http://ann:s3cret@h:1,i/d?max_threads=1");
        Assert.Equal("http://ann@h:1,i:8123/d", address.ToString());
        Assert.Equal("http://ann@h:1,i:8123/d", new StoreSelection("http://ann:s3cret@h:1,i/d") { Password = "other" }.Shown);
    }

    [Theory]
    [InlineData("http://h", "database is missing")]
    [InlineData("http://h/", "database is missing")]
    [InlineData("http:///d", "host is missing")]
    [InlineData("http://h,,i/d", "host is missing")]
    [InlineData("http://h:0/d", "not a port")]
    [InlineData("http://h:70000/d", "not a port")]
    [InlineData("http://h:abc/d", "not a port")]
    [InlineData("http://::1/d", "brackets")]
    [InlineData("http://h h/d", "not a host")]
    [InlineData("http://@h/d", "user")]
    [InlineData("http://h/d-e", "letters, digits and underscores")]
    [InlineData("http://h/d/e", "letters, digits and underscores")]
    [InlineData("http://h/d?compress=zip", "none or gzip")]
    [InlineData("http://h/d?tls_verify=no", "tls_verify")]
    [InlineData("http://h/d?tls_verify=false", "https")]
    [InlineData("http://h/d?tls_ca=x", "https")]
    [InlineData("http://h/d?password=s3cret", "SLUICE_STORE_PASSWORD")]
    [InlineData("http://h/d?readonly=0", "readonly")]
    [InlineData("http://h/d?param_a=1", "param_a")]
    [InlineData("http://h/d?a b=1", "not the name of a setting")]
    [InlineData("http://u:s3cret@h/d#x", "%23")]
    [InlineData("http://u:s3cret@h:x/d", "not a port")]
    public void What_is_wrong_is_said_in_one_line_without_the_password(string text, string part)
    {
        var e = Assert.Throws<StoreException>(() => HttpStoreAddress.Parse(text, "s3cret"));
        Assert.Contains(part, e.Message);
        Assert.DoesNotContain("s3cret", e.ToString());
        Assert.DoesNotContain('\n', e.Message);
        Assert.Equal(e.Message, StoreOpener.Check(new StoreSelection(text)));
    }

    [Theory]
    [InlineData("./data", null, null)]
    [InlineData("http://h/d", "main-1", null)]
    [InlineData("./data", "main", "a cluster needs a server")]
    [InlineData("http://h/d", "a`b", "not the name of a cluster")]
    [InlineData("", null, "missing")]
    public void A_selection_is_checked_before_anything_is_opened(string store, string? cluster, string? part)
    {
        var wrong = StoreOpener.Check(new StoreSelection(store) { Cluster = cluster });
        if (part is null) { Assert.Null(wrong); }
        else { Assert.Contains(part, wrong); }
    }
}
