using System.Buffers;
using Sluice.Sinks;

namespace Sluice.Tests.Integration.Sinks;

/// <summary>The embedded engine as the only server of a cluster.</summary>
/// <remarks>
/// It has no keeper, so what needs one is taken out of statements: replication, and running a statement on every server. Everything
/// else runs as a cluster would run it: sharding keys, inserts and questions through Distributed tables, views over them, deletions.
/// </remarks>
internal sealed class LoneCluster : IClickHouse
{
    public const string Name = "main";

    private readonly IClickHouse _engine;

    private LoneCluster(IClickHouse engine) => _engine = engine;

    public string Database => _engine.Database;

    public static async Task<LoneCluster> OpenAsync(TemporaryFolder folder, string database)
    {
        // The engine reads what lies beside its configuration. It listens nowhere: a server at what would be its port is itself.
        var beside = Path.Combine(folder.Sub("store"), "clickhouse.d");
        if (!Directory.Exists(beside))
        {
            await (await folder.OpenAsync(database)).DisposeAsync();
            Directory.CreateDirectory(beside);
            await File.WriteAllTextAsync(Path.Combine(beside, "cluster.xml"), $"""
                <clickhouse><tcp_port>9000</tcp_port><remote_servers><{Name}>
                  <shard><internal_replication>true</internal_replication><replica><host>127.0.0.1</host><port>9000</port></replica></shard>
                </{Name}></remote_servers></clickhouse>
                """);
        }

        return new LoneCluster(await folder.OpenAsync(database));
    }

    public Task ExecuteAsync(string sql, CancellationToken ct = default) => _engine.ExecuteAsync(
        sql.Replace($"ON CLUSTER `{Name}` ", "", StringComparison.Ordinal)
            .Replace($" ON CLUSTER `{Name}`", "", StringComparison.Ordinal)
            .Replace("ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', ", "ReplacingMergeTree(", StringComparison.Ordinal)
            .Replace("ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')", "ReplacingMergeTree", StringComparison.Ordinal),
        ct);

    public Task InsertAsync(
        string table, string columns, Action<IBufferWriter<byte>> writeBlocks, string deduplicationToken, CancellationToken ct = default) =>
        _engine.InsertAsync(table, columns, writeBlocks, deduplicationToken, ct);

    public Task<QueryResult> QueryAsync(ClickHouseQuery query, CancellationToken ct = default) => _engine.QueryAsync(query, ct);

    public IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(ClickHouseQuery query, CancellationToken ct = default) => _engine.StreamAsync(query, ct);

    public ValueTask DisposeAsync() => _engine.DisposeAsync();
}
