using System.Text;
using Microsoft.AspNetCore.Http;
using Sluice.Sinks;
using Sluice.Sinks.Http;
using Sluice.Tests.Unit.Sinks;

namespace Sluice.Tests.Integration.Sinks.Http;

/// <summary>What goes wrong between the client and a server.</summary>
public sealed class FaultTests
{
    private static readonly ClickHouseQuery One = new("SELECT 1") { Format = "TSV" };

    [Theory]
    [InlineData(503, "", ClickHouseErrorKind.Retry, "HTTP 503")]
    [InlineData(502, "<html>bad gateway</html>", ClickHouseErrorKind.Retry, "HTTP 502")]
    [InlineData(429, "slow down", ClickHouseErrorKind.Retry, "slow down")]
    [InlineData(500, "Code: 252. DB::Exception: Too many parts. (TOO_MANY_PARTS)", ClickHouseErrorKind.Retry, "Too many parts")]
    [InlineData(500, "Code: 243. DB::Exception: Cannot reserve 1.00 MiB. (NOT_ENOUGH_SPACE)", ClickHouseErrorKind.Stop, "Cannot reserve")]
    [InlineData(404, "<html>nothing here</html>", ClickHouseErrorKind.Stop, "not ClickHouse's HTTP interface")]
    [InlineData(401, "", ClickHouseErrorKind.Stop, "refused the user or the password")]
    [InlineData(301, "", ClickHouseErrorKind.Stop, "sends elsewhere")]
    [InlineData(400, "Code: 62. DB::Exception: Syntax error. (SYNTAX_ERROR)", ClickHouseErrorKind.Reject, "Syntax error")]
    public async Task A_refusal_says_whether_to_try_again(int status, string body, ClickHouseErrorKind kind, string message)
    {
        await using var server = await FakeServer.StartAsync((http, _) =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers.Location = "http://127.0.0.1:9/";
            return http.Response.WriteAsync(body);
        });
        await using var store = server.Connect();
        foreach (var work in new Func<Task>[]
        {
            () => store.QueryAsync(One),
            () => store.InsertAsync("t", NativeRows.Columns, output => NativeRows.Write(output, 3), "t"),
        })
        {
            var e = await Assert.ThrowsAsync<ClickHouseException>(work);
            Assert.Equal(kind, e.Kind);
            Assert.Contains(message, e.Message);
            Assert.DoesNotContain('\n', e.Message);
            Assert.DoesNotContain(OldServer.Password, e.ToString());
        }

