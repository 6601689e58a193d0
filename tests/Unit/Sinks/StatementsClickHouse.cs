using System.Buffers;
using System.Runtime.CompilerServices;
using Sluice.Sinks;

namespace Sluice.Tests.Unit.Sinks;

/// <summary>A ClickHouse that writes down statements, and has one row of everything that is asked for.</summary>
internal sealed class StatementsClickHouse : IClickHouse
{
    /// <summary>What was executed.</summary>
    public List<string> Executed { get; } = [];

    /// <summary>What was asked.</summary>
    public List<string> Asked { get; } = [];

    public string Database => "test";

    public Task ExecuteAsync(string sql, CancellationToken ct = default)
    {
        Executed.Add(sql);
        return Task.CompletedTask;
    }

    public Task InsertAsync(string table, string columns, Action<IBufferWriter<byte>> writeBlocks, string deduplicationToken, CancellationToken ct = default) =>
        throw new NotSupportedException();

    public Task<QueryResult> QueryAsync(ClickHouseQuery query, CancellationToken ct = default)
    {
        Asked.Add(query.Sql);
        return Task.FromResult(new QueryResult(query.Format == "TSV" ? "1\n"u8.ToArray() : """{"id":"f","at":"7","rule_version":2}"""u8.ToArray(), 1));
    }

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(ClickHouseQuery query, [EnumeratorCancellation] CancellationToken ct = default)
    {
        await Task.CompletedTask;
        yield break;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
