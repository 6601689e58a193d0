using System.Text.Json;

namespace Sluice.Api.Queries;

/// <summary>What is in the store at a moment.</summary>
/// <param name="Generation">Changes whenever rows were added, replaced or removed; sometimes also when only files were merged.</param>
/// <param name="Slots">First and last slot with a block; null in an empty store.</param>
internal sealed record StoreSnapshot(string Generation, (ulong First, ulong Last)? Slots);

/// <summary>Knows whether the store has changed, so that an answer need be made only once for each state of it.</summary>
/// <remarks>
/// Asked at most once in <see cref="ApiOptions.CacheFreshness"/>, and only when somebody asks; requests that come meanwhile
/// wait for the same answer. The state is read from the engine's list of parts: the highest block number and mutation of
/// each partition, and the count of its rows, so it costs the same however much is stored.
/// </remarks>
internal sealed class StoreState(StoreReader store, ApiOptions options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private Task<StoreSnapshot>? _current;
    private long _readAt;

    public Task<StoreSnapshot> CurrentAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            // What failed is asked again at once. What is under way is waited for, however long.
            var isOld = _current is null or { IsFaulted: true } or { IsCanceled: true }
                || (_current.IsCompletedSuccessfully && time.GetElapsedTime(_readAt) >= options.CacheFreshness);
            if (isOld)
            {
                // Not this request's token: others wait for the answer too, and the statement has a limit of its own.
                _readAt = time.GetTimestamp();
                _current = ReadAsync();
            }

            return _current!.IsCompleted ? _current : _current.WaitAsync(cancellationToken);
        }
    }

    private async Task<StoreSnapshot> ReadAsync()
    {
        var statement = new SqlStatement(
            "store_state",
            """
            SELECT lower(hex(sipHash128(groupArray((p.table, p.partition_id, p.parts))))) AS generation,
              (SELECT count() FROM blocks) > 0 AS has_blocks,
              toDecimal64((SELECT min(slot) FROM blocks), 0) AS first, toDecimal64((SELECT max(slot) FROM blocks), 0) AS last
            FROM (
              SELECT table, partition_id, (max(max_block_number), max(data_version), sum(rows)) AS parts
              FROM system.parts
              WHERE active AND database = currentDatabase()
              GROUP BY table, partition_id
              ORDER BY table, partition_id) AS p
            """);
        using var json = JsonDocument.Parse(await store.ReadRowAsync(statement, CancellationToken.None) ?? "{}"u8.ToArray());
        var row = json.RootElement;
        return new StoreSnapshot(
            row.GetProperty("generation").GetString()!,
            row.GetProperty("has_blocks").GetInt32() == 1
                ? (row.GetProperty("first").GetUInt64(), row.GetProperty("last").GetUInt64())
                : null);
    }
}
