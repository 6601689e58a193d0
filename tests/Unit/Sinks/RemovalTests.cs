using Sluice.Sinks.Writing;

namespace Sluice.Tests.Unit.Sinks;

/// <summary>However many ranges of slots are mended together, each table is asked and cleared by one statement.</summary>
public sealed class RemovalTests
{
    private static readonly (ulong First, ulong Last)[] Ranges = [(4, 11), (20, 31), (400, 403)];

    private readonly StatementsClickHouse _store = new();

    [Fact]
    public async Task Findings_of_many_ranges_are_asked_for_once_a_table()
    {
        var found = await StoredFindings.LoadAsync(_store, Ranges, CancellationToken.None);
        Assert.Equal(StoredFindings.Tables, found.Select(f => f.Table));
        Assert.Equal(StoredFindings.Tables.Count, _store.Asked.Count);
        Assert.All(_store.Asked, sql => Assert.Contains("(slot BETWEEN 4 AND 11 OR slot BETWEEN 20 AND 31 OR slot BETWEEN 400 AND 403) AND NOT retracted", sql, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_detectors_said_of_many_ranges_goes_by_one_statement_a_table()
    {
        await StoredFindings.RemoveAsync(_store, Ranges, CancellationToken.None);
        Assert.Equal([.. StoredFindings.Tables, "rejections"], _store.Executed.Select(Table));
        Assert.Contains("stage NOT IN ('read', 'decode')", _store.Executed[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blocks_go_by_one_statement_a_table_the_rows_that_make_them_count_first()
    {
        await StoredChain.RemoveAsync(_store, Enumerable.Range(100, 60).Select(s => (ulong)s), CancellationToken.None);
        var tables = _store.Executed.Select(Table).ToArray();
        Assert.Equal("blocks", tables[0]);
        Assert.Equal(tables.Distinct(), tables);
        Assert.Empty(tables.Intersect(StoredFindings.Tables));
    }

    [Fact]
    public async Task Nothing_is_asked_where_there_is_no_range()
    {
        Assert.Empty(await StoredFindings.LoadAsync(_store, [], CancellationToken.None));
        await StoredFindings.RemoveAsync(_store, [], CancellationToken.None);
        Assert.Empty(_store.Asked);
        Assert.Empty(_store.Executed);
    }

    private static string Table(string sql)
    {
        Assert.StartsWith("DELETE FROM ", sql, StringComparison.Ordinal);
        return sql.Split(' ')[2];
    }
}
