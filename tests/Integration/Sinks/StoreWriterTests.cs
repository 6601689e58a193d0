using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Sluice.Sinks;
using Sluice.Sinks.Writing;

namespace Sluice.Tests.Integration.Sinks;

[Collection(TestStore.Collection)]
public sealed class StoreWriterTests : IAsyncLifetime
{
    private const ulong First = 370_656_000;

    private readonly Stores _stores = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _stores.DisposeAsync();

    [EngineTheory]
    [StoreKinds(Clusters = true)]
    public async Task What_was_appended_is_stored_once_the_session_is_complete(StoreKind kind)
    {
        await using var store = await _stores.OpenAsync(kind);
        await WriteAsync(store, First, 50);
        Assert.Equal("1000\t50\t20", await store.TextAsync("SELECT count(), uniqExact(slot), uniqExact(`index`) FROM transactions"));
        Assert.Equal("1000\t500", await store.TextAsync("SELECT count(), countIf(sqrt_price_x64 = toInt128('170141183460469231731687303715884105727')) FROM swaps"));
        Assert.Equal("50\t17\t10", await Counts(store, "blocks", "arbitrages", "skipped_slots"));
        Assert.Equal(
            SlotRows.Signature(First, 3).ToString(),
            await store.TextAsync($"SELECT signature FROM swaps WHERE slot = {First} AND tx_index = 3"));
        Assert.Equal("-5\t-5\t2", await store.TextAsync("SELECT min(gross), max(gross), max(length(pools)) FROM arbitrages"));
        Assert.Equal("0", await store.TextAsync("SELECT count() FROM writer_sessions WHERE ended IS NULL"));
    }

    [EngineTheory]
    [StoreKinds(Clusters = true)]
    public async Task Writing_the_same_slots_again_changes_no_row(StoreKind kind)
    {
        await using var store = await _stores.OpenAsync(kind);
        await WriteAsync(store, First, 30);
        var before = await Everything(store);
        await WriteAsync(store, First, 30);
        Assert.Equal(before, await Everything(store));
    }

    [EngineTheory]
    [StoreKinds(Clusters = true)]
    public async Task Leaderboards_count_a_repeated_run_once_and_leave_out_retractions(StoreKind kind)
    {
        await using var store = await _stores.OpenAsync(kind);
        await WriteAsync(store, First, 30);
        await WriteAsync(store, First, 30);
        Assert.Equal("600", await store.TextAsync("SELECT sum(swap_count) FROM pool_leaderboard"));
        Assert.Equal("10\t-50\t858", await store.TextAsync("SELECT sum(arbitrage_count), sum(gross_total), any(epoch) FROM searcher_leaderboard"));

        await using var writer = await StoreWriter.OpenAsync(store);
        Arbitrage retraction = default;
        retraction.Reset();
        retraction.Id = FindingId.Arbitrage(SlotRows.Signature(First, 0));
        (retraction.RuleVersion, retraction.Retracted, retraction.Slot) = (1, true, (long)First);
        writer.Append(First, in retraction);
        await writer.CompleteAsync();
        Assert.Equal("9", await store.TextAsync("SELECT sum(arbitrage_count) FROM searcher_leaderboard"));
    }

    [EngineTheory]
    [StoreKinds(Clusters = true)]
    public async Task Slots_that_were_not_ended_are_removed_on_the_next_opening_and_no_others(StoreKind kind)
    {
        await using var store = await _stores.OpenAsync(kind);
        await WriteAsync(store, First, 10);
        var complete = await Everything(store);

        // Rows of two slots reach the tables, their rows of blocks do not.
        await using (var broken = await StoreWriter.OpenAsync(store))
        {
            Assert.Empty(broken.Recovery.Slots);
            foreach (var slot in new[] { First + 20, First + 700_000 })
            {
                SkippedSlotRow skipped = new() { Slot = (long)slot - 1, ProvenBySlot = (long)slot, Version = 1 };
                broken.Append(slot, in skipped);
                PoolSwap swap = default;
                swap.Reset();
                swap.Slot = (long)slot;
                broken.Append(slot, in swap);
            }

            await broken.FlushAsync();
        }

        Assert.Equal("202", await store.TextAsync("SELECT count() FROM swaps"));
        await using (var next = await StoreWriter.OpenAsync(store))
        {
            Assert.Equal([First + 20, First + 700_000], next.Recovery.Slots);
            Assert.Equal(4, next.Recovery.Rows);
            Assert.Equal(complete, await Everything(store));
        }

        await using var clean = await StoreWriter.OpenAsync(store);
        Assert.Equal((0, 0L), (clean.Recovery.Slots.Count, clean.Recovery.Rows));
    }

