using System.Globalization;
using System.Text.Json;

namespace Sluice.Sinks.Writing;

/// <summary>What opening a store removed.</summary>
/// <param name="Slots">Slots that a broken-off run had begun and not finished.</param>
/// <param name="Rows">Rows of theirs, over all tables.</param>
public sealed record RecoveryResult(IReadOnlyList<ulong> Slots, long Rows)
{
    /// <summary>Nothing was left behind.</summary>
    public static RecoveryResult Clean { get; } = new([], 0);
}

/// <summary>Removes rows of slots that a writer had not finished when it was broken off.</summary>
/// <remarks>
/// A writer names the slots of a batch in <c>writer_sessions</c> before it writes the batch, and writes one batch at a
/// time; so the last row of a session without an end names every slot that can be unfinished, and the size of the store does not matter.
/// It is for a store with one writer: sessions of others that are still writing would be taken for broken off.
/// </remarks>
internal static class StoreRecovery
{
    private const int SlotsAStatement = 5_000;

    public static async Task<RecoveryResult> RunAsync(IClickHouse store, CancellationToken ct)
    {
        var broken = await store.QueryAsync(
            new ClickHouseQuery($"SELECT toString(id) AS id, batch, slots FROM {StoreTables.Sessions} WHERE ended IS NULL"), ct)
            .ConfigureAwait(false);
        if (broken.Rows == 0) { return RecoveryResult.Clean; }

        var sessions = new List<(string Id, ulong Batch)>();
        var touched = new SortedSet<ulong>();
        foreach (var line in broken.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var row = JsonDocument.Parse(line);
            sessions.Add((row.RootElement.GetProperty("id").GetString()!, Number(row.RootElement.GetProperty("batch"))));
            foreach (var slot in row.RootElement.GetProperty("slots").EnumerateArray()) { touched.Add(Number(slot)); }
        }

        var unfinished = new List<ulong>();
        long rows = 0;
        foreach (var slots in touched.Chunk(SlotsAStatement))
        {
            var list = List(slots);
            var stored = await NumbersAsync(store, $"SELECT slot FROM {StoreTables.Blocks} WHERE slot IN ({list})", ct).ConfigureAwait(false);
            var missing = slots.Except(stored).ToArray();
            if (missing.Length == 0) { continue; }
            unfinished.AddRange(missing);
            rows += await DeleteFactsAsync(store, List(missing), ct).ConfigureAwait(false);
        }

        foreach (var (id, batch) in sessions)
        {
            await store.ExecuteAsync(
                $"INSERT INTO {StoreTables.Sessions} (id, started, batch, slots, ended) VALUES ('{id}', now64(3), {batch + 1}, [], now64(3))", ct)
                .ConfigureAwait(false);
        }

        return new RecoveryResult(unfinished, rows);
    }

    /// <summary>Takes slots out of the store: first the rows that make them count, then the rest.</summary>
    public static async Task RemoveAsync(IClickHouse store, IEnumerable<ulong> slots, CancellationToken ct)
    {
        foreach (var some in slots.Chunk(SlotsAStatement))
        {
            var list = List(some);
            await store.ExecuteAsync($"DELETE FROM {StoreTables.Blocks} WHERE slot IN ({list})", ct).ConfigureAwait(false);
            await DeleteFactsAsync(store, list, ct).ConfigureAwait(false);
        }
    }

    /// <summary>Takes blocks out of the store with everything that was read of them; their findings stay, to be retracted or replaced.</summary>
    public static async Task RemoveBlocksAsync(IClickHouse store, IEnumerable<ulong> slots, CancellationToken ct)
    {
        foreach (var some in slots.Chunk(SlotsAStatement))
        {
            var list = List(some);
            await store.ExecuteAsync($"DELETE FROM {StoreTables.Blocks} WHERE slot IN ({list})", ct).ConfigureAwait(false);
            await DeleteFactsAsync(store, list, ct, StoredFindings.Tables).ConfigureAwait(false);
        }
    }

    /// <summary>Slots as SQL.</summary>
    public static string List(IEnumerable<ulong> slots) => string.Join(',', slots.Select(s => s.ToString(CultureInfo.InvariantCulture)));

    private static async Task<long> DeleteFactsAsync(IClickHouse store, string list, CancellationToken ct, IReadOnlyList<string>? but = null)
    {
        long rows = 0;
        foreach (var (table, column) in StoreTables.Facts)
        {
            if (but?.Contains(table) == true) { continue; }
            var there = await NumbersAsync(store, $"SELECT count() FROM {table} WHERE {column} IN ({list})", ct).ConfigureAwait(false);
            if (there[0] == 0) { continue; }
            await store.ExecuteAsync($"DELETE FROM {table} WHERE {column} IN ({list})", ct).ConfigureAwait(false);
            rows += (long)there[0];
        }

        return rows;
    }

    private static async Task<ulong[]> NumbersAsync(IClickHouse store, string sql, CancellationToken ct)
    {
        var result = await store.QueryAsync(new ClickHouseQuery(sql) { Format = "TSV" }, ct).ConfigureAwait(false);
        return [.. result.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(n => ulong.Parse(n, CultureInfo.InvariantCulture))];
    }

    /// <summary>Whole numbers of 64 bits may be JSON strings.</summary>
    private static ulong Number(JsonElement value) => value.ValueKind == JsonValueKind.String
        ? ulong.Parse(value.GetString()!, CultureInfo.InvariantCulture)
        : value.GetUInt64();
}
