using System.Text.RegularExpressions;
using Sluice.Sinks;
using Sluice.Sinks.Embedded;
using Sluice.Sinks.Migrations;
using Sluice.Tests.Integration.Sinks;
using Sluice.Tests.Unit.Deploy;

namespace Sluice.Tests.Integration.Deploy;

/// <summary>Every question of the dashboards over ClickHouse is understood by the engine with the product's tables.</summary>
[Collection(TestStore.Collection)]
public sealed partial class DashboardQueryTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private EmbeddedClickHouse? _store;

    public async Task InitializeAsync()
    {
        if (!EngineLibrary.IsPresent) { return; }
        _store = await _folder.OpenAsync("dashboards");
        await SchemaMigrations.ApplyAsync(_store);
    }

    [EngineFact]
    public async Task Every_query_runs()
    {
        var queries = DeployFiles.Dashboards.SelectMany(DashboardQueries.Of).Where(q => q.Source == "grafana-clickhouse-datasource").ToArray();
        Assert.True(queries.Length > 20, $"{queries.Length} queries");
        foreach (var (panel, _, text) in queries)
        {
            var sql = Replaced(text);
            Assert.DoesNotContain("$__", sql);
            var failed = await Record.ExceptionAsync(() => _store!.QueryAsync(new ClickHouseQuery(sql)));
            Assert.True(failed is null, $"{panel}: {failed?.Message}\n{sql}");
        }
    }

    [EngineFact]
    public async Task A_query_over_a_column_that_is_not_there_does_not_run() =>
        await Assert.ThrowsAsync<ClickHouseException>(() => _store!.QueryAsync(new ClickHouseQuery(Replaced("SELECT nothing FROM blocks WHERE $__timeFilter(block_time)"))));

    public async Task DisposeAsync()
    {
        if (_store is not null) { await _store.DisposeAsync(); }
        _folder.Dispose();
    }

    /// <summary>Puts in for the macros what Grafana's ClickHouse plugin puts in. Source: its documentation, macros.</summary>
    private static string Replaced(string sql)
    {
        sql = TimeFilter().Replace(sql, "${column} >= toDateTime(1700000000) AND ${column} <= toDateTime(1800000000)");
        sql = TimeInterval().Replace(sql, "toStartOfInterval(toDateTime(${column}), INTERVAL 60 second)");
        return sql.Replace("$__interval_s", "60", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\$__timeFilter\((?<column>\w+)\)")]
    private static partial Regex TimeFilter();

    [GeneratedRegex(@"\$__timeInterval\((?<column>\w+)\)")]
    private static partial Regex TimeInterval();
}
