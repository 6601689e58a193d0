using System.Text;
using Sluice.Schemas.Records;
using Sluice.Sinks;
using Sluice.Sinks.Cluster;
using Sluice.Sinks.Migrations;
using Sluice.Tests.Integration.Sinks;

namespace Sluice.Tests.Golden.Cluster;

/// <summary>The statements for a cluster, file by file; <c>UPDATE_GOLDEN=1</c> writes them anew.</summary>
[Collection(TestStore.Collection)]
public sealed class ClusterStatementsTests
{
    private const string Cluster = "main", Database = "sluice";

    private static readonly string Folder = Path.Combine(RealData.RepositoryRoot, "tests", "Golden", "Cluster");

    /// <summary>What the store itself runs beside the migrations.</summary>
    private static readonly string[] Upkeep =
    [
        """
        CREATE TABLE IF NOT EXISTS schema_migrations
        (number UInt32, name String, checksum String, applied DateTime64(3, 'UTC') DEFAULT now64(3))
        ENGINE = ReplacingMergeTree(applied) ORDER BY number
        """,
        "INSERT INTO schema_migrations (number, name, checksum) VALUES (1, 'blocks', 'x')",
        "DELETE FROM blocks WHERE slot IN (1,2)",
        "DELETE FROM skipped_slots WHERE proven_by_slot IN (1,2)",
        "TRUNCATE TABLE schema_migrations",
        "ALTER TABLE blocks ADD COLUMN IF NOT EXISTS a UInt64",
        "ALTER TABLE blocks ADD INDEX IF NOT EXISTS i a TYPE minmax",
    ];

    [Fact]
    public void Every_migration_has_its_form_for_a_cluster()
    {
        foreach (var migration in SchemaMigrations.All) { Check($"{migration.Number:000}_{migration.Name}", migration.Statements); }
        Check("upkeep", Upkeep);
    }

    [EngineFact]
    public async Task The_engine_parses_every_one()
    {
        using var folder = new TemporaryFolder();
        await using var store = await folder.OpenAsync();
        foreach (var statement in SchemaMigrations.All.SelectMany(m => m.Statements).Concat(Upkeep))
        {
            foreach (var rewritten in ClusterStatements.Rewrite(statement, Cluster, Database))
            {
                if (rewritten.StartsWith("INSERT", StringComparison.Ordinal)) { continue; }
                var tree = await store.TextAsync("EXPLAIN AST " + rewritten);
                Assert.NotEmpty(tree);
            }
        }
    }

    [EngineFact]
    public async Task Every_table_is_made_twice_and_takes_the_columns_that_its_writer_sends()
    {
        using var folder = new TemporaryFolder();
        await using var store = new ClusterClickHouse(await LoneCluster.OpenAsync(folder, Database), LoneCluster.Name);
        await SchemaMigrations.ApplyAsync(store);
        foreach (var table in Tables.All)
        {
            Assert.Equal(
                $"Distributed\n{table.Name}_local",
                await store.TextAsync($"SELECT if(engine = 'Distributed', engine, name) FROM system.tables WHERE database = '{Database}' AND name IN ('{table.Name}', '{table.Name}_local') ORDER BY name"));
            var columns = await store.TextAsync($"SELECT name, type FROM system.columns WHERE database = '{Database}' AND table = '{table.Name}' ORDER BY name");
            var sent = string.Join('\n', table.Columns.OrderBy(c => c.Name, StringComparer.Ordinal).Select(c => $"{c.Name}\t{c.Type.Replace("'", "\\'")}"));
            Assert.Equal(sent, columns);
        }
    }

    [Theory]
    [InlineData("OPTIMIZE TABLE blocks FINAL")]
    [InlineData("CREATE TABLE t (a UInt64) ENGINE = MergeTree ORDER BY a")]
    [InlineData("ALTER TABLE blocks DELETE WHERE slot = 1")]
    public void A_statement_without_a_form_is_refused_and_not_run_on_one_server_alone(string sql) =>
        Assert.Throws<StoreException>(() => ClusterStatements.Rewrite(sql, Cluster, Database));

    [Fact]
    public void A_question_about_parts_asks_all_servers()
    {
        var sql = ClusterStatements.RewriteQuestion("SELECT max(p.rows) FROM system.parts AS p WHERE active", Cluster);
        Assert.Contains("clusterAllReplicas('main', system.parts)) AS p WHERE active", sql);
        Assert.Equal("SELECT 1 FROM system.tables", ClusterStatements.RewriteQuestion("SELECT 1 FROM system.tables", Cluster));
    }

    [EngineFact]
    public async Task A_question_about_parts_gives_the_same_columns()
    {
        using var folder = new TemporaryFolder();
        await using var store = await folder.OpenAsync();
        await store.ExecuteAsync("CREATE TABLE t (a UInt64) ENGINE = MergeTree ORDER BY a");
        await store.ExecuteAsync("INSERT INTO t VALUES (1)");
        var sql = ClusterStatements.RewriteQuestion("SELECT table, rows, active FROM system.parts WHERE database = currentDatabase() GROUP BY ALL", "default");
        Assert.Equal("t\t1\t1", await store.TextAsync(sql.Replace("clusterAllReplicas('default', system.parts)", "system.parts", StringComparison.Ordinal)));
    }

    private static void Check(string name, IReadOnlyList<string> statements)
    {
        var text = new StringBuilder();
        foreach (var statement in statements)
        {
            foreach (var rewritten in ClusterStatements.Rewrite(statement, Cluster, Database)) { text.Append(rewritten).Append(";\n\n"); }
        }

        var file = Path.Combine(Folder, name + ".sql");
        var actual = text.ToString().TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1") { File.WriteAllText(file, actual); }
        Assert.True(File.Exists(file), $"{file} is missing: run this test with UPDATE_GOLDEN=1 and review it.");
        Assert.Equal(File.ReadAllText(file), actual);
    }
}
