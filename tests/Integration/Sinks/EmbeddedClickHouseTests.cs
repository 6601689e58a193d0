using System.Buffers;
using System.Runtime.InteropServices;
using Sluice.Sinks;
using Sluice.Sinks.Embedded;

namespace Sluice.Tests.Integration.Sinks;

/// <remarks>Signals reach everything of a process.</remarks>
[Collection(NothingBeside.Collection)]
public sealed partial class EmbeddedClickHouseTests : IDisposable
{
    private const string Endless = "SELECT sum(cityHash64(a.number, b.number)) FROM numbers(1000000) a CROSS JOIN numbers(1000000) b";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

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
    public async Task Deleting_rows_writes_no_part_anew_and_outlasts_merges_and_later_rows()
    {
        await using var store = await _folder.OpenAsync();
        await store.ExecuteAsync("CREATE TABLE t (a UInt64, b UInt64, v UInt64) ENGINE = ReplacingMergeTree(v) PARTITION BY intDiv(a, 432000) ORDER BY (a, b)");
        await store.ExecuteAsync("INSERT INTO t SELECT number % 50, number, 1 FROM numbers(1000)");
        await store.ExecuteAsync("OPTIMIZE TABLE t FINAL");
        await store.ExecuteAsync("INSERT INTO t SELECT 50 + number % 50, number, 1 FROM numbers(1000)");
        await store.ExecuteAsync("DELETE FROM t WHERE a IN (10, 60)");
        Assert.Equal("0", await store.TextAsync("SELECT count() FROM system.mutations WHERE table = 't'"));
        Assert.Equal("1960\t0", await store.TextAsync("SELECT count(), countIf(a IN (10, 60)) FROM t"));
        await store.ExecuteAsync("INSERT INTO t VALUES (10, 10, 1), (10, 7, 1)");
        Assert.Equal("1962\t2", await store.TextAsync("SELECT count(), countIf(a IN (10, 60)) FROM t"));
        await store.ExecuteAsync("OPTIMIZE TABLE t FINAL");
        Assert.Equal("1962\t2\t0", await store.TextAsync("SELECT count(), countIf(a IN (10, 60)), (SELECT count() FROM system.mutations) FROM t"));
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
        Assert.Equal(signal, await received.Task.WaitAsync(TimeSpan.FromMinutes(2)));
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
}
