using System.Net;
using System.Text;
using Sluice.Api;
using Sluice.Tests.Integration.Sinks;

namespace Sluice.Tests.Integration.Api;

/// <summary><c>POST /query</c>: what ClickHouse's own HTTP interface would answer, but reading only.</summary>
[Collection(TestStore.Collection)]
public sealed class QueryTests(ApiServer server) : IClassFixture<ApiServer>
{
    [EngineTheory]
    [InlineData("SELECT 1 AS a, 'x' AS b", "", "1\tx\n", "text/tab-separated-values")]
    [InlineData("SELECT 1 AS a, 'x' AS b", "?default_format=JSONEachRow", "{\"a\":1,\"b\":\"x\"}\n", "application/x-ndjson")]
    [InlineData("SELECT 1 AS a FORMAT CSVWithNames", "?default_format=JSONEachRow", "\"a\"\n1\n", "text/csv")]
    [InlineData("SELECT {n:UInt64} + 1, {t:String}", "?param_n=41&param_t=it%27s", "42\tit\\'s\n", "text/tab-separated-values")]
    [InlineData("SELECT number FROM numbers(3) WHERE number > 5", "", "", "text/tab-separated-values")]
    [InlineData("EXISTS TABLE swaps", "", "1\n", "text/tab-separated-values")]
    public async Task A_reading_statement_is_answered_in_the_format_that_was_asked_for(string sql, string query, string expected, string mediaType)
    {
        using var reply = await PostAsync(sql, query);
        Assert.Equal(expected, await reply.Content.ReadAsStringAsync());
        Assert.Equal((HttpStatusCode.OK, mediaType), (reply.StatusCode, reply.Content.Headers.ContentType!.MediaType));
    }

    [EngineTheory]
    [InlineData("SELEC 1", 400, "62", "Syntax error")]
    [InlineData("", 400, "62", "")]
    [InlineData("SELECT * FROM nowhere", 404, "60", "nowhere")]
    [InlineData("SELECT nothing FROM swaps", 404, "47", "nothing")]
    [InlineData("SELECT 1; SELECT 2", 400, "62", "")]
    [InlineData("SELECT {n:UInt64}", 400, "456", "n")]
    [InlineData("INSERT INTO swaps (slot) VALUES (1)", 403, "164", "")]
    [InlineData("DROP TABLE swaps", 403, "164", "")]
    [InlineData("CREATE TABLE t (a UInt8) ENGINE = Memory", 403, "164", "")]
    [InlineData("SELECT 1 INTO OUTFILE '/tmp/sluice-query-test'", 403, "164", "")]
    [InlineData("SELECT * FROM file('/etc/passwd', 'LineAsString')", 403, "164", "")]
    [InlineData("SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')", 403, "164", "")]
    [InlineData("SELECT 1 SETTINGS readonly = 0", 403, "164", "")]
    public async Task What_ClickHouse_refuses_carries_its_code_and_message(string sql, int status, string code, string message)
    {
        using var reply = await PostAsync(sql);
        var text = await reply.Content.ReadAsStringAsync();
        Assert.True(status == (int)reply.StatusCode, $"{(int)reply.StatusCode}: {text}");
        Assert.Equal(code, reply.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
        Assert.StartsWith($"Code: {code}. DB::Exception: ", text);
        Assert.Contains(message, text);
    }

    [EngineFact]
    public async Task Rows_and_time_are_limited()
    {
        await using var few = await Running.StartAsync(server.Store, new ApiOptions { Port = 0, MaxQueryRows = 10, QueryTimeout = TimeSpan.FromMinutes(2) });
        using var many = await few.Client.PostAsync("/query", new StringContent("SELECT number FROM numbers(11)"));
        Assert.Equal("396", many.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
        await using var brief = await Running.StartAsync(
            server.Store, new ApiOptions { Port = 0, QueryTimeout = TimeSpan.FromMilliseconds(300), RequestAllowance = TimeSpan.FromMinutes(2) });
        using var slow = await brief.Client.PostAsync(
            "/query", new StringContent("SELECT sum(cityHash64(a.number, b.number)) FROM numbers(1000000) a CROSS JOIN numbers(1000000) b"));
        Assert.Equal(("159", HttpStatusCode.RequestTimeout), (slow.Headers.GetValues("X-ClickHouse-Exception-Code").Single(), slow.StatusCode));
    }

    [EngineTheory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task Pages_of_other_sites_may_not_ask(string header, string value)
    {
        using var reply = await PostAsync("SELECT 1", "", header, value);
        Assert.Equal(HttpStatusCode.Forbidden, reply.StatusCode);
        Assert.Contains("urn:sluice:problem:cross-site", await reply.Content.ReadAsStringAsync());
    }

    [EngineTheory]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/octet-stream")]
    [InlineData(null)]
    public async Task The_media_type_of_a_statement_does_not_matter(string? mediaType)
    {
        var content = new ByteArrayContent("SELECT 1"u8.ToArray());
        if (mediaType is not null) { content.Headers.ContentType = new(mediaType); }
        using var reply = await server.Client.PostAsync("/query", content);
        Assert.Equal("1\n", await reply.Content.ReadAsStringAsync());
    }

    [EngineFact]
    public async Task The_page_s_own_origin_may_ask()
    {
        using var reply = await PostAsync("SELECT 1", "", "Origin", server.Client.BaseAddress!.GetLeftPart(UriPartial.Authority));
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
    }

    [EngineFact]
    public async Task A_statement_larger_than_a_megabyte_is_refused()
    {
        for (var i = 20; i < 24; i++)
        {
            // Also one that is still being sent when it is refused: the answer is read, not a broken connection.
            using var reply = await PostAsync("SELECT '" + new string('x', 1 << i) + "'");
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, reply.StatusCode);
            Assert.Contains("1 MiB", await reply.Content.ReadAsStringAsync());
        }
    }

    [EngineFact]
    public async Task Unknown_parameters_are_named()
    {
        using var reply = await PostAsync("SELECT 1", "?max_threads=1");
        Assert.Contains("'max_threads' is not a parameter here", await reply.Content.ReadAsStringAsync());
    }

    private async Task<HttpResponseMessage> PostAsync(string sql, string query = "", string? header = null, string? value = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/query" + query) { Content = new StringContent(sql, Encoding.UTF8, "text/plain") };
        if (header is not null) { request.Headers.Add(header, value); }
        return await server.Client.SendAsync(request);
    }
}
