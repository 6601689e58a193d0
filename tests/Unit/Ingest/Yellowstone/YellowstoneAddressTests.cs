using Sluice.Ingest.Yellowstone;

namespace Sluice.Tests.Unit.Ingest.Yellowstone;

public sealed class YellowstoneAddressTests
{
    [Theory]
    [InlineData("https://node.example:10000", null, "https://node.example:10000/", null, "node.example:10000")]
    [InlineData("https://node.example", "abc", "https://node.example/", "abc", "node.example")]
    [InlineData("https://abc@node.example:443/", "other", "https://node.example/", "abc", "node.example")]
    [InlineData("https://:a%2Bc@node.example:10000", null, "https://node.example:10000/", "a+c", "node.example:10000")]
    [InlineData("http://127.0.0.1:10000", "", "http://127.0.0.1:10000/", null, "127.0.0.1:10000")]
    [InlineData("http://node.example:10000#plain", null, "http://node.example:10000/", null, "node.example:10000")]
    public void Addresses_are_read(string text, string? environment, string url, string? token, string shown)
    {
        Assert.True(YellowstoneAddress.TryParse(text, environment, out var address, out var wrong), wrong);
        Assert.Equal((url, token, shown), (address!.Url.ToString(), address.Token, address.Shown));
        Assert.DoesNotContain(token ?? "?", address.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "is asked for")]
    [InlineData("", "is asked for")]
    [InlineData("node.example:10000", "is asked for")]
    [InlineData("wss://node.example", "is asked for")]
    [InlineData("https://node.example/k3y", "neither path nor query")]
    [InlineData("https://node.example?token=k3y", "neither path nor query")]
    [InlineData("https://node.example#weight=3", "#plain")]
    [InlineData("http://node.example:10000", "without TLS")]
    [InlineData("https://k3y%0a@node.example", "character")]
    public void What_is_no_address_is_told_without_repeating_it(string? text, string said)
    {
        Assert.False(YellowstoneAddress.TryParse(text, null, out var address, out var wrong));
        Assert.Null(address);
        Assert.Contains(said, wrong, StringComparison.Ordinal);
        Assert.DoesNotContain("k3y", wrong, StringComparison.Ordinal);
    }
}
