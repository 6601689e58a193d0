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

    /// <summary>Table of what detectors turned down; what reading and decoding turned down is a fact of the block.</summary>
    private const string Rejections = "rejections", OfDetectors = "stage NOT IN ('read', 'decode')";

    /// <summary>Findings of ranges of slots, both ends included, that are not retracted.</summary>
    public static async Task<List<StoredFinding>> LoadAsync(IClickHouse store, IReadOnlyList<(ulong First, ulong Last)> ranges, CancellationToken ct)
    {
        var found = new List<StoredFinding>();
        if (ranges.Count == 0) { return found; }
        foreach (var table in Tables)
        {
            var sql = $"SELECT id, toString(slot) AS at, rule_version FROM {table} FINAL WHERE {Within(ranges)} AND NOT retracted";
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

    /// <summary>
    /// Removes what detectors said of ranges of slots, both ends included, so that it can be said anew: findings that are not retracted, and counts of what was
    /// turned down. One statement a table that has any.
    /// </summary>
    public static async Task RemoveAsync(IClickHouse store, IReadOnlyList<(ulong First, ulong Last)> ranges, CancellationToken ct)
    {
        if (ranges.Count == 0) { return; }
        foreach (var table in Tables) { await RemoveAsync(store, table, $"{Within(ranges)} AND NOT retracted", ct).ConfigureAwait(false); }
        await RemoveAsync(store, Rejections, $"{Within(ranges)} AND {OfDetectors}", ct).ConfigureAwait(false);
    }

    private static async Task RemoveAsync(IClickHouse store, string table, string where, CancellationToken ct)
    {
        var there = await store.QueryAsync(new ClickHouseQuery($"SELECT 1 FROM {table} WHERE {where} LIMIT 1"), ct).ConfigureAwait(false);
        if (there.Rows > 0) { await store.ExecuteAsync($"DELETE FROM {table} WHERE {where}", ct).ConfigureAwait(false); }
    }

    private static string Within(IReadOnlyList<(ulong First, ulong Last)> ranges) =>
        $"({string.Join(" OR ", ranges.Select(r => string.Create(CultureInfo.InvariantCulture, $"slot BETWEEN {r.First} AND {r.Last}")))})";

    private static string Quoted(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal);
}
