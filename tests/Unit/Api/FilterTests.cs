using Microsoft.AspNetCore.Http;
using Sluice.Api.Filters;
using Sluice.Tests.Integration.Api;

namespace Sluice.Tests.Unit.Api;

public sealed class FilterTests
{
    private static readonly string Key = Rows.Key(1).ToString();

    [Theory]
    [InlineData("2024-03-14T18:41:18Z", 1_710_441_678_000)]
    [InlineData("2024-03-14T18:41:18", 1_710_441_678_000)]
    [InlineData("2024-03-14T18:41:18.25Z", 1_710_441_678_250)]
    [InlineData("2024-03-14T20:41:18%2B02:00", 1_710_441_678_000)]
    [InlineData("2024-03-14T20:41:18+02:00", 1_710_441_678_000)]
    [InlineData("2024-03-14T16:41-02:00", 1_710_441_660_000)]
    [InlineData("2024-03-14", 1_710_374_400_000)]
    [InlineData("1710441678", 1_710_441_678_000)]
    [InlineData("0", 0)]
    public void Times_are_ISO_8601_or_unix_seconds(string text, long unixMs) =>
        Assert.Equal(unixMs, Read("/s", $"?from_time={text}").FromTimeUnixMs);

    [Fact]
    public void Queries_that_differ_have_other_fingerprints_and_pages_of_one_query_the_same()
    {
        string[] queries =
        [
            "", "?from_slot=1", "?to_slot=1", "?from_time=1", "?to_time=1", $"?pool={Key}", $"?mint={Key}", $"?signer={Key}",
            "?venue=a", "?class=cyclic", $"?profit_mint={Key}", $"?profit_mint={Key}&min_profit=1",
        ];
        var prints = queries.Select(q => Read("/a", q).Fingerprint).Append(Read("/b", "").Fingerprint).ToArray();
        Assert.Equal(prints.Length, prints.Distinct().Count());

        var cursor = Cursor.Write(prints[1], default);
        Assert.Equal(prints[1], Read("/a", $"?limit=7&cursor={cursor}&from_slot=1").Fingerprint);
    }

    [Fact]
    public void Fingerprints_are_the_same_in_every_release() => Assert.Equal(0xCE16_D507_7BD7_68E9UL, Read("/api/v1/swaps", "").Fingerprint);

    [Theory]
    [InlineData("?from_slot=-1", "invalid-parameter", "from_slot")]
    [InlineData("?from_slot=1e3", "invalid-parameter", "from_slot")]
    [InlineData("?to_slot=18446744073709551615", "invalid-parameter", "to_slot")]
    [InlineData("?to_slot=", "invalid-parameter", "to_slot")]
    [InlineData("?to_slot=1&to_slot=2", "repeated-parameter", "to_slot")]
    [InlineData("?from_slot=2&to_slot=1", "empty-range", "from_slot")]
    [InlineData("?from_time=2024-03-15&to_time=2024-03-14", "empty-range", "from_time")]
    [InlineData("?from_time=yesterday", "invalid-parameter", "from_time")]
    [InlineData("?from_time=14.03.2024", "invalid-parameter", "from_time")]
    [InlineData("?from_time=1710441678000", "invalid-parameter", "from_time")]
    [InlineData("?from_time=1950-01-01", "invalid-parameter", "from_time")]
    [InlineData("?pool=abc", "invalid-parameter", "pool")]
    [InlineData("?mint=0OIl", "invalid-parameter", "mint")]
    [InlineData("?signer=So111111111111111111111111111111111111111122", "invalid-parameter", "signer")]
    [InlineData("?venue=a'b", "invalid-parameter", "venue")]
    [InlineData("?class=sandwich", "invalid-parameter", "class")]
    [InlineData("?min_profit=1", "missing-parameter", "profit_mint")]
    [InlineData("?min_profit=0.5&profit_mint=So11111111111111111111111111111111111111112", "invalid-parameter", "min_profit")]
    [InlineData("?limit=0", "invalid-parameter", "limit")]
    [InlineData("?limit=1001", "invalid-parameter", "limit")]
    [InlineData("?cursor=abc", "invalid-cursor", "cursor")]
    public void What_is_wrong_is_named(string query, string type, string parameter)
    {
        Assert.False(RowFilter.TryRead(Request("/s", query), out _, out var problem));
        Assert.Equal(("urn:sluice:problem:" + type, 400), (problem.ProblemDetails.Type, problem.StatusCode));
        Assert.Equal(parameter, problem.ProblemDetails.Extensions["parameter"]);
        Assert.EndsWith(".", problem.ProblemDetails.Detail);
    }

    private static RowFilter Read(string path, string query)
    {
        Assert.True(RowFilter.TryRead(Request(path, query), out var filter, out var problem), problem?.ProblemDetails.Detail);
        return filter;
    }

    private static HttpRequest Request(string path, string query) =>
        new DefaultHttpContext { Request = { Path = path, QueryString = new QueryString(query) } }.Request;
}
