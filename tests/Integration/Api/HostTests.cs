using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Sluice.Api;
using Sluice.Api.Hosting;
using Sluice.Sinks;

namespace Sluice.Tests.Integration.Api;

/// <summary>What every answer has in common, and what the api does when the store is slow, gone or refuses.</summary>
public sealed class HostTests
{
    private static readonly byte[] State = """{"generation":"a","has_blocks":0,"first":0,"last":0}"""u8.ToArray();

    [Theory]
    [InlineData("/nowhere", 404, "not-found")]
    [InlineData("/api/v1/nowhere", 404, "not-found")]
    [InlineData("/api/v1/slots/abc", 400, "invalid-parameter")]
    [InlineData("/api/v1/slots/-1", 400, "invalid-parameter")]
    [InlineData("/api/v1/slots/5", 404, "not-found")]
    [InlineData("/api/v1/slots/5?x=1", 400, "unknown-parameter")]
    [InlineData("/api/v1/swaps?form_slot=1", 400, "unknown-parameter")]
    [InlineData("/api/v1/swaps?class=cyclic", 400, "unknown-parameter")]
    [InlineData("/api/v1/swaps?FROM_SLOT=1", 400, "unknown-parameter")]
    [InlineData("/api/v1/swaps?pool=0", 400, "invalid-parameter")]
    [InlineData("/api/v1/arbitrages/xyz", 400, "invalid-parameter")]
    [InlineData("/api/v1/leaderboards/pools?epoch=x", 400, "invalid-parameter")]
    public async Task Errors_are_problem_details_that_say_what_to_do(string path, int status, string type)
    {
        await using var app = await Running.StartAsync(new NoStore { Answer = Empty });
        using var reply = await app.Client.GetAsync(path);
        await AssertProblem(reply, status, type);
    }

    [Fact]
    public async Task Methods_that_are_not_served_are_refused_with_a_problem()
    {
        await using var app = await Running.StartAsync(new NoStore { Answer = Empty });
        foreach (var method in new[] { HttpMethod.Post, HttpMethod.Delete, HttpMethod.Put })
        {
            using var reply = await app.Client.SendAsync(new HttpRequestMessage(method, "/api/v1/swaps"));
            await AssertProblem(reply, 405, "method-not-allowed");
            Assert.Equal(["GET"], reply.Content.Headers.Allow);
        }
    }

