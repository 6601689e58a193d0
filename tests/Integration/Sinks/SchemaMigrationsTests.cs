using Sluice.Schemas.Records;
using Sluice.Sinks;
using Sluice.Sinks.Migrations;
using Sluice.Sinks.Writing;

namespace Sluice.Tests.Integration.Sinks;

[Collection(TestStore.Collection)]
public sealed class SchemaMigrationsTests : IAsyncLifetime
{
    private readonly Stores _stores = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _stores.DisposeAsync();

    [EngineTheory]
    [StoreKinds]
    public async Task Every_table_has_exactly_the_columns_that_its_writer_sends(StoreKind kind)
    {
        await using var store = await _stores.OpenAsync(kind);
        await SchemaMigrations.ApplyAsync(store);
        foreach (var table in Tables.All)
        {
            var columns = await store.TextAsync($"SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = '{table.Name}' ORDER BY name");
            var sent = string.Join('\n', table.Columns.OrderBy(c => c.Name, StringComparer.Ordinal).Select(c => $"{c.Name}\t{c.Type.Replace("'", "\\'")}"));
            Assert.Equal(sent, columns);
        }
    }

    [Fact]
    public void Every_table_with_a_slot_is_written_before_or_as_blocks()
    {
        var slotless = new[] { "dead_letters", "checkpoints", "gaps", "validators", StoreTables.Blocks };
        Assert.Equal(
            Tables.All.Select(t => t.Name).Except(slotless).Order(),
            StoreTables.Facts.Select(f => f.Table).Order());
    }

    [EngineTheory]
    [StoreKinds]
    public async Task Files_are_applied_once_and_recorded(StoreKind kind)
    {
        await using var store = await _stores.OpenAsync(kind);
        Assert.Equal(SchemaMigrations.All.Count, await SchemaMigrations.ApplyAsync(store));
        Assert.Equal(0, await SchemaMigrations.ApplyAsync(store));
        await SchemaMigrations.RequireCurrentAsync(store);
        Assert.Equal(
            string.Join('\n', SchemaMigrations.All.Select(m => $"{m.Number}\t{m.Name}\t{m.Checksum}")),
            await store.TextAsync("SELECT number, name, checksum FROM schema_migrations ORDER BY number"));
    }

    [EngineTheory]
    [StoreKinds]
    public async Task An_older_store_gets_what_it_lacks_and_a_newer_or_changed_one_is_refused(StoreKind kind)
    {
        await using var store = await _stores.OpenAsync(kind);
        var first = new Migration("001_one.sql", "-- one; really\nCREATE TABLE IF NOT EXISTS one (a UInt64) ENGINE = MergeTree ORDER BY a;\n");
        var second = new Migration(
            "002_two.sql", "CREATE VIEW IF NOT EXISTS v AS SELECT ';' AS c,\n a FROM one;\nCREATE VIEW IF NOT EXISTS w AS SELECT 1 AS a;");
        await Assert.ThrowsAsync<StoreException>(() => SchemaMigrations.RequireCurrentAsync(store));
        Assert.Equal(1, await SchemaMigrations.ApplyAsync(store, [first]));
        Assert.Equal(1, await SchemaMigrations.ApplyAsync(store, [first, second]));
        Assert.Equal("1", await store.TextAsync("SELECT a FROM w"));

        var newer = await Assert.ThrowsAsync<StoreException>(() => SchemaMigrations.ApplyAsync(store, [first]));
        Assert.Contains("newer version", newer.Message);
        var changed = await Assert.ThrowsAsync<StoreException>(
            () => SchemaMigrations.ApplyAsync(store, [first, new Migration("002_two.sql", "SELECT 1")]));
        Assert.Contains("Migration 2", changed.Message);
        Assert.Contains("newer version", (await Assert.ThrowsAsync<StoreException>(async () =>
        {
            await store.ExecuteAsync("INSERT INTO schema_migrations (number, name, checksum) VALUES (9999, 'later', 'x')");
            await SchemaMigrations.ApplyAsync(store, [first, second]);
        })).Message);
    }

    [EngineTheory]
    [StoreKinds]
    public async Task A_migration_that_was_applied_but_not_recorded_is_applied_again(StoreKind kind)
    {
        await using var store = await _stores.OpenAsync(kind);
        await SchemaMigrations.ApplyAsync(store);
        await store.ExecuteAsync("TRUNCATE TABLE schema_migrations");
        Assert.Equal(SchemaMigrations.All.Count, await SchemaMigrations.ApplyAsync(store));
    }
}
