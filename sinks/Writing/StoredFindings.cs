using System.Globalization;
using System.Text.Json;

namespace Sluice.Sinks.Writing;

/// <summary>A finding that stands in the store.</summary>
/// <param name="Table">Its table.</param>
/// <param name="Id">Its id.</param>
/// <param name="Slot">Its slot.</param>
/// <param name="RuleVersion">Version of the rules that found it.</param>
public readonly record struct StoredFinding(string Table, string Id, ulong Slot, int RuleVersion);

/// <summary>Findings of the store, and taking them back.</summary>
public static class StoredFindings
{
    /// <summary>The tables of findings.</summary>
    public static IReadOnlyList<string> Tables { get; } =
        ["arbitrages", "sandwiches", "round_trips", "jit", "liquidations", "failed_attempts", "bundles"];

    /// <summary>Findings of a range of slots, both ends included, that are not retracted.</summary>
    public static async Task<List<StoredFinding>> LoadAsync(IClickHouse store, ulong first, ulong last, CancellationToken ct)
    {
        var found = new List<StoredFinding>();
        foreach (var table in Tables)
        {
            var sql = string.Create(
                CultureInfo.InvariantCulture,
                $"SELECT id, toString(slot) AS at, rule_version FROM {table} FINAL WHERE slot >= {first} AND slot <= {last} AND NOT retracted");
            var answer = await store.QueryAsync(new ClickHouseQuery(sql), ct).ConfigureAwait(false);
            foreach (var line in answer.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                using var row = JsonDocument.Parse(line);
                found.Add(new StoredFinding(
                    table,
                    row.RootElement.GetProperty("id").GetString()!,
                    ulong.Parse(row.RootElement.GetProperty("at").GetString()!, CultureInfo.InvariantCulture),
                    row.RootElement.GetProperty("rule_version").GetInt32()));
            }
        }

        return found;
    }

    /// <summary>Retracts findings: each row is written again with <c>retracted = true</c>, which replaces it.</summary>
    public static async Task RetractAsync(IClickHouse store, IEnumerable<StoredFinding> findings, CancellationToken ct)
    {
        foreach (var table in findings.GroupBy(f => f.Table))
        {
            foreach (var some in table.Chunk(1_000))
            {
                var ids = string.Join(',', some.Select(f => $"'{Quoted(f.Id)}'"));
                await store.ExecuteAsync(
                    $"INSERT INTO {table.Key} SELECT * REPLACE (true AS retracted) FROM {table.Key} FINAL WHERE slot IN ({StoreRecovery.List(some.Select(f => f.Slot).Distinct())}) AND id IN ({ids})",
                    ct).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Removes the findings of a range of slots, both ends included, that are not retracted, so that others can take their places.</summary>
    public static async Task RemoveAsync(IClickHouse store, ulong first, ulong last, CancellationToken ct)
    {
        foreach (var table in Tables)
        {
            var where = string.Create(CultureInfo.InvariantCulture, $"slot >= {first} AND slot <= {last} AND NOT retracted");
            var there = await store.QueryAsync(new ClickHouseQuery($"SELECT 1 FROM {table} WHERE {where} LIMIT 1"), ct).ConfigureAwait(false);
            if (there.Rows > 0) { await store.ExecuteAsync($"DELETE FROM {table} WHERE {where}", ct).ConfigureAwait(false); }
        }
    }

    private static string Quoted(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal);
}
