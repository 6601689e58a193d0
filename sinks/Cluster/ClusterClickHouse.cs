using System.Buffers;

namespace Sluice.Sinks.Cluster;

/// <summary>A cluster of ClickHouse servers, reached through any of them: what changes tables reaches all servers.</summary>
/// <remarks>Inserts and questions go to the Distributed tables as they are; the server that takes them passes them on and waits.</remarks>
public sealed class ClusterClickHouse(IClickHouse inner, string cluster) : IClickHouse
{
    /// <inheritdoc/>
    public string Database => inner.Database;

    /// <inheritdoc/>
    public async Task ExecuteAsync(string sql, CancellationToken ct = default)
    {
        foreach (var statement in ClusterStatements.Rewrite(sql, cluster, Database)) { await inner.ExecuteAsync(statement, ct).ConfigureAwait(false); }
    }

    /// <inheritdoc/>
    public Task InsertAsync(
        string table, string columns, Action<IBufferWriter<byte>> writeBlocks, string deduplicationToken, CancellationToken ct = default) =>
        inner.InsertAsync(table, columns, writeBlocks, deduplicationToken, ct);

    /// <inheritdoc/>
    public Task<QueryResult> QueryAsync(ClickHouseQuery query, CancellationToken ct = default) => inner.QueryAsync(OnAll(query), ct);

    /// <inheritdoc/>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(ClickHouseQuery query, CancellationToken ct = default) =>
        inner.StreamAsync(OnAll(query), ct);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private ClickHouseQuery OnAll(ClickHouseQuery query) => query with { Sql = ClusterStatements.RewriteQuestion(query.Sql, cluster) };
}
