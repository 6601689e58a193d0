using System.Buffers;
using System.Runtime.InteropServices;
using Sluice.Sinks;
using Sluice.Sinks.Embedded;

namespace Sluice.Tests.Integration.Sinks;

[Collection(TestStore.Collection)]
public sealed partial class EmbeddedClickHouseTests : IDisposable
{
    private const string Endless = "SELECT sum(cityHash64(a.number, b.number)) FROM numbers(1000000) a CROSS JOIN numbers(1000000) b";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [EngineFact]
    public async Task Data_survives_closing_and_opening_again()
    {
        await using (var store = await _folder.OpenAsync())
        {
            await store.ExecuteAsync("CREATE TABLE t (a UInt64) ENGINE = MergeTree ORDER BY a");
            await store.ExecuteAsync("INSERT INTO t SELECT number FROM numbers(1000)");
        }

        await using var again = await _folder.OpenAsync();
        Assert.Equal("1000\t499500", await again.TextAsync("SELECT count(), sum(a) FROM t"));
    }

    [EngineFact]
    public async Task Native_blocks_arrive_as_they_were_written()
    {
        await using var store = await _folder.OpenAsync();
        await store.ExecuteAsync("CREATE TABLE t (a UInt64, `index` String) ENGINE = MergeTree ORDER BY a");
        await store.InsertAsync("t", "`a`, `index`", output => WriteBlock(output, 5, "x"), "token-1");
        Assert.Equal("0\tx0\n1\tx1\n2\tx2\n3\tx3\n4\tx4", await store.TextAsync("SELECT a, `index` FROM t ORDER BY a"));
    }

    [EngineFact]
    public async Task A_failed_insert_names_the_code_and_leaves_the_connection_usable()
    {
        await using var store = await _folder.OpenAsync();
        var missing = await Assert.ThrowsAsync<ClickHouseException>(
            () => store.InsertAsync("nowhere", "`a`", output => WriteBlock(output, 1, "x"), "t"));
        Assert.Equal((60, ClickHouseErrorKind.Reject), (missing.Code, missing.Kind));

        await store.ExecuteAsync("CREATE TABLE t (a UInt64, `index` String) ENGINE = MergeTree ORDER BY a");
        var broken = await Assert.ThrowsAsync<ClickHouseException>(
            () => store.InsertAsync("t", "`a`, `index`", output => output.Write("not a block"u8), "t"));
        Assert.Equal(ClickHouseErrorKind.Reject, broken.Kind);
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => store.InsertAsync("t", "`a`, `index`", _ => throw new InvalidOperationException(), "t"));

