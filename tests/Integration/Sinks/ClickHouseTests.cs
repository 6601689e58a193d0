using System.Buffers;
using Sluice.Sinks;

namespace Sluice.Tests.Integration.Sinks;

/// <summary>What the port promises, whatever stands behind it.</summary>
[Collection(TestStore.Collection)]
public sealed class ClickHouseTests : IAsyncLifetime
{
    private const string Endless = "SELECT sum(cityHash64(a.number, b.number)) FROM numbers(1000000) a CROSS JOIN numbers(1000000) b";

    private readonly Stores _stores = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _stores.DisposeAsync();

    [EngineTheory]
    [StoreKinds]
    public async Task Data_survives_closing_and_opening_again(StoreKind kind)
    {
        await using (var store = await _stores.OpenAsync(kind))
        {
            await store.ExecuteAsync("CREATE TABLE t (a UInt64) ENGINE = MergeTree ORDER BY a");
            await store.ExecuteAsync("INSERT INTO t SELECT number FROM numbers(1000)");
        }

        await using var again = await _stores.OpenAsync(kind);
        Assert.Equal("1000\t499500", await again.TextAsync("SELECT count(), sum(a) FROM t"));
    }

    [EngineTheory]
    [StoreKinds]
    public async Task Native_blocks_arrive_as_they_were_written(StoreKind kind)
    {
        await using var store = await _stores.OpenAsync(kind);
        await store.ExecuteAsync("CREATE TABLE t (a UInt64, `index` String) ENGINE = MergeTree ORDER BY a");
        await store.InsertAsync("t", "`a`, `index`", output => WriteBlock(output, 5, "x"), "token-1");
        Assert.Equal("0\tx0\n1\tx1\n2\tx2\n3\tx3\n4\tx4", await store.TextAsync("SELECT a, `index` FROM t ORDER BY a"));
    }

    [EngineTheory]
    [StoreKinds]
    public async Task A_failed_insert_names_the_code_and_leaves_the_connection_usable(StoreKind kind)
    {
        await using var store = await _stores.OpenAsync(kind);
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

    [EngineTheory]
    [StoreKinds]
    public async Task Parameters_are_values_and_never_sql(StoreKind kind)
    {
        await using var store = await _stores.OpenAsync(kind);
        var result = await store.QueryAsync(new ClickHouseQuery("SELECT {text:String} AS t, {n:UInt64} + 1 AS n, {list:Array(String)} AS l")
        {
            Parameters = new Dictionary<string, string> { ["text"] = "'; DROP TABLE x; --", ["n"] = "41", ["list"] = "['a','b']" },
        });
        Assert.Equal("""{"t":"'; DROP TABLE x; --","n":"42","l":["a","b"]}""", result.Text.Trim());
        Assert.Equal(1, result.Rows);
    }

    [EngineTheory]
    [StoreKinds]
    public async Task An_error_is_one_line_with_ClickHouses_code(StoreKind kind)
    {
        await using var store = await _stores.OpenAsync(kind);
        var e = await Assert.ThrowsAsync<ClickHouseException>(() => store.QueryAsync(new ClickHouseQuery("SELECT * FROM nowhere")));
        Assert.Equal(60, e.Code);
        Assert.DoesNotContain('\n', e.Message);
        Assert.Contains("nowhere", e.Message);
    }

    [EngineTheory]
    [StoreKinds]
    public async Task A_result_beyond_its_rows_is_refused(StoreKind kind)
    {
        await using var store = await _stores.OpenAsync(kind);
        var query = new ClickHouseQuery("SELECT number FROM numbers(11)") { MaxRows = 10 };
        var e = await Assert.ThrowsAsync<ClickHouseException>(() => store.QueryAsync(query));
        Assert.Equal(ClickHouseException.TooManyRowsOrBytes, e.Code);
        Assert.Equal(11, (await store.QueryAsync(query with { MaxRows = 11 })).Rows);
    }

    [EngineTheory]
    [StoreKinds]
    public async Task A_large_result_comes_in_pieces_of_whole_rows(StoreKind kind)
    {
        await using var store = await _stores.OpenAsync(kind);
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

    [EngineTheory]
    [StoreKinds]
    public async Task A_slow_question_is_stopped_and_others_go_on_meanwhile(StoreKind kind)
    {
        await using var store = await _stores.OpenAsync(kind);
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

    [EngineTheory]
    [StoreKinds]
    public async Task Giving_up_on_a_question_frees_its_connection(StoreKind kind)
    {
        await using var store = await _stores.OpenAsync(kind);
        using var cancel = new CancellationTokenSource();
        var slow = store.QueryAsync(new ClickHouseQuery(Endless), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => slow);
        Assert.Equal("0", await store.TextAsync("SELECT count() FROM system.processes WHERE query LIKE '%CROSS%' AND query NOT LIKE '%processes%' AND NOT is_cancelled"));
    }

    [EngineTheory]
    [StoreKinds]
    public async Task Databases_of_one_store_are_apart(StoreKind kind)
    {
        await using var one = await _stores.OpenAsync(kind, "one");
        await using var two = await _stores.OpenAsync(kind, "two");
        await one.ExecuteAsync("CREATE TABLE t (a UInt64) ENGINE = MergeTree ORDER BY a");
        Assert.Equal($"{one.Database}\t{two.Database}", await one.TextAsync("SELECT currentDatabase()") + "\t" + await two.TextAsync("SELECT currentDatabase()"));
        await Assert.ThrowsAsync<ClickHouseException>(() => two.QueryAsync(new ClickHouseQuery("SELECT * FROM t")));
    }

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
