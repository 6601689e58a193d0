using System.Globalization;
using Sluice.Schemas.Chain;

namespace Sluice.Sinks.Migrations;

/// <summary>Brings a database to the tables that this version knows, file by file, and records each in <c>schema_migrations</c>.</summary>
public static class SchemaMigrations
{
    private const string Folder = "clickhouse/";

    /// <summary>The files of schemas/clickhouse, in order.</summary>
    public static IReadOnlyList<Migration> All { get; } = Load();

    /// <summary>Applies what is missing and returns how many files that was.</summary>
    /// <exception cref="StoreException">The store was written by a newer version, or an applied file has changed.</exception>
    public static Task<int> ApplyAsync(IClickHouse store, CancellationToken ct = default) => ApplyAsync(store, All, ct);

    /// <summary>Applies what is missing of the given files.</summary>
    public static async Task<int> ApplyAsync(IClickHouse store, IReadOnlyList<Migration> migrations, CancellationToken ct = default)
    {
        await store.ExecuteAsync(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations
            (number UInt32, name String, checksum String, applied DateTime64(3, 'UTC') DEFAULT now64(3))
            ENGINE = ReplacingMergeTree(applied) ORDER BY number
            """,
            ct).ConfigureAwait(false);
        var applied = await AppliedAsync(store, ct).ConfigureAwait(false);
        Check(applied, migrations, store.Database);
        var count = 0;
        foreach (var migration in migrations)
        {
            if (applied.ContainsKey(migration.Number)) { continue; }
            foreach (var statement in migration.Statements) { await store.ExecuteAsync(statement, ct).ConfigureAwait(false); }
            await store.ExecuteAsync(
                $"INSERT INTO schema_migrations (number, name, checksum) VALUES ({migration.Number}, '{migration.Name}', '{migration.Checksum}')",
                ct).ConfigureAwait(false);
            count++;
        }

        return count;
    }

    /// <summary>Refuses a store whose tables are not those of this version; for commands that only ask.</summary>
    public static async Task RequireCurrentAsync(IClickHouse store, CancellationToken ct = default)
    {
        var exists = await store.QueryAsync(
            new ClickHouseQuery("SELECT 1 FROM system.tables WHERE database = currentDatabase() AND name = 'schema_migrations'"),
            ct).ConfigureAwait(false);
        var applied = exists.Rows == 0 ? [] : await AppliedAsync(store, ct).ConfigureAwait(false);
        Check(applied, All, store.Database);
        if (All.Any(m => !applied.ContainsKey(m.Number)))
        {
            throw new StoreException(
                $"The store's tables are of an older version (database {store.Database}): run 'sluice replay' on it once, which brings them up to date.");
        }
    }

    private static async Task<Dictionary<int, string>> AppliedAsync(IClickHouse store, CancellationToken ct)
    {
        var rows = await store.QueryAsync(
            new ClickHouseQuery("SELECT number, argMax(checksum, applied) FROM schema_migrations GROUP BY number ORDER BY number") { Format = "TSV" }, ct).ConfigureAwait(false);
        return rows.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('\t'))
            .ToDictionary(parts => int.Parse(parts[0], CultureInfo.InvariantCulture), parts => parts[1]);
    }

    private static void Check(Dictionary<int, string> applied, IReadOnlyList<Migration> migrations, string database)
    {
        var newest = migrations.Count == 0 ? 0 : migrations[^1].Number;
        foreach (var (number, checksum) in applied)
        {
            if (number > newest)
            {
                throw new StoreException(
                    $"The store's tables are of a newer version (database {database} has migration {number}, this version knows up to {newest}): use that version, or another store.");
            }

            if (migrations.FirstOrDefault(m => m.Number == number) is not { } known || known.Checksum != checksum)
            {
                throw new StoreException(
                    $"Migration {number} of database {database} is not the one this version has: a file that was applied must not change. Use the version that wrote the store, or another store.");
            }
        }
    }

    private static IReadOnlyList<Migration> Load()
    {
        var assembly = typeof(Pubkey).Assembly;
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
                .Select(name =>
                {
                    using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                    return new Migration(name[Folder.Length..], reader.ReadToEnd());
                })
                .OrderBy(migration => migration.Number),
        ];
    }
}
