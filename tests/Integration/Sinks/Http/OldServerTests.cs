using System.Buffers;
using System.Diagnostics;
using System.Text;
using Sluice.Schemas.Records;
using Sluice.Sinks;
using Sluice.Sinks.Http;

namespace Sluice.Tests.Integration.Sinks.Http;

/// <summary>The client on a real server over real connections. What an old server does not know of SQL is tested elsewhere.</summary>
public sealed class OldServerTests
{
    private const string Endless = "SELECT count() FROM (SELECT number FROM system.numbers) WHERE sipHash64(number) = 42";

    [OldServerFact]
    public async Task Rows_of_a_table_arrive_as_they_were_written_whatever_the_compression()
    {
        await using var server = await OldServer.StartAsync();
        foreach (var compress in new[] { "none", "gzip" })
        {
            await using var store = server.Connect(query: "?compress=" + compress);
            await store.ExecuteAsync("DROP TABLE IF EXISTS skipped_slots");
            await store.ExecuteAsync("CREATE TABLE skipped_slots (slot UInt64, proven_by_slot UInt64, version UInt64) ENGINE = ReplacingMergeTree(version) ORDER BY slot");
            var rows = Tables.WriterOf<SkippedSlotRow>();
            for (var i = 0; i < 1000; i++) { rows.Append(new SkippedSlotRow { Slot = i, ProvenBySlot = i + 1, Version = 7 }); }
            await store.InsertAsync(rows.Table, rows.ColumnList, rows.WriteTo, "token");
            Assert.Equal("1000\t499500\t500500\t7", await store.TextAsync("SELECT count(), sum(slot), sum(proven_by_slot), any(version) FROM skipped_slots"));
        }
    }

    [OldServerFact]
    public async Task A_large_insert_that_is_refused_names_the_reason()
    {
        await using var server = await OldServer.StartAsync();
        await using var store = server.Connect();
        var e = await Assert.ThrowsAsync<ClickHouseException>(
            () => store.InsertAsync("nowhere", NativeRows.Columns, output => NativeRows.Write(output, 2_000_000), "t"));
        Assert.Equal((60, ClickHouseErrorKind.Reject), (e.Code, e.Kind));
        Assert.Contains("nowhere", e.Message);

        await store.ExecuteAsync(NativeRows.Ddl);
        var broken = await Assert.ThrowsAsync<ClickHouseException>(
            () => store.InsertAsync("t", NativeRows.Columns, output => output.Write("not a block"u8), "t"));
        Assert.Equal(ClickHouseErrorKind.Reject, broken.Kind);
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => store.InsertAsync("t", NativeRows.Columns, output => Throw(output), "t"));
        Assert.Equal("0", await store.TextAsync("SELECT count() FROM t"));

