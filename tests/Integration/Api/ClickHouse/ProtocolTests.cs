using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Sluice.Api.ClickHouse;
using Sluice.Tests.Integration.Sinks;

namespace Sluice.Tests.Integration.Api.ClickHouse;

/// <summary>ClickHouse's HTTP protocol, request by request, as its documentation describes it.</summary>
[Collection(TestStore.Collection)]
public sealed class ProtocolTests(ClickHouseServer server) : IClassFixture<ClickHouseServer>
{
    [EngineTheory]
    [InlineData("/ping")]
    [InlineData("/")]
    [InlineData("/replicas_status")]
    public async Task Health_is_answered_with_Ok(string path)
    {
        Assert.Equal("Ok.\n", await server.Client.GetStringAsync(path));
        using var head = await server.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));
        Assert.Equal((HttpStatusCode.OK, ""), (head.StatusCode, await head.Content.ReadAsStringAsync()));
    }

    [EngineTheory]
    [InlineData("query=SELECT%201%20AS%20a,%20'x'%20AS%20b", "1\tx\n", "text/tab-separated-values")]
    [InlineData("query=SELECT%201%20AS%20a&default_format=JSONEachRow", "{\"a\":1}\n", "application/x-ndjson")]
    [InlineData("query=SELECT%201%20AS%20a%20FORMAT%20CSVWithNames", "\"a\"\n1\n", "text/csv")]
    [InlineData("query=SELECT%201%20AS%20a%20FORMAT%20CSV%20--%20FORMAT%20JSON", "1\n", "text/csv")]
    [InlineData("query=SELECT%20'FORMAT%20JSON'", "FORMAT JSON\n", "text/tab-separated-values")]
    [InlineData("query=SELECT%20{n:UInt64}%2B1,{t:String}&param_n=41&param_t=it's", "42\tit\\'s\n", "text/tab-separated-values")]
    [InlineData("query=SELECT%20currentDatabase()&database=default", "clickhouse_test\n", "text/tab-separated-values")]
    [InlineData("query=SELECT%20currentDatabase()&database=system", "system\n", "text/tab-separated-values")]
    [InlineData("query=SELECT%20toDateTime64('2024-03-15%2012:00:00',3,'UTC')", "2024-03-15 12:00:00.000\n", "text/tab-separated-values")]
    [InlineData("query=SELECT%20toUInt64(1)%20AS%20a%20FORMAT%20JSONEachRow", "{\"a\":1}\n", "application/x-ndjson")]
    [InlineData("query=SELECT%20number%20FROM%20numbers(9)&limit=2", "0\n1\n", "text/tab-separated-values")]
    [InlineData("query=SELECT%201&user=anyone&password=secret&session_id=s&wait_end_of_query=1&readonly=1", "1\n", "text/tab-separated-values")]
    [InlineData("query=SELECT%201&max_result_bytes=268435456", "1\n", "text/tab-separated-values")]
    [InlineData("query=EXISTS%20TABLE%20swaps", "1\n", "text/tab-separated-values")]
    public async Task A_statement_in_the_address_is_answered(string query, string expected, string mediaType)
    {
        using var reply = await server.Client.GetAsync("/?" + query);
        Assert.Equal(expected, await reply.Content.ReadAsStringAsync());
        Assert.Equal((HttpStatusCode.OK, mediaType), (reply.StatusCode, reply.Content.Headers.ContentType!.MediaType));
    }

    [EngineFact]
    public async Task A_statement_may_begin_in_the_address_and_end_in_the_body()
    {
        Assert.Equal("3\n", Encoding.UTF8.GetString(await server.BytesAsync("1", "query=SELECT%202%2B")));
    }

    [EngineFact]
    public async Task A_form_carries_statement_and_parameters()
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("SELECT {n:UInt8} + 1"), "query" },
            { new StringContent("4"), "param_n" },
        };
        using var reply = await server.Client.PostAsync("/", form);
        Assert.Equal("5\n", await reply.Content.ReadAsStringAsync());
    }

    [EngineTheory]
    [InlineData("INSERT INTO swaps (slot) VALUES (1)", "", 403, 164)]
    [InlineData("CREATE TABLE t (a UInt8) ENGINE = Memory", "", 403, 164)]
    [InlineData("DROP TABLE swaps", "", 403, 164)]
    [InlineData("SET max_threads = 1", "", 403, 164)]
    [InlineData("KILL QUERY WHERE 1", "", 403, 164)]
    [InlineData("SELECT * FROM file('/etc/passwd', 'LineAsString')", "", 403, 164)]
    [InlineData("SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')", "", 403, 164)]
    [InlineData("SELECT 1 INTO OUTFILE '/tmp/sluice-clickhouse-test'", "", 403, 164)]
    [InlineData("SELECT 1 SETTINGS readonly = 0", "", 403, 164)]
    [InlineData("SELECT 1", "readonly=0", 403, 164)]
    [InlineData("SELECT 1", "max_memory_usage=1", 403, 164)]
    [InlineData("SELECT 1", "output_format_schema=/tmp/x", 403, 164)]
    [InlineData("SELECT 1", "nonsense=1", 404, 115)]
    [InlineData("SELECT 1", "limit=many", 400, 27)]
    [InlineData("SELECT 1", "max_execution_time=soon", 400, 72)]
    [InlineData("SELECT 1", "database=nowhere", 404, 81)]
    [InlineData("SELECT 1", "database=a`%3Bb", 404, 81)]
    [InlineData("SELECT 1", "decompress=1", 501, 48)]
    [InlineData("SELECT 1", "client_protocol_version=x", 400, 36)]
    [InlineData("SELECT * FROM nowhere", "", 404, 60)]
    [InlineData("SELEC 1", "", 400, 62)]
    [InlineData("", "", 400, 62)]
    [InlineData("SELECT 1; SELECT 2", "", 400, 62)]
    [InlineData("SELECT 1 FORMAT Nonsense", "", 400, 73)]
    public async Task A_refusal_has_the_code_and_the_text_of_a_server(string sql, string query, int status, int code)
    {
        using var reply = await server.Client.PostAsync("/?" + query, new StringContent(sql));
        var text = await reply.Content.ReadAsStringAsync();
        Assert.True((int)reply.StatusCode == status, $"{(int)reply.StatusCode}: {text}");
        Assert.Equal($"{code}", reply.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
        Assert.Matches($@"\ACode: {code}\. DB::Exception: .+ \([A-Z_]+\)\n\z", text);
    }

    [EngineFact]
    public async Task Answers_carry_the_headers_of_a_server()
    {
        using var reply = await server.Client.GetAsync("/?query=SELECT%201%20FORMAT%20JSON&query_id=mine");
        string Header(string name) => reply.Headers.GetValues("X-ClickHouse-" + name).Single();
        Assert.Equal(("mine", "JSON"), (Header("Query-Id"), Header("Format")));
        Assert.Equal(await server.Store.TextAsync("SELECT timezone()"), Header("Timezone"));
        Assert.Equal(await server.Store.TextAsync("SELECT displayName()"), Header("Server-Display-Name"));
        using var summary = JsonDocument.Parse(Header("Summary"));
        Assert.Equal("1", summary.RootElement.GetProperty("result_rows").GetString());
    }

    [EngineTheory]
    [InlineData("SELECT version()")]
    [InlineData("SELECT currentUser() AS user, timezone() AS timezone, version() AS version LIMIT 1")]
    [InlineData("SELECT displayName(), version(), revision(), timezone()")]
    [InlineData("SELECT name, value, readonly as readonly FROM system.settings LIMIT 10000")]
    [InlineData("SELECT name, database, engine FROM system.tables WHERE database = currentDatabase()")]
    [InlineData("SELECT table, name, type, position, comment FROM system.columns WHERE database = currentDatabase()")]
    [InlineData("SHOW DATABASES")]
    [InlineData("SELECT * FROM information_schema.tables LIMIT 1")]
    [InlineData("DESCRIBE TABLE swaps")]
    public async Task What_drivers_and_dashboards_ask_first_is_answered(string sql) => Assert.NotEmpty(await server.BytesAsync(sql));

    [EngineTheory]
    [InlineData("FORMAT JSONEachRow")]
    [InlineData("FORMAT CSVWithNames")]
    public async Task Answers_are_packed_for_those_who_ask(string format)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/?enable_http_compression=1")
        {
            Content = new StringContent("SELECT number FROM numbers(100000) " + format),
            Headers = { AcceptEncoding = { new StringWithQualityHeaderValue("gzip") } },
        };
        using var reply = await server.Client.SendAsync(request);
        Assert.Equal(["gzip"], reply.Content.Headers.ContentEncoding);
        await using var unpacked = new GZipStream(await reply.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using var reader = new StreamReader(unpacked);
        Assert.Equal(
            Encoding.UTF8.GetString(await server.BytesAsync("SELECT number FROM numbers(100000) " + format)), await reader.ReadToEndAsync());
    }

    [EngineFact]
    public async Task An_empty_answer_is_not_packed()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/?enable_http_compression=1&query=SELECT%201%20WHERE%200")
        {
            Headers = { AcceptEncoding = { new StringWithQualityHeaderValue("gzip") } },
        };
        using var reply = await server.Client.SendAsync(request);
        Assert.Empty(reply.Content.Headers.ContentEncoding);
        Assert.Empty(await reply.Content.ReadAsByteArrayAsync());
    }

    [EngineFact]
    public async Task A_packed_statement_is_unpacked()
    {
        var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) { gzip.Write("SELECT 7"u8); }
        var content = new ByteArrayContent(packed.ToArray()) { Headers = { ContentEncoding = { "gzip" } } };
        using var reply = await server.Client.PostAsync("/", content);
        Assert.Equal("7\n", await reply.Content.ReadAsStringAsync());
    }

    [EngineFact]
    public async Task A_large_result_comes_in_chunks_and_whole()
    {
        using var reply = await server.Client.GetAsync(
            "/?query=SELECT%20number%20FROM%20numbers(3000000)", HttpCompletionOption.ResponseHeadersRead);
        Assert.True(reply.Headers.TransferEncodingChunked);
        using var reader = new StreamReader(await reply.Content.ReadAsStreamAsync());
        var rows = 0;
        for (string? line; (line = await reader.ReadLineAsync()) is not null; rows++)
        {
            if (line != $"{rows}") { Assert.Fail($"row {rows} is {line}"); }
        }

        Assert.Equal(3_000_000, rows);
    }

    [EngineFact]
    public async Task An_error_in_the_middle_of_a_result_stands_at_its_end_and_the_body_stays_unfinished()
    {
        using var reply = await server.Client.GetAsync(
            "/?max_block_size=1000&query=SELECT%20throwIf(number%3D500000)%20FROM%20numbers(1000000)", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        var body = new MemoryStream();
        var cut = await Record.ExceptionAsync(async () => await (await reply.Content.ReadAsStreamAsync()).CopyToAsync(body));
        Assert.IsAssignableFrom<IOException>(cut);
        var text = Encoding.UTF8.GetString(body.ToArray());
        var tag = reply.Headers.GetValues("X-ClickHouse-Exception-Tag").Single();
        Assert.Matches($@"\r\n__exception__\r\n{tag}\r\nCode: 395\. DB::Exception: .+\n\d+ {tag}\r\n__exception__\r\n\z", text);
    }

    [EngineFact]
    public async Task A_statement_ends_after_the_time_that_its_caller_allows()
    {
        using var reply = await server.Client.GetAsync(
            "/?max_execution_time=0.2&query=SELECT%20sum(cityHash64(a.number,b.number))%20FROM%20numbers(1000000)%20a,numbers(1000000)%20b");
        Assert.Equal("159", reply.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
    }

    [EngineFact]
    public async Task More_statements_than_allowed_are_refused()
    {
        var asked = new TaskCompletionSource();
        var answer = new TaskCompletionSource();
        var store = new NoStore
        {
            Answer = async (query, _) =>
            {
                if (query.Sql.Contains("displayName")) { return new("here\tUTC\n"u8.ToArray(), 1); }
                asked.TrySetResult();
                await answer.Task;
                return new([], 0);
            },
        };
        await using var app = await ClickHouseServer.StartAsync(store, new ClickHouseOptions { Port = 0, MaxStatements = 1 });
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        var first = client.GetAsync("/?query=SELECT%201%20FORMAT%20JSON");
        await asked.Task;
        using var second = await client.GetAsync("/?query=SELECT%202");
        Assert.Equal("202", second.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
        answer.SetResult();
        Assert.Equal(HttpStatusCode.OK, (await first).StatusCode);
    }

    [EngineTheory]
    [InlineData("Host", "attacker.example", 400)]
    [InlineData("Origin", "https://evil.example", 403)]
    [InlineData("Sec-Fetch-Site", "cross-site", 403)]
    [InlineData("Sec-Fetch-Site", "none", 200)]
    [InlineData("Authorization", "Basic YW55Om9uZQ==", 200)]
    [InlineData("X-ClickHouse-User", "anyone", 200)]
    public async Task Anybody_on_this_machine_may_ask_but_no_page_of_another_site(string header, string value, int status)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/?query=SELECT%201") { Headers = { { header, value } } };
        using var reply = await server.Client.SendAsync(request);
        Assert.Equal(status, (int)reply.StatusCode);
    }

    [EngineFact]
    public async Task Other_methods_and_paths_are_refused()
    {
        using var put = await server.Client.PutAsync("/", new StringContent("SELECT 1"));
        using var nowhere = await server.Client.GetAsync("/nowhere");
        using var large = await server.Client.PostAsync("/", new StringContent("SELECT '" + new string('x', 1 << 20) + "'"));
        Assert.Equal(
            (HttpStatusCode.MethodNotAllowed, HttpStatusCode.NotFound, HttpStatusCode.RequestEntityTooLarge),
            (put.StatusCode, nowhere.StatusCode, large.StatusCode));
        Assert.Contains("larger than 1 MiB", await large.Content.ReadAsStringAsync());
    }

    [EngineFact]
    public async Task Settings_of_one_caller_do_not_reach_the_next()
    {
        Assert.Equal("1\n", Encoding.UTF8.GetString(await server.BytesAsync("SELECT number + 1 FROM numbers(5)", "limit=1")));
        Assert.Equal("0\n1\n2\n", Encoding.UTF8.GetString(await server.BytesAsync("SELECT number FROM numbers(3)")));
    }
}
