using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Sluice.Sinks;
using Sluice.Tests.Properties.Schemas;

namespace Sluice.Tests.Unit.Sinks;

/// <summary>A ClickHouse in memory: rows replace one another by their key as with FINAL, repeated tokens change nothing, and it fails on command.</summary>
internal sealed class MemoryClickHouse : IClickHouse
{
    private static readonly Dictionary<string, string[]> Keys = new()
    {
        ["blocks"] = ["slot"],
        ["transactions"] = ["slot", "index", "signature"],
        ["swaps"] = ["slot", "tx_index", "signature", "ix_index", "inner_ix_index", "leg_index"],
        ["validators"] = ["epoch", "vote_account", "slot"],
        ["arbitrages"] = ["slot", "tx_index", "id"],
        ["sandwiches"] = ["slot", "id"],
        ["round_trips"] = ["slot", "id"],
        ["jit"] = ["slot", "id"],
        ["liquidations"] = ["slot", "tx_index", "id"],
        ["failed_attempts"] = ["slot", "tx_index", "id"],
        ["bundles"] = ["slot", "first_tx_index", "id"],
        ["rejections"] = ["slot", "stage", "reason"],
        ["data_quality"] = ["slot"],
        ["decoder_agreement"] = ["slot", "program", "venue"],
        ["skipped_slots"] = ["slot"],
        ["dead_letters"] = ["topic", "source", "reason", "slot", "tx_index", "offset"],
    };

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, string> _rows = [];
    private readonly HashSet<string> _tokens = [];
    private readonly List<string> _inserts = [];

    /// <summary>One insert.</summary>
    internal sealed record Insert(string Table, JsonObject[] Rows, string Token);

    /// <summary>Called before an insert counts; throws to refuse it. The task it gives holds the insert up.</summary>
    public Func<Insert, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called when the rows are in; throws to lose the acknowledgement.</summary>
    public Action<Insert> After { get; set; } = _ => { };

    /// <summary>Called before any statement that is no insert.</summary>
    public Action<string> OnStatement { get; set; } = _ => { };

    /// <summary>Every row as it is seen with FINAL: table, key and content.</summary>
    public string[] Final
    {
        get { lock (_gate) { return [.. _rows.Select(r => $"{r.Key} {r.Value}")]; } }
    }

    /// <summary>Tables in the order in which inserts counted.</summary>
    public string[] Inserts
    {
        get { lock (_gate) { return [.. _inserts]; } }
    }

    public string Database => "memory";

    public Task ExecuteAsync(string sql, CancellationToken ct = default)
    {
        OnStatement(sql);
        return Task.CompletedTask;
    }

    public async Task InsertAsync(
        string table, string columns, Action<IBufferWriter<byte>> writeBlocks, string deduplicationToken, CancellationToken ct = default)
    {
        var bytes = new ArrayBufferWriter<byte>();
        writeBlocks(bytes);
        var insert = new Insert(table, NativeBlock.Read(bytes.WrittenSpan.ToArray(), out _), deduplicationToken);
        await Before(insert).WaitAsync(ct);
        lock (_gate)
        {
            if (_tokens.Add(deduplicationToken))
            {
                _inserts.Add(table);
                foreach (var row in insert.Rows) { _rows[$"{table} {string.Join('|', Keys[table].Select(k => row[k]?.ToString()))}"] = row.ToJsonString(); }
            }
        }

        After(insert);
    }

    /// <summary>Rows of a table.</summary>
    public int Count(string table) => Final.Count(r => r.StartsWith(table + " ", StringComparison.Ordinal));

    public Task<QueryResult> QueryAsync(ClickHouseQuery query, CancellationToken ct = default) => Task.FromResult(new QueryResult([], 0));

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(ClickHouseQuery query, [EnumeratorCancellation] CancellationToken ct = default)
    {
        await Task.CompletedTask;
        yield break;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