        static void Throw(IBufferWriter<byte> output)
        {
            NativeRows.WriteHead(output, 500_000);
            throw new InvalidOperationException();
        }
    }

    [OldServerFact]
    public async Task A_wrong_password_stops_and_stands_in_no_message()
    {
        await using var server = await OldServer.StartAsync();
        await using var store = server.Connect(password: "not-the-pw");
        foreach (var work in new Func<Task>[]
        {
            () => store.QueryAsync(new ClickHouseQuery("SELECT 1")),
            () => store.ExecuteAsync("CREATE DATABASE IF NOT EXISTS x"),
            () => store.InsertAsync("t", NativeRows.Columns, output => NativeRows.Write(output, 1_000_000), "t"),
        })
        {
            var e = await Assert.ThrowsAsync<ClickHouseException>(work);
            Assert.Equal((193, ClickHouseErrorKind.Stop), (e.Code, e.Kind));
            Assert.DoesNotContain("not-the-pw", e.ToString());
        }
    }

    [OldServerFact]
    public async Task A_user_who_may_only_read_reads_and_is_told_what_it_lacks()
    {
        await using var server = await OldServer.StartAsync();
        await using var asker = server.Connect(user: "asker");
        Assert.Equal("1", await asker.TextAsync("SELECT 1"));
        Assert.Equal(["2", "3", "4"], await Task.WhenAll(asker.TextAsync("SELECT 2"), asker.TextAsync("SELECT 3"), asker.TextAsync("SELECT 4")));
        var refused = await Assert.ThrowsAsync<ClickHouseException>(() => asker.ExecuteAsync(NativeRows.Ddl));
        Assert.Equal((ClickHouseException.ReadOnly, ClickHouseErrorKind.Reject), (refused.Code, refused.Kind));

        await using var reader = server.Connect(user: "reader");
        var told = await Assert.ThrowsAsync<ClickHouseException>(() => reader.QueryAsync(new ClickHouseQuery("SELECT 1")));
        Assert.Equal(ClickHouseErrorKind.Stop, told.Kind);
        Assert.Contains("readonly = 2", told.Message);
    }

    [OldServerFact]
    public async Task Questions_cannot_change_anything()
    {
        await using var server = await OldServer.StartAsync();
        await using var store = server.Connect();
        await store.ExecuteAsync(NativeRows.Ddl);

        // The first of them makes the server speak of readonly as it does to a user whose profile has it.
        foreach (var sql in new[] { "SELECT 1 SETTINGS readonly = 0", "INSERT INTO t VALUES (1, 'x')", "DROP TABLE t", "CREATE TABLE u (a UInt8) ENGINE = Memory", "SELECT 1 SETTINGS max_threads = 1", "SET max_threads = 1" })
        {
            var e = await Assert.ThrowsAsync<ClickHouseException>(() => store.QueryAsync(new ClickHouseQuery(sql)));
            Assert.Equal(ClickHouseException.ReadOnly, e.Code);
        }

        Assert.Equal("0", await store.TextAsync("SELECT count() FROM t"));
    }

    [OldServerFact]
    public async Task A_server_killed_in_the_middle_of_an_insert_has_none_of_it_and_takes_it_when_it_is_back()
    {
        await using var server = await OldServer.StartAsync();
        await using var store = server.Connect();
        await store.ExecuteAsync(NativeRows.Ddl);
        const int Rows = 1_000_000;
        var e = await Assert.ThrowsAsync<ClickHouseException>(() => store.InsertAsync(
            "t",
            NativeRows.Columns,
            output =>
            {
                NativeRows.WriteHead(output, Rows);
                server.Kill();
                for (var i = 0; i < Rows; i++) { NativeRows.WriteText(output, $"x{i}"); }
            },
            "token"));
        Assert.Equal(ClickHouseErrorKind.Retry, e.Kind);
        var down = await Assert.ThrowsAsync<ClickHouseException>(() => store.QueryAsync(new ClickHouseQuery("SELECT 1")));
        Assert.Equal(ClickHouseErrorKind.Retry, down.Kind);
        Assert.Contains("nothing listens there", down.Message);

        await server.RestartAsync();
        Assert.Equal("0", await store.TextAsync("SELECT count() FROM t"));
        await store.InsertAsync("t", NativeRows.Columns, output => NativeRows.Write(output, Rows), "token");
        Assert.Equal($"{Rows}", await store.TextAsync("SELECT count() FROM t"));
    }

    [OldServerFact]
    public async Task A_host_that_is_down_is_no_error_while_another_answers()
    {
        await using var one = await OldServer.StartAsync();
        await using var two = await OldServer.StartAsync();
        foreach (var server in new[] { one, two })
        {
            await using var own = server.Connect();
            await own.ExecuteAsync(NativeRows.Ddl);
        }

        await using var store = OldServer.Connect($"http://writer@127.0.0.1:{FreePorts.One()},127.0.0.1:{one.Port},localhost:{two.Port}/default");
        await store.InsertAsync("t", NativeRows.Columns, output => NativeRows.Write(output, 10), "a");
        Assert.Equal("10", await one.Connect().TextAsync("SELECT count() FROM t"));

        // In the middle of an insert: the other host gets all of it.
        var first = true;
        await store.InsertAsync(
            "t",
            NativeRows.Columns,
            output =>
            {
                NativeRows.WriteHead(output, 200_000);
                if (first) { one.Kill(); }
                first = false;
                for (var i = 0; i < 200_000; i++) { NativeRows.WriteText(output, $"x{i}"); }
            },
            "b");
        Assert.Equal("200000", await store.TextAsync("SELECT count() FROM t"));

        await one.RestartAsync();
        two.Kill();
        Assert.Equal("10", await store.TextAsync("SELECT count() FROM t"));
        one.Kill();
        var e = await Assert.ThrowsAsync<ClickHouseException>(() => store.QueryAsync(new ClickHouseQuery("SELECT 1")));
        Assert.Equal(ClickHouseErrorKind.Retry, e.Kind);
        Assert.Contains("None of 3 hosts answers", e.Message);
    }

    [OldServerFact]
    public async Task Results_and_times_are_limited()
    {
        await using var server = await OldServer.StartAsync();
        await using var store = server.Connect();
        var query = new ClickHouseQuery("SELECT number FROM system.numbers LIMIT 11") { MaxRows = 10 };
        var many = await Assert.ThrowsAsync<ClickHouseException>(() => store.QueryAsync(query));
        Assert.Equal(ClickHouseException.TooManyRowsOrBytes, many.Code);
        Assert.Equal(11, (await store.QueryAsync(query with { MaxRows = 11 })).Rows);

        var slow = await Assert.ThrowsAsync<ClickHouseException>(
            () => store.QueryAsync(new ClickHouseQuery(Endless) { MaxDuration = TimeSpan.FromMilliseconds(300) }));
        Assert.Equal((ClickHouseException.TimeoutExceeded, ClickHouseErrorKind.Retry), (slow.Code, slow.Kind));
        await GoneAsync(store);
    }

    [OldServerFact]
    public async Task A_question_whose_asker_gives_up_is_stopped_on_the_server()
    {
        await using var server = await OldServer.StartAsync();
        await using var store = server.Connect();
        using var cancel = new CancellationTokenSource();
        var slow = store.QueryAsync(new ClickHouseQuery(Endless), cancel.Token);
        await UntilAsync(async () => await RunningAsync(store) == 1);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => slow);
        await GoneAsync(store);

        // A reader of a stream that stops in the middle.
        await foreach (var _ in store.StreamAsync(new ClickHouseQuery("SELECT number FROM system.numbers") { Format = "TSV" })) { break; }
        await UntilAsync(async () => await store.TextAsync("SELECT count() FROM system.processes WHERE query LIKE 'SELECT number FROM%'") == "0");
    }

    [OldServerFact]
    public async Task A_large_result_comes_in_pieces_of_whole_rows_and_complete()
    {
        await using var server = await OldServer.StartAsync();
        foreach (var compress in new[] { "none", "gzip" })
        {
            await using var store = server.Connect(query: "?compress=" + compress);
            foreach (var format in new[] { "TSV", "CSV", "JSONEachRow" })
            {
                long lines = 0, pieces = 0;
                await foreach (var piece in store.StreamAsync(new ClickHouseQuery("SELECT number, toString(number) AS s FROM system.numbers LIMIT 300000") { Format = format }))
                {
                    pieces++;
                    lines += piece.Span.Count((byte)'\n');
                    Assert.Equal((byte)'\n', piece.Span[^1]);
                }

                Assert.Equal(300_000, lines);
                Assert.True(pieces > 1);
            }

            long bytes = 0;
            await foreach (var piece in store.StreamAsync(new ClickHouseQuery("SELECT number FROM system.numbers LIMIT 300000") { Format = "RowBinary" })) { bytes += piece.Length; }
            Assert.Equal(2_400_000, bytes);
        }
    }

    [OldServerFact]
    public async Task An_error_behind_rows_that_were_sent_is_an_error()
    {
        await using var server = await OldServer.StartAsync();
        await using var store = server.Connect();
        foreach (var format in new[] { "TSV", "CSV", "JSONEachRow", "RowBinary", "Native" })
        {
            var text = new StringBuilder();
            var query = new ClickHouseQuery("SELECT number, throwIf(number = 500000) FROM system.numbers LIMIT 1000000") { Format = format };
            var e = await Assert.ThrowsAsync<ClickHouseException>(async () =>
            {
                await foreach (var piece in store.StreamAsync(query)) { text.Append(Encoding.Latin1.GetString(piece.Span)); }
            });
            Assert.Equal(395, e.Code);
            Assert.True(text.Length > 0);
            Assert.DoesNotContain("DB::Exception", text.ToString());
        }

        // The same text as a value is no error.
        var value = await store.QueryAsync(new ClickHouseQuery("SELECT 'Code: 60. DB::Exception: Unknown table. (UNKNOWN_TABLE)'") { Format = "TSV" });
        Assert.StartsWith("Code: 60.", value.Text);
    }

    [OldServerFact]
    public async Task An_old_server_is_no_store_and_told_so()
    {
        await using var server = await OldServer.StartAsync();
        var e = await Assert.ThrowsAsync<StoreException>(
            () => StoreOpener.OpenAsync(new StoreSelection($"http://writer@127.0.0.1:{server.Port}/sluice") { Password = OldServer.Password }));
        Assert.Contains("18.16", e.Message);
        Assert.Contains("or newer is needed", e.Message);
    }

    private static async Task<int> RunningAsync(HttpClickHouse store) =>
        int.Parse(await store.TextAsync("SELECT count() FROM system.processes WHERE query LIKE '%sipHash64%' AND query NOT LIKE '%processes%'"));

    private static Task GoneAsync(HttpClickHouse store) => UntilAsync(async () => await RunningAsync(store) == 0);

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var began = Stopwatch.StartNew(); !await condition(); await Task.Delay(20))
        {
            Assert.True(began.Elapsed < OldServer.Patience, "it did not come true in all that time");
        }
    }
}
