using Sluice.Cli.Replay;
using Sluice.Lab;
using Sluice.Schemas.Records;
using Sluice.Sinks;
using Sluice.Sinks.Embedded;
using Sluice.Sinks.Migrations;
using Sluice.Sinks.Topics;
using Sluice.Sinks.Writing;
using Sluice.Streams;
using Sluice.Tests.Unit.Sinks;

namespace Sluice.Tests.Integration.Sinks;

/// <summary>Rows that come through topics are those of the pipeline in one process.</summary>
[Collection(TestStore.Collection)]
public sealed class TopicSinkTests : IDisposable
{
    private static readonly SimulatorOptions Chain = new() { Slots = 60, Seed = 77, VotesPerBlock = 50, NonVotesPerBlock = 120 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [EngineFact]
    public async Task Topics_in_any_number_of_partitions_and_sinks_with_repetitions_give_the_rows_of_the_bus_in_one_process()
    {
        await using var direct = await _folder.OpenAsync("direct");
        await ReplayAsync(direct);
        var expected = await ChecksumsAsync(direct);
        Assert.All(expected, row => Assert.DoesNotContain(": 0\t", row));

        foreach (var (partitions, sinks, seed) in new[] { (1, 1, 1), (12, 1, 2), (12, 3, 3), (5, 2, 4) })
        {
            await using var store = await _folder.OpenAsync($"topics_{partitions}_{sinks}");
            await FillAsync(store, await LogAsync(partitions), sinks, new Random(seed));
            Assert.Equal(expected, await ChecksumsAsync(store));
        }
    }

    [EngineFact]
    public async Task Sinks_that_start_together_make_the_tables_once()
    {
        await using var store = await _folder.OpenAsync("together");
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => SchemaMigrations.ApplyAsync(store))));
        Assert.Equal(0, await SchemaMigrations.ApplyAsync(store));
        Assert.Equal(
            string.Join('\n', SchemaMigrations.All.Select(m => $"{m.Number}\t{m.Checksum}")),
            await store.TextAsync("SELECT number, checksum FROM schema_migrations ORDER BY number"));
        await SchemaMigrations.RequireCurrentAsync(store);
    }

    /// <summary>Each sink has partitions of its own; every one is given up in the middle and its partitions are read again from before.</summary>
    private static async Task FillAsync(IClickHouse store, TopicLog log, int sinks, Random random)
    {
        var owned = log.Partitions.Keys.Select((p, i) => (p, i % sinks)).ToDictionary(x => x.p, x => x.Item2);
        await Task.WhenAll(Enumerable.Range(0, sinks).Select(number => Task.Run(async () =>
        {
            var mine = new Random(random.Next() + number);
            var committed = new Dictionary<(Topic, int), long>();
            for (var life = 0; life < 4; life++)
            {
                await using var sink = await TopicSink.OpenAsync(
                    store,
                    (positions, _) =>
                    {
                        // Now and then the process dies before it commits what is stored.
                        foreach (var (topic, partition, next) in mine.Next(3) == 0 ? [] : positions) { committed[(topic, partition)] = next; }
                        return ValueTask.CompletedTask;
                    },
                    (letter, _) => throw new InvalidOperationException($"a row was refused: {letter.Message}"),
                    new TopicSinkOptions { BatchRows = 500 + mine.Next(4_000) });
                var batches = log.Mixed(mine, committed).Where(b => owned[(b.Topic, b.Partition)] == number).ToList();
                foreach (var batch in life < 3 ? batches.Take(mine.Next(batches.Count + 1)) : batches)
                {
                    await sink.TakeAsync(batch);
                    if (mine.Next(20) == 0) { await sink.TakeAsync(batch); }
                }

                if (life == 3) { await sink.CompleteAsync(); }
            }
        })));
    }

    private static async Task ReplayAsync(EmbeddedClickHouse store)
    {
        await using var writer = await StoreWriter.OpenAsync(store);
        await new ReplayRun(new SimulatedInput(Chain), writer, null, new ReplayOptions()).RunAsync(null, CancellationToken.None);
    }

    /// <summary>The same chain as topics.</summary>
    private static async Task<TopicLog> LogAsync(int partitions)
    {
        var log = new TopicLog(partitions);
        var ledger = new SlotLedger(null);
        await foreach (var unit in new DecodeStage(new SimulatedInput(Chain), log.BlockPool, 2).RunAsync(CancellationToken.None))
        {
            Enter(unit.Batch!);
            unit.Document!.Return();
        }

        log.Finish();
        return log;

        void Enter(RecordBatch<Block> batch)
        {
            ref var block = ref batch.Records[0];
            ledger.Enter(in block);
            block.Quality.Parent = ledger.CheckParent(in block);
            log.Add(batch);
        }
    }

    private static async Task<string[]> ChecksumsAsync(IClickHouse store)
    {
        string[] tables = ["blocks", "transactions", "swaps", "arbitrages", "rejections", "data_quality", "decoder_agreement", "skipped_slots", "sandwiches", "round_trips", "failed_attempts", "bundles"];
        return await Task.WhenAll(tables.Select(async t => $"{t}: {await store.TextAsync($"SELECT count(), sum(cityHash64(toString(tuple(*)))) FROM {t} FINAL")}"));
    }
}
