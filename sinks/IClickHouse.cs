using System.Buffers;

namespace Sluice.Sinks;

/// <summary>A ClickHouse database: the embedded engine, or a server. Safe for concurrent use.</summary>
/// <remarks>
/// Statements name tables without a database: every one runs in <see cref="Database"/>. Whatever ClickHouse refuses comes
/// as <see cref="ClickHouseException"/>, whose kind says whether trying again can help.
/// </remarks>
public interface IClickHouse : IAsyncDisposable
{
    /// <summary>Database that statements run in.</summary>
    string Database { get; }

    /// <summary>Runs one statement that changes something and gives no rows: DDL, DELETE, INSERT … SELECT.</summary>
    Task ExecuteAsync(string sql, CancellationToken ct = default);

    /// <summary>Inserts blocks; when the task is done the rows are in the table and survive the end of the process.</summary>
    /// <param name="table">Table.</param>
    /// <param name="columns">Column names in the order of the blocks, quoted where needed, comma-separated.</param>
    /// <param name="writeBlocks">Writes blocks in Native format; called once an attempt.</param>
    /// <param name="deduplicationToken">
    /// Names the content, so that a server can leave out a batch that it has already (retries). The embedded engine does
    /// not keep tokens; there a repeated batch is replaced by the tables' keys.
    /// </param>
    /// <param name="ct">Gives up waiting; whether the rows were stored is then unknown.</param>
    Task InsertAsync(
        string table, string columns, Action<IBufferWriter<byte>> writeBlocks, string deduplicationToken, CancellationToken ct = default);

    /// <summary>Reads with one SELECT, SHOW, DESCRIBE, EXPLAIN or EXISTS; the whole result is in memory, bounded by the query's limits.</summary>
    Task<QueryResult> QueryAsync(ClickHouseQuery query, CancellationToken ct = default);

    /// <summary>Reads a result of any size piece by piece, in one of the formats that have no header and no footer.</summary>
    /// <remarks>
    /// Formats: JSONEachRow, TSV, CSV, of which pieces hold whole rows; RowBinary and Native, whose rows and blocks a server's pieces may
    /// split. A piece is valid until the next one is asked for.
    /// </remarks>
    IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(ClickHouseQuery query, CancellationToken ct = default);
}
