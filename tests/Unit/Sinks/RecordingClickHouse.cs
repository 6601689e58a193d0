using System.Buffers;
using System.Runtime.CompilerServices;
using Sluice.Sinks;

namespace Sluice.Tests.Unit.Sinks;

/// <summary>A ClickHouse that keeps a list of what was asked of it and fails on command.</summary>
internal sealed class RecordingClickHouse : IClickHouse
{
    private readonly Lock _gate = new();
    private readonly List<string> _inserts = [];

    /// <summary>Called before an insert counts; throws to refuse it. The task it gives holds the insert up.</summary>
    public Func<string, Task> OnInsert { get; set; } = _ => Task.CompletedTask;

    /// <summary>Tables in the order of their inserts.</summary>
    public IReadOnlyList<string> Inserts
    {
        get { lock (_gate) { return [.. _inserts]; } }
    }

    public string Database => "test";

    public Task ExecuteAsync(string sql, CancellationToken ct = default)
    {
        if (sql.StartsWith("INSERT INTO writer_sessions", StringComparison.Ordinal)) { Add(sql.Contains("now64(3))") && !sql.Contains("NULL") ? "end" : "begin"); }
        return Task.CompletedTask;
    }

    public async Task InsertAsync(
        string table, string columns, Action<IBufferWriter<byte>> writeBlocks, string deduplicationToken, CancellationToken ct = default)
    {
        var bytes = new ArrayBufferWriter<byte>();
        writeBlocks(bytes);
        await OnInsert(table).WaitAsync(ct);
        Add(table);
    }

    public Task<QueryResult> QueryAsync(ClickHouseQuery query, CancellationToken ct = default) => Task.FromResult(new QueryResult([], 0));

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(ClickHouseQuery query, [EnumeratorCancellation] CancellationToken ct = default)
    {
        await Task.CompletedTask;
        yield break;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Add(string what)
    {
        lock (_gate) { _inserts.Add(what); }
    }
}