    [EngineTheory]
    [StoreKinds(Clusters = true)]
    public async Task A_slot_begun_batches_ago_is_still_known_as_unfinished(StoreKind kind)
    {
        await using var store = await _stores.OpenAsync(kind);
        await using (var broken = await StoreWriter.OpenAsync(store))
        {
            PoolSwap swap = default;
            swap.Reset();
            swap.Slot = (long)First;
            broken.Append(First, in swap);
            await broken.FlushAsync();
            for (ulong i = 1; i < 4; i++)
            {
                await SlotRows.WriteAsync(broken, First + i);
                await broken.FlushAsync();
            }
        }

        await using var next = await StoreWriter.OpenAsync(store);
        Assert.Equal([First], next.Recovery.Slots);
        Assert.Equal("60", await store.TextAsync("SELECT count() FROM swaps"));
    }

    [EngineTheory]
    [StoreKinds(Clusters = true)]
    public async Task A_replaced_slot_keeps_no_row_of_the_old_block(StoreKind kind)
    {
        await using var store = await _stores.OpenAsync(kind);
        await WriteAsync(store, First, 5);
        await using var writer = await StoreWriter.OpenAsync(store);
        writer.Replace(First + 1);
        await SlotRows.WriteAsync(writer, First + 1, transactions: 3, fork: 1);
        await writer.CompleteAsync();
        Assert.Equal("3", await store.TextAsync($"SELECT count() FROM transactions WHERE slot = {First + 1}"));
        Assert.Equal("83\t83\t5", await Counts(store, "transactions", "swaps", "blocks"));
        Assert.Equal(
            SlotRows.Blockhash(First + 1, fork: 1).ToString(), await store.TextAsync($"SELECT blockhash FROM blocks WHERE slot = {First + 1}"));
    }

    [EngineTheory]
    [StoreKinds(Clusters = true)]
    public async Task Stored_slots_are_found_by_hash_and_version(StoreKind kind)
    {
        await using var store = await _stores.OpenAsync(kind);
        await WriteAsync(store, First, 5);
        await WriteAsync(store, First + 500_000, 5);
        var slots = await StoredSlots.LoadAsync(store);
        Assert.Equal(10, slots.Count);
        Assert.Equal(StoredSlotState.Stored, slots.Find(First + 2, SlotRows.Blockhash(First + 2), 1));
        Assert.Equal(StoredSlotState.Outdated, slots.Find(First + 2, SlotRows.Blockhash(First + 2, fork: 1), 1));
        Assert.Equal(StoredSlotState.Outdated, slots.Find(First + 2, SlotRows.Blockhash(First + 2), 2));
        Assert.Equal(StoredSlotState.Absent, slots.Find(First + 9, SlotRows.Blockhash(First + 9), 1));
        Assert.Equal(5, (await StoredSlots.LoadAsync(store, first: First + 100)).Count);
    }

    [EngineTheory]
    [StoreKinds(Clusters = true)]
    public async Task Rows_without_a_slot_are_stored_and_replaced(StoreKind kind)
    {
        await using var store = await _stores.OpenAsync(kind);
        for (var run = 0; run < 2; run++)
        {
            await using var writer = await StoreWriter.OpenAsync(store);
            DeadLetter dead = default;
            dead.Reset();
            (dead.Topic, dead.Source, dead.Reason, dead.Payload, dead.PayloadLength) = ("chain.blocks", "a.json", "truncated-json", [0, 255, 1], 3);
            writer.Append(in dead);
            CheckpointRow checkpoint = new() { Topology = "arbitrage", Partition = 0, Position = 10 + run, UpdatedUnixMs = 1_700_000_000_000 + run };
            writer.Append(in checkpoint);
            await writer.CompleteAsync();
        }

        Assert.Equal("1\t00FF01", await store.TextAsync("SELECT count(), any(hex(payload)) FROM dead_letters"));
        Assert.Equal("11", await store.TextAsync("SELECT position FROM checkpoints"));
    }

    internal static async Task WriteAsync(IClickHouse store, ulong first, int slots)
    {
        await using var writer = await StoreWriter.OpenAsync(store, new StoreWriterOptions { BatchRows = 300 });
        for (var i = 0; i < slots; i++) { await SlotRows.WriteAsync(writer, first + (ulong)i); }
        await writer.CompleteAsync();
    }

    /// <summary>Count and checksum of every table that holds facts.</summary>
    internal static async Task<string> Everything(IClickHouse store)
    {
        var tables = StoreTables.Facts.Select(f => f.Table).Append(StoreTables.Blocks);
        var lines = new List<string>();
        foreach (var table in tables)
        {
            lines.Add(table + "\t" + await store.TextAsync($"SELECT count(), sum(cityHash64(tuple(*))) FROM {table}"));
        }

        return string.Join('\n', lines);
    }

    private static async Task<string> Counts(IClickHouse store, params string[] tables)
    {
        var counts = new List<string>();
        foreach (var table in tables) { counts.Add(await store.TextAsync($"SELECT count() FROM {table}")); }
        return string.Join('\t', counts);
    }
}