    [Theory]
    [InlineData("api:8080", 200)]
    [InlineData("API", 200)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("elsewhere", 400)]
    public async Task Only_names_that_were_allowed_are_answered(string host, int status)
    {
        var options = new ApiOptions { Port = 0, Hosts = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "api" } };
        await using var app = await Running.StartAsync(new NoStore { Answer = Empty }, options);
        using var reply = await app.Client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/health/live") { Headers = { Host = host } });
        Assert.Equal(status, (int)reply.StatusCode);
    }

    [Fact]
    public async Task A_store_that_is_gone_turns_readiness_off_and_liveness_not()
    {
        await using var app = await Running.StartAsync(new NoStore());
        using var ready = await app.Client.GetAsync("/health/ready");
        var reply = await ready.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal("not_ready", reply.GetProperty("status").GetString());
        Assert.Equal("There is no store here.", reply.GetProperty("checks")[0].GetProperty("reason").GetString());
        Assert.Equal(HttpStatusCode.OK, (await app.Client.GetAsync("/health/live")).StatusCode);
        await AssertProblem(await app.Client.GetAsync("/api/v1/swaps"), 503, "store-failed");
    }

    [Fact]
    public async Task A_store_without_the_tables_is_not_ready()
    {
        var store = new NoStore { Answer = (_, _) => Task.FromResult(new QueryResult("blocks\nswaps\n"u8.ToArray(), 2)) };
        await using var app = await Running.StartAsync(store);
        var reply = await (await app.Client.GetAsync("/health/ready")).Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal(
            "The store lacks tables: arbitrages, data_quality, skipped_slots.",
            reply.GetProperty("checks")[0].GetProperty("reason").GetString());
    }

    [Theory]
    [InlineData(159, 504, "too-slow")]
    [InlineData(241, 503, "busy")]
    [InlineData(60, 503, "store-failed")]
    public async Task Refusals_of_the_store_become_problems(int code, int status, string type)
    {
        var store = new NoStore { Answer = (_, _) => throw new ClickHouseException(code, "No.", ClickHouseException.KindOf(code)) };
        await using var app = await Running.StartAsync(store);
        await AssertProblem(await app.Client.GetAsync("/api/v1/summary"), status, type);
    }

    [Fact]
    public async Task A_bug_is_answered_without_its_details()
    {
        await using var app = await Running.StartAsync(new NoStore { Answer = (_, _) => throw new InvalidOperationException("secret") });
        using var reply = await app.Client.GetAsync("/api/v1/swaps");
        Assert.DoesNotContain("secret", await reply.Content.ReadAsStringAsync());
        await AssertProblem(reply, 500, "internal-error");
    }

    [Fact]
    public async Task A_store_that_never_answers_is_given_up_in_time()
    {
        var store = new NoStore { Answer = async (_, ct) => { await Task.Delay(Timeout.Infinite, ct); return new([], 0); } };
        await using var app = await Running.StartAsync(store, new ApiOptions { Port = 0, QueryTimeout = TimeSpan.FromMilliseconds(10), RequestAllowance = TimeSpan.FromMilliseconds(50) });
        await AssertProblem(await app.Client.GetAsync("/api/v1/swaps"), 504, "too-slow");
    }

    [Fact]
    public async Task Limits_of_statements_reach_the_store()
    {
        ClickHouseQuery? asked = null;
        var store = new NoStore { Answer = (query, _) => { asked = query; return Empty(query, default); } };
        await using var app = await Running.StartAsync(store, new ApiOptions { Port = 0, QueryTimeout = TimeSpan.FromSeconds(3) });
        await app.Client.GetAsync("/api/v1/slots/5");
        Assert.Equal((1_001L, TimeSpan.FromSeconds(3)), (asked!.MaxRows, asked.MaxDuration));
        Assert.Equal("5", asked.Parameters["slot"]);
    }

    [Fact]
    public async Task An_answer_is_kept_until_the_store_changes()
    {
        var (generation, answered) = ("a", 0);
        var store = new NoStore
        {
            Answer = (query, ct) =>
            {
                if (!query.Sql.Contains("system.parts")) { answered++; }
                return query.Sql.Contains("system.parts")
                    ? Task.FromResult(new QueryResult(Encoding.UTF8.GetBytes($$"""{"generation":"{{generation}}","has_blocks":0,"first":0,"last":0}"""), 1))
                    : Task.FromResult(new QueryResult("{}\n"u8.ToArray(), 1));
            },
        };
        await using var app = await Running.StartAsync(store);

        var first = await app.Client.GetAsync("/api/v1/summary");
        var second = await app.Client.GetAsync("/api/v1/summary");
        Assert.Equal(1, answered);
        Assert.Equal((HttpStatusCode.OK, "W/\"a\""), (second.StatusCode, second.Headers.ETag!.ToString()));
        Assert.Equal("public, no-cache", first.Headers.CacheControl!.ToString());

        var known = await app.Client.SendAsync(With("/api/v1/summary", first.Headers.ETag!));
        var neverAsked = await app.Client.SendAsync(With("/api/v1/leaderboards/pools", first.Headers.ETag!));
        Assert.Equal((HttpStatusCode.NotModified, HttpStatusCode.NotModified, 1), (known.StatusCode, neverAsked.StatusCode, answered));
        Assert.Equal(first.Headers.ETag, neverAsked.Headers.ETag);

        generation = "b";
        var changed = await app.Client.SendAsync(With("/api/v1/summary", first.Headers.ETag!));
        Assert.Equal((HttpStatusCode.OK, 2, "W/\"b\""), (changed.StatusCode, answered, changed.Headers.ETag!.ToString()));
    }

    [Fact]
    public async Task Errors_are_never_kept()
    {
        await using var app = await Running.StartAsync(new NoStore { Answer = Empty });
        using var reply = await app.Client.GetAsync("/api/v1/slots/5");
        Assert.Null(reply.Headers.ETag);
        Assert.True(reply.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task More_requests_than_the_store_takes_are_turned_away()
    {
        using var gate = new SemaphoreSlim(0);
        var entered = new TaskCompletionSource();
        var store = new NoStore { Answer = async (query, ct) => { entered.TrySetResult(); await gate.WaitAsync(ct); return await Empty(query, ct); } };
        await using var app = await Running.StartAsync(store, new ApiOptions { Port = 0, MaxRequestsInStore = 1, QueryTimeout = TimeSpan.FromMinutes(2) });

        var first = app.Client.GetAsync("/api/v1/summary");
        await entered.Task;
        using var second = await app.Client.GetAsync("/api/v1/leaderboards/pools");
        gate.Release(10);
        await first;

        await AssertProblem(second, 503, "busy");
        Assert.NotNull(second.Headers.RetryAfter);
        var metrics = await app.Client.GetStringAsync("/metrics");
        Assert.Contains("pipeline_api_request_refused_total{reason=\"busy\"} 1", metrics);
    }

    [Fact]
    public async Task A_rate_limit_answers_429()
    {
        await using var app = await Running.StartAsync(new NoStore { Answer = Empty }, new ApiOptions { Port = 0, RequestsPerSecond = 2 });

        // All at a time: one after the other they would be few enough for the limit on a busy machine.
        var replies = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => app.Client.GetAsync("/health/live")));
        Assert.True(replies.Count(r => r.IsSuccessStatusCode) >= 2);
        var refused = replies.First(r => !r.IsSuccessStatusCode);
        await AssertProblem(refused, 429, "too-many-requests");
        Assert.NotNull(refused.Headers.RetryAfter);
    }

    [Theory]
    [InlineData("evil.example", 400)]
    [InlineData("evil.example:80", 400)]
    [InlineData("127.0.0.1.evil.example", 400)]
    [InlineData("localhost:9", 200)]
    [InlineData("[::1]:9", 200)]
    public async Task Only_requests_to_this_machine_by_name_are_served(string host, int status)
    {
        await using var app = await Running.StartAsync(new NoStore());
        var request = new HttpRequestMessage(HttpMethod.Get, "/health/live");
        request.Headers.Host = host;
        using var reply = await app.Client.SendAsync(request);
        Assert.Equal(status, (int)reply.StatusCode);
        if (status == 400) { await AssertProblem(reply, 400, "foreign-host"); }
    }

    [Fact]
    public async Task No_other_origin_is_allowed_to_read()
    {
        await using var app = await Running.StartAsync(new NoStore { Answer = Empty });
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/swaps");
        request.Headers.Add("Origin", "https://evil.example");
        using var reply = await app.Client.SendAsync(request);
        Assert.False(reply.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.Equal("nosniff", reply.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task The_page_loads_nothing_from_elsewhere()
    {
        await using var app = await Running.StartAsync(new NoStore());
        using var page = await app.Client.GetAsync("/");
        var html = await page.Content.ReadAsStringAsync();
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        Assert.StartsWith("default-src 'none'; script-src 'self'", page.Headers.GetValues("Content-Security-Policy").Single());
        foreach (var part in new[] { "page.js", "page.css", "icon.svg" })
        {
            Assert.Contains(part, html);
            using var asset = await app.Client.GetAsync("/" + part);
            Assert.True(asset.IsSuccessStatusCode);
            Assert.DoesNotContain("https://", await asset.Content.ReadAsStringAsync());
        }

        Assert.DoesNotContain("https://", html);
        using var again = await app.Client.SendAsync(With("/", page.Headers.ETag!));
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
    }

    [Fact]
    public async Task Requests_and_statements_are_counted()
    {
        await using var app = await Running.StartAsync(new NoStore { Answer = Empty });
        await app.Client.GetAsync("/api/v1/slots/5");
        using var reply = await app.Client.GetAsync("/metrics");
        var text = await reply.Content.ReadAsStringAsync();

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", reply.Content.Headers.ContentType!.ToString());
        Assert.Contains("pipeline_api_query_duration_seconds_count{outcome=\"ok\",query=\"skipped_slot\"} 1", text);
        Assert.Contains("http_route=\"/api/v1/slots/{slot}\"", text);
        Assert.Contains("dotnet_gc_", text);
    }

    [Fact]
    public void Signals_are_left_to_the_process()
    {
        var app = ApiHost.Build(ApiServer.Options, new NoStore());
        Assert.IsType<CallersLifetime>(app.Services.GetService(typeof(IHostLifetime)));
    }

    [Fact]
    public void An_option_out_of_range_stops_the_start_by_name()
    {
        var error = Assert.Throws<OptionsValidationException>(() => ApiHost.Build(new ApiOptions { Port = 70_000 }, new NoStore()));
        Assert.Contains("Port", error.Message);
    }

    private static HttpRequestMessage With(string path, EntityTagHeaderValue tag)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.IfNoneMatch.Add(tag);
        return request;
    }

    /// <summary>A store with its tables and no rows.</summary>
    private static Task<QueryResult> Empty(ClickHouseQuery query, CancellationToken cancellationToken) =>
        Task.FromResult(query.Sql.Contains("system.parts") ? new QueryResult(State, 1) : new QueryResult([], 0));

    private static async Task AssertProblem(HttpResponseMessage reply, int status, string type)
    {
        var text = await reply.Content.ReadAsStringAsync();
        Assert.True(status == (int)reply.StatusCode, $"{(int)reply.StatusCode}: {text}");
        Assert.Equal("application/problem+json", reply.Content.Headers.ContentType?.MediaType);
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal("urn:sluice:problem:" + type, problem.GetProperty("type").GetString());
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.EndsWith(".", problem.GetProperty("detail").GetString());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
    }
}
