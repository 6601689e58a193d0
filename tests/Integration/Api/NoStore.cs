using System.Buffers;
using System.Runtime.CompilerServices;
using Sluice.Sinks;

namespace Sluice.Tests.Integration.Api;

/// <summary>A store that does what a test says, or answers nothing at all.</summary>
internal sealed class NoStore : IClickHouse
{
    /// <summary>Answers a query; throws by default.</summary>
    public Func<ClickHouseQuery, CancellationToken, Task<QueryResult>> Answer { get; set; } =
        static (_, _) => throw new StoreException("There is no store here.");

    public string Database => "none";

    public Task ExecuteAsync(string sql, CancellationToken ct = default) => throw new NotSupportedException();

    public Task InsertAsync(
        string table, string columns, Action<IBufferWriter<byte>> writeBlocks, string deduplicationToken, CancellationToken ct = default) =>
        throw new NotSupportedException();

    public Task<QueryResult> QueryAsync(ClickHouseQuery query, CancellationToken ct = default) => Answer(query, ct);

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(ClickHouseQuery query, [EnumeratorCancellation] CancellationToken ct = default)
    {
        yield return (await Answer(query, ct)).Bytes;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