        Assert.All(server.Seen, r => Assert.Equal(OldServer.Password, r.Key)); // it went in the header, and only there
        Assert.All(server.Seen, r => Assert.DoesNotContain(OldServer.Password, r.Query));
    }

    [Fact]
    public async Task The_next_host_takes_over_from_one_that_is_going_down()
    {
        await using var down = await FakeServer.StartAsync((http, _) =>
        {
            http.Response.StatusCode = 503;
            return Task.CompletedTask;
        });
        await using var up = await FakeServer.StartAsync();
        await using var store = down.Connect(authority: $"{down.Authority},{up.Authority}");
        for (var i = 0; i < 5; i++) { Assert.Equal("1", await store.TextAsync("SELECT 1")); }
        Assert.Single(down.Seen); // and it is not asked again as long as the other answers
        Assert.Equal(5, up.Seen.Count);
    }

    [Fact]
    public async Task A_statement_whose_answer_was_lost_is_repeated_only_when_that_does_no_harm()
    {
        await using var dying = await FakeServer.StartAsync((http, _) =>
        {
            http.Abort();
            return Task.CompletedTask;
        });
        await using var up = await FakeServer.StartAsync((_, _) => Task.CompletedTask);
        await using (var store = dying.Connect(authority: $"{dying.Authority},{up.Authority}"))
        {
            var e = await Assert.ThrowsAsync<ClickHouseException>(() => store.ExecuteAsync("INSERT INTO t VALUES (1)"));
            Assert.Equal(ClickHouseErrorKind.Retry, e.Kind);
            Assert.Empty(up.Seen);
        }

        await using (var store = dying.Connect(authority: $"{dying.Authority},{up.Authority}"))
        {
            await store.InsertAsync("t", NativeRows.Columns, output => NativeRows.Write(output, 3), "the-token");
            Assert.Contains("insert_deduplication_token=the-token", Assert.Single(up.Seen).Query);
        }
    }

    [Theory]
    [InlineData("TSV", false)]
    [InlineData("TSV", true)]
    [InlineData("RowBinary", false)]
    public async Task A_body_that_breaks_off_is_an_error(string format, bool isReset)
    {
        await using var resetting = await FakeServer.StartAsync(async (http, _) =>
        {
            await http.Response.WriteAsync("1\n2\n");
            await http.Response.Body.FlushAsync();
            http.Abort();
        });
        await using var closing = new ClosingServer(ClosingServer.Head() + ClosingServer.Chunk("1\n2\n"));
        await using var store = resetting.Connect(authority: isReset ? resetting.Authority : closing.Authority);
        var query = One with { Format = format };
        foreach (var work in new Func<Task>[]
        {
            () => store.QueryAsync(query),
            async () =>
            {
                await foreach (var _ in store.StreamAsync(query)) { Assert.Fail("rows of a broken answer"); }
            },
            () => store.InsertAsync("t", NativeRows.Columns, output => NativeRows.Write(output, 3), "t"),
        })
        {
            var e = await Assert.ThrowsAsync<ClickHouseException>(work);
            Assert.Equal(ClickHouseErrorKind.Retry, e.Kind);
            Assert.Contains(isReset ? "broke" : "broke its answer off", e.Message);
        }
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task An_error_in_the_middle_of_a_body_is_found(bool framed, bool breaksOff)
    {
        const string Tag = "abcdefghijklmnop";
        const string Message = "Code: 241. DB::Exception: Memory limit exceeded. (MEMORY_LIMIT_EXCEEDED) (version 25.11.1.1)";
        var answer = new StringBuilder(ClosingServer.Head(framed ? $"X-ClickHouse-Exception-Tag: {Tag}\r\n" : ""));
        for (var i = 0; i < 20_000; i++) { answer.Append(ClosingServer.Chunk("{\"number\":\"1234567890\"}\n")); }
        answer.Append(ClosingServer.Chunk(framed
            ? $"{{\"numb\r\n__exception__\r\n{Tag}\r\n{Message}\n{Message.Length + 1} {Tag}\r\n__exception__\r\n"
            : Message + "\n"));
        if (!breaksOff) { answer.Append(ClosingServer.Chunk("")); }
        await using var server = new ClosingServer(answer.ToString());
        await using var store = OldServer.Connect($"http://someone@{server.Authority}/d");
        var rows = 0;
        var e = await Assert.ThrowsAsync<ClickHouseException>(async () =>
        {
            await foreach (var piece in store.StreamAsync(new ClickHouseQuery("SELECT 1")))
            {
                rows += piece.Span.Count((byte)'\n');
                Assert.DoesNotContain("exception", Encoding.UTF8.GetString(piece.Span), StringComparison.OrdinalIgnoreCase);
            }
        });
        Assert.Equal((241, ClickHouseErrorKind.Retry, "Memory limit exceeded. (MEMORY_LIMIT_EXCEEDED)"), (e.Code, e.Kind, e.Message));
        Assert.InRange(rows, 1, 20_000);
    }

    [Fact]
    public async Task A_refusal_that_is_lost_behind_a_large_body_is_asked_for_again()
    {
        const string Text = "Code: 60. DB::Exception: Table d.t does not exist. (UNKNOWN_TABLE)";
        await using var server = new ClosingServer($"HTTP/1.1 404 Not Found\r\nContent-Length: {Text.Length}\r\n\r\n{Text}", reads: false);
        await using var store = OldServer.Connect($"http://someone@{server.Authority}/d");
        var e = await Assert.ThrowsAsync<ClickHouseException>(
            () => store.InsertAsync("t", NativeRows.Columns, output => NativeRows.Write(output, 2_000_000), "t"));
        Assert.Equal((60, ClickHouseErrorKind.Reject), (e.Code, e.Kind));
    }

    [Fact]
    public async Task A_text_that_looks_like_an_error_is_a_value_where_errors_have_frames()
    {
        const string Row = "Code: 60. DB::Exception: Unknown table. (UNKNOWN_TABLE)\n";
        await using var server = await FakeServer.StartAsync((http, _) =>
        {
            http.Response.Headers["X-ClickHouse-Exception-Tag"] = "abcdefghijklmnop";
            return http.Response.WriteAsync(Row);
        });
        await using var store = server.Connect();
        var text = "";
        await foreach (var piece in store.StreamAsync(One)) { text += Encoding.UTF8.GetString(piece.Span); }
        Assert.Equal(Row, text);
    }

    [Fact]
    public async Task Quoted_line_breaks_of_CSV_end_no_row()
    {
        const string Row = "\"a\nb\",1\n";
        const int Rows = 100_000;
        await using var server = await FakeServer.StartAsync(async (http, _) =>
        {
            for (var i = 0; i < Rows / 100; i++) { await http.Response.WriteAsync(string.Concat(Enumerable.Repeat(Row, 100))); }
        });
        await using var store = server.Connect();
        var text = new StringBuilder();
        await foreach (var piece in store.StreamAsync(One with { Format = "CSV" }))
        {
            Assert.Equal(0, piece.Length % Row.Length);
            text.Append(Encoding.ASCII.GetString(piece.Span));
        }

        Assert.Equal(string.Concat(Enumerable.Repeat(Row, Rows)), text.ToString());
    }

    [Fact]
    public async Task A_slow_answer_is_given_up_and_stopped_on_the_server()
    {
        var (asked, aborted, killed) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        await using var server = await FakeServer.StartAsync(async (http, sql) =>
        {
            if (sql.StartsWith("KILL", StringComparison.Ordinal))
            {
                killed.TrySetResult();
                return;
            }

            http.RequestAborted.Register(() => aborted.TrySetResult());
            asked.TrySetResult();
            await aborted.Task;
        });
        var time = new ManualTime();
        await using var store = new HttpClickHouse(
            new HttpClickHouseOptions { Address = HttpStoreAddress.Parse($"http://{server.Authority}/d"), ConnectTimeout = OldServer.Patience }, time);
        var slow = store.QueryAsync(One with { MaxDuration = TimeSpan.FromMinutes(1) });
        await asked.Task.WaitAsync(OldServer.Patience);
        time.Advance(TimeSpan.FromMinutes(1));
        var e = await Assert.ThrowsAsync<ClickHouseException>(() => slow.WaitAsync(OldServer.Patience));
        Assert.Equal(ClickHouseException.TimeoutExceeded, e.Code);
        await Task.WhenAll(aborted.Task, killed.Task).WaitAsync(OldServer.Patience);
        var id = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(server.Seen.First().Query)["query_id"].ToString();
        Assert.Equal($"KILL QUERY WHERE query_id = '{id}' ASYNC", server.Seen.Last().Body);
    }

    [Fact]
    public async Task An_insert_that_is_given_up_touches_its_rows_no_more()
    {
        await using var server = await FakeServer.StartAsync();
        await using var store = server.Connect();
        using var cancel = new CancellationTokenSource();
        using var writing = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var touched = 0L;
        var insert = store.InsertAsync(
            "t",
            NativeRows.Columns,
            output =>
            {
                writing.Set();
                goOn.Wait();
                NativeRows.Write(output, 10);
                Interlocked.Increment(ref touched);
            },
            "t",
            cancel.Token);
        writing.Wait();
        await cancel.CancelAsync();
        Assert.False(insert.IsCompleted);
        goOn.Set();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => insert);
        Assert.Equal(1, Interlocked.Read(ref touched));
    }

    [Fact]
    public async Task Settings_that_a_server_does_not_know_are_left_out_once_and_for_all()
    {
        await using var server = await FakeServer.StartAsync(RefuseFinal);
        await using var store = server.Connect();
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => store.QueryAsync(One)));
        var asked = server.Seen.Count;
        await store.QueryAsync(One);
        Assert.Equal(asked + 1, server.Seen.Count);
        Assert.DoesNotContain("&final=", server.Seen.Last().Query);

        // What somebody asks for is not left out.
        await using var wanted = server.Connect("?final=1");
        Assert.Equal(115, (await Assert.ThrowsAsync<ClickHouseException>(() => wanted.QueryAsync(One))).Code);
        var query = One with { Settings = new Dictionary<string, string> { ["final"] = "1" } };
        Assert.Equal(115, (await Assert.ThrowsAsync<ClickHouseException>(() => store.QueryAsync(query))).Code);

        static Task RefuseFinal(HttpContext http, string sql)
        {
            if (!http.Request.Query.ContainsKey("final")) { return http.Response.WriteAsync("1\n"); }
            http.Response.StatusCode = 404;
            return http.Response.WriteAsync("Code: 115. DB::Exception: Setting final is neither a builtin setting nor started with the prefix 'SQL_' registered for user-defined settings. (UNKNOWN_SETTING)");
        }
    }

    [Fact]
    public async Task A_question_is_never_sent_without_readonly_whatever_the_server_says()
    {
        await using var server = await FakeServer.StartAsync((http, sql) =>
        {
            if (sql.Contains("system.settings", StringComparison.Ordinal)) { return http.Response.WriteAsync("0\n"); }
            http.Response.StatusCode = 500;
            return http.Response.WriteAsync("Code: 164. DB::Exception: Cannot modify 'readonly' setting in readonly mode. (READONLY)");
        });
        await using var store = server.Connect();
        for (var i = 0; i < 2; i++) { await Assert.ThrowsAsync<ClickHouseException>(() => store.QueryAsync(One)); }
        Assert.All(server.Seen.Where(r => r.Body == One.Sql), r => Assert.EndsWith("&readonly=1", r.Query));
    }

    [Fact]
    public void A_host_that_failed_is_asked_again_when_its_time_is_over()
    {
        var time = new ManualTime();
        var options = new HttpClickHouseOptions { Address = HttpStoreAddress.Parse("http://a,b,c/d") };
        var hosts = new HttpHosts(options, time);
        var (a, b, c) = (hosts.InOrder()[0], hosts.InOrder()[1], hosts.InOrder()[2]);
        hosts.Failed(a);
        Assert.Equal([b, c, a], hosts.InOrder());
        hosts.Answered(b);
        Assert.Equal([b, c, a], hosts.InOrder());
        time.Advance(options.FirstSetAside);
        hosts.Failed(b);
        Assert.Equal([c, a, b], hosts.InOrder());
        hosts.Failed(c);
        hosts.Failed(c);
        hosts.Failed(a);
        Assert.Equal([b, c, a], hosts.InOrder()); // none is up: the one whose time is over first
        time.Advance(options.MaxSetAside);
        hosts.Answered(a);
        Assert.Equal([a, b, c], hosts.InOrder());
    }
}