        await store.InsertAsync("t", "`a`, `index`", output => WriteBlock(output, 2, "y"), "t");
        Assert.Equal("2", await store.TextAsync("SELECT count() FROM t"));
    }

    [EngineFact]
    public async Task Parameters_are_values_and_never_sql()
    {
        await using var store = await _folder.OpenAsync();
        var result = await store.QueryAsync(new ClickHouseQuery("SELECT {text:String} AS t, {n:UInt64} + 1 AS n, {list:Array(String)} AS l")
        {
            Parameters = new Dictionary<string, string> { ["text"] = "'; DROP TABLE x; --", ["n"] = "41", ["list"] = "['a','b']" },
        });
        Assert.Equal("""{"t":"'; DROP TABLE x; --","n":"42","l":["a","b"]}""", result.Text.Trim());
        Assert.Equal(1, result.Rows);
    }

    [EngineFact]
    public async Task Questions_cannot_change_anything_nor_read_files()
    {
        await using var store = await _folder.OpenAsync();
        await store.ExecuteAsync("CREATE TABLE t (a UInt64) ENGINE = MergeTree ORDER BY a");
        var file = _folder.Sub("secret.csv");
        File.WriteAllText(file, "1,2\n");
        foreach (var sql in new[]
        {
            "INSERT INTO t VALUES (1)", "DROP TABLE t", "SET max_threads = 1", "USE default", "SELECT 1; SELECT 2", "SYSTEM STOP MERGES",
            "SELECT * FROM file('/etc/hostname', 'LineAsString')", "SELECT * FROM url('http://127.0.0.1:9/', 'CSV', 'a String')",
            $"SELECT * FROM default.`{file}`", "SELECT 1 SETTINGS max_execution_time = 0", "SELECT * FROM t INTO OUTFILE '/tmp/sluice-outfile'",
        })
        {
            var e = await Assert.ThrowsAsync<ClickHouseException>(() => store.QueryAsync(new ClickHouseQuery(sql)));
            Assert.Equal(ClickHouseErrorKind.Reject, e.Kind);
        }

        Assert.Equal("0", await store.TextAsync("SELECT count() FROM t"));
        Assert.False(File.Exists("/tmp/sluice-outfile"));
    }

    [EngineFact]
    public async Task An_error_is_one_line_with_ClickHouses_code()
    {
        await using var store = await _folder.OpenAsync();
        var e = await Assert.ThrowsAsync<ClickHouseException>(() => store.QueryAsync(new ClickHouseQuery("SELECT * FROM nowhere")));
        Assert.Equal(60, e.Code);
        Assert.DoesNotContain('\n', e.Message);
        Assert.Contains("nowhere", e.Message);
    }

    [EngineFact]
    public async Task A_result_beyond_its_rows_is_refused()
    {
        await using var store = await _folder.OpenAsync();
        var query = new ClickHouseQuery("SELECT number FROM numbers(11)") { MaxRows = 10 };
        var e = await Assert.ThrowsAsync<ClickHouseException>(() => store.QueryAsync(query));
        Assert.Equal(ClickHouseException.TooManyRowsOrBytes, e.Code);
        Assert.Equal(11, (await store.QueryAsync(query with { MaxRows = 11 })).Rows);
    }

    [EngineFact]
    public async Task A_large_result_comes_in_pieces_of_whole_rows()
    {
        await using var store = await _folder.OpenAsync();
        long bytes = 0, lines = 0, pieces = 0;
        await foreach (var piece in store.StreamAsync(new ClickHouseQuery("SELECT number FROM numbers(300000)") { Format = "TSV" }))
        {
            pieces++;
            bytes += piece.Length;
            lines += piece.Span.Count((byte)'\n');
            Assert.Equal((byte)'\n', piece.Span[^1]);
        }

        Assert.Equal(300_000, lines);
        Assert.True(pieces > 1);

        // A reader that stops in the middle leaves a usable connection behind.
        await foreach (var _ in store.StreamAsync(new ClickHouseQuery("SELECT number FROM numbers(10000000)") { Format = "TSV" })) { break; }
        Assert.Equal("1", await store.TextAsync("SELECT 1"));
        await Assert.ThrowsAsync<ArgumentException>(async () =>
        {
            await foreach (var _ in store.StreamAsync(new ClickHouseQuery("SELECT 1") { Format = "JSON" })) { }
        });
    }

    [EngineFact]
    public async Task A_slow_question_is_stopped_and_others_go_on_meanwhile()
    {
        await using var store = await _folder.OpenAsync();
        await store.ExecuteAsync("CREATE TABLE t (a UInt64) ENGINE = MergeTree ORDER BY a");
        var slow = store.QueryAsync(
            new ClickHouseQuery(Endless)
            {
                MaxDuration = TimeSpan.FromMilliseconds(300),
            });
        for (var i = 0; i < 20; i++) { await store.ExecuteAsync($"INSERT INTO t VALUES ({i})"); }
        Assert.Equal("20", await store.TextAsync("SELECT count() FROM t"));
        var e = await Assert.ThrowsAsync<ClickHouseException>(() => slow);
        Assert.Equal(ClickHouseException.TimeoutExceeded, e.Code);
    }

    [EngineFact]
    public async Task More_stuck_questions_than_connections_do_not_block_the_store()
    {
        await using var store = await _folder.OpenAsync();
        var stuck = Enumerable.Range(0, 6).Select(_ => store.QueryAsync(
            new ClickHouseQuery(Endless)
            {
                MaxDuration = TimeSpan.FromMilliseconds(200),
            })).ToArray();
        foreach (var query in stuck) { await Assert.ThrowsAsync<ClickHouseException>(() => query); }
        Assert.Equal("1", await store.TextAsync("SELECT 1"));
    }

    [EngineFact]
    public async Task A_connection_that_never_answers_is_replaced_by_a_new_one()
    {
        await using var store = await _folder.OpenAsync();
        var host = await EngineHost.AcquireAsync(new EmbeddedOptions { Path = _folder.Sub("store") });
        var pool = new ConnectionPool(1, _ => EngineConnection.OpenAsync(EngineConfiguration.Reader(host.Folder, new EmbeddedOptions())));
        using var never = new ManualResetEventSlim();
        var stuck = await pool.RentAsync(SessionSettings.None, CancellationToken.None);
        var work = stuck.RunAsync(_ =>
        {
            never.Wait();
            return true;
        });
        var waiting = pool.RentAsync(SessionSettings.None, CancellationToken.None);
        Assert.False(waiting.IsCompleted);
        pool.SetAside(stuck);
        var next = await waiting;
        Assert.NotSame(stuck, next);
        Assert.True(await next.RunAsync(c => c.Execute("SELECT 1")));

        // Once it comes back it closes by itself, and the engine can stop.
        never.Set();
        Assert.True(await work);
        pool.Return(SessionSettings.None, next);
        await pool.CloseAsync();
        await host.ReleaseAsync();
    }

    [EngineFact]
    public async Task Giving_up_on_a_question_frees_its_connection()
    {
        await using var store = await _folder.OpenAsync();
        using var cancel = new CancellationTokenSource();
        var slow = store.QueryAsync(new ClickHouseQuery(Endless), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => slow);
        Assert.Equal("0", await store.TextAsync("SELECT count() FROM system.processes WHERE query LIKE '%CROSS%' AND query NOT LIKE '%processes%' AND NOT is_cancelled"));
    }

    [EngineFact]
    public async Task Databases_of_one_store_are_apart()
    {
        await using var one = await _folder.OpenAsync("one");
        await using var two = await _folder.OpenAsync("two");
        await one.ExecuteAsync("CREATE TABLE t (a UInt64) ENGINE = MergeTree ORDER BY a");
        Assert.Equal("one\ttwo", await one.TextAsync("SELECT currentDatabase()") + "\t" + await two.TextAsync("SELECT currentDatabase()"));
        await Assert.ThrowsAsync<ClickHouseException>(() => two.QueryAsync(new ClickHouseQuery("SELECT * FROM t")));
    }

    [EngineFact]
    public async Task Null_references_and_signals_still_reach_the_program_with_the_engine_loaded()
    {
        await using var store = await _folder.OpenAsync();
        await store.TextAsync("SELECT 1");
        string? nothing = Environment.GetEnvironmentVariable("SLUICE_NOT_SET");
        Assert.Throws<NullReferenceException>(() => nothing!.Length);
        Assert.Throws<DivideByZeroException>(() => 1 / (nothing?.Length ?? 0));

        var received = new TaskCompletionSource<PosixSignal>(TaskCreationOptions.RunContinuationsAsynchronously);
        var (signal, number) = IsInterruptIgnored() ? (PosixSignal.SIGTERM, 15) : (PosixSignal.SIGINT, 2);
        using var registration = PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            received.TrySetResult(context.Signal);
        });
        Assert.Equal(0, Kill(Environment.ProcessId, number));
        Assert.Equal(signal, await received.Task.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    /// <summary>A shell starts what it puts in the background with SIGINT ignored, and that stays so.</summary>
    private static bool IsInterruptIgnored()
    {
        const string Field = "SigIgn:";
        if (!File.Exists("/proc/self/status")) { return false; }
        var mask = File.ReadLines("/proc/self/status").First(l => l.StartsWith(Field, StringComparison.Ordinal))[Field.Length..].Trim();
        return (Convert.ToUInt64(mask, 16) & 2) != 0;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    /// <summary>Columns a UInt64 (0, 1, …) and index String (<paramref name="prefix"/>0, …).</summary>
    private static void WriteBlock(IBufferWriter<byte> output, int rows, string prefix)
    {
        output.Write<byte>([2, (byte)rows]);
        output.Write("\u0001a\u0006UInt64"u8);
        for (var i = 0; i < rows; i++) { output.Write<byte>([(byte)i, 0, 0, 0, 0, 0, 0, 0]); }
        output.Write("\u0005index\u0006String"u8);
        for (var i = 0; i < rows; i++) { output.Write<byte>([(byte)(prefix.Length + 1), .. System.Text.Encoding.ASCII.GetBytes(prefix + i)]); }
    }
}
