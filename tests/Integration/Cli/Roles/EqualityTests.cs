using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using Sluice.Processors.Topologies;
using Sluice.Streams;
using Sluice.Streams.Kafka;
using Sluice.Tests.Integration.Kafka;
using static Sluice.Tests.Integration.Cli.Roles.PipelineTests;

namespace Sluice.Tests.Integration.Cli.Roles;

/// <summary>The same blocks by many processes, of which some are killed: the same rows as a replay, and each record once on the topics.</summary>
public class EqualityTests
{
    internal const int Partitions = 12;

    [PipelineFact]
    public async Task Three_workers_with_twelve_partitions_and_kills_in_the_middle_give_the_rows_of_a_replay()
    {
        await using var cluster = KafkaCluster.Start();
        using var folder = new TemporaryFolder();
        await SimulateAsync(folder["blocks"], slots: 60, seed: 21);
        var expected = await ReplayAsync(folder["blocks"], folder["replayed"]);

        // Workers first, so that kills meet them at work.
        var workers = new List<RunningRole>();
        try
        {
            for (var i = 0; i < 3; i++) { workers.Add(await RunningRole.StartAsync(On(cluster, "process"))); }
            var sink = await RunningRole.StartAsync([.. On(cluster, "sink"), "--store", folder["sunk"], "--batch-age-ms", "50"]);
            foreach (var worker in workers) { await worker.UntilAsync("/health", HttpStatusCode.OK); }

            // The first ingest is killed as soon as it has written something; the one that stands by takes over.
            var first = await RunningRole.StartAsync([.. On(cluster, "ingest"), folder["blocks"]]);
            var second = SluiceProcess.RunAsync([.. On(cluster, "ingest"), folder["blocks"], "--http", "off"]);
            KafkaHarness.Read(cluster.Options(), Topics.Blocks, Partitions, b => b.Slot, blocks => blocks.Count > 0);
            await first.DisposeAsync();

            // So are a worker, when the first results are there, and the sink, when the first rows are.
            KafkaHarness.Read(cluster.Options(), Topics.Swaps, Partitions, s => s.Slot, swaps => swaps.Count > 0);
            await KillAsync(workers);
            workers.Add(await RunningRole.StartAsync(On(cluster, "process")));
            await KafkaHarness.UntilAsync(() => Stored(sink).Values.Sum() > 0, "the first rows are stored");
            await sink.DisposeAsync();
            await using var sinkAgain = await RunningRole.StartAsync([.. On(cluster, "sink"), "--store", folder["sunk"], "--batch-age-ms", "50"]);
            await KillAsync(workers);

            var ingested = await second;
            Assert.True(ingested.ExitCode == 0, ingested.Errors);
            await UntilDrainedAsync(cluster, sinkAgain);
            Assert.Equal(130, await sinkAgain.EndAsync());
        }
        finally
        {
            foreach (var worker in workers) { await worker.DisposeAsync(); }
        }

        Same(expected, await ChecksumsAsync(folder["sunk"]));

        // Readers of committed records see each once.
        var options = cluster.Options();
        var blocks = KafkaHarness.Read(options, Topics.Blocks, Partitions, b => (b.Slot, b.IsContext));
        Once([.. blocks.Where(b => !b.IsContext)], expected["blocks"].Count);
        Assert.Equal(blocks.Distinct().Count(), blocks.Count);
        Once(KafkaHarness.Read(options, Topics.Arbitrages, Partitions, a => a.Id), expected["arbitrages"].Count);
        Once(KafkaHarness.Read(options, Topics.Bundles, Partitions, b => b.Id), expected["bundles"].Count);
        Once(KafkaHarness.Read(options, Topics.Swaps, Partitions, s => (s.Signature, s.IxIndex, s.InnerIxIndex, s.LegIndex)), expected["swaps"].Count);
    }

    [PipelineFact]
    public async Task Blocks_that_come_twice_give_the_rows_of_a_replay()
    {
        await using var cluster = KafkaCluster.Start();
        using var folder = new TemporaryFolder();
        await SimulateAsync(folder["blocks"], slots: 20, seed: 22);
        var expected = await ReplayAsync(folder["blocks"], folder["replayed"]);
        for (var i = 0; i < 2; i++)
        {
            var ingested = await SluiceProcess.RunAsync([.. On(cluster, "ingest"), folder["blocks"], "--again", "--http", "off"]);
            Assert.True(ingested.ExitCode == 0, ingested.Errors);
        }

        await using var worker = await RunningRole.StartAsync(On(cluster, "process"));
        await using var sink = await RunningRole.StartAsync([.. On(cluster, "sink"), "--store", folder["sunk"], "--batch-age-ms", "50"]);
        await UntilDrainedAsync(cluster, sink);
        Assert.Equal(130, await sink.EndAsync());
        Same(expected, await ChecksumsAsync(folder["sunk"]));
    }

    [RealPipelineFact]
    public async Task Real_blocks_through_Kafka_give_the_rows_of_a_replay()
    {
        await using var cluster = KafkaCluster.Start();
        using var folder = new TemporaryFolder();
        var blocks = RealData.PathOf("blocks");
        await ReplayAsync(blocks, folder["replayed"]);

        // The data set has gaps: from the last of the neighbouring blocks on, nothing follows a group in its partition that would end it.
        const string LastOpenGroup = "55065152";
        var expected = await ChecksumsAsync(folder["replayed"], LastOpenGroup);
        var ingested = await SluiceProcess.RunAsync([.. On(cluster, "ingest"), blocks, "--http", "off"]);
        Assert.True(ingested.ExitCode == 0, ingested.Errors);
        await using var worker = await RunningRole.StartAsync(On(cluster, "process"));
        await using var sink = await RunningRole.StartAsync([.. On(cluster, "sink"), "--store", folder["sunk"], "--batch-age-ms", "50"]);
        await UntilDrainedAsync(cluster, sink);
        Assert.Equal(130, await sink.EndAsync());
        Same(expected, await ChecksumsAsync(folder["sunk"], LastOpenGroup));
    }

    private static async Task KillAsync(List<RunningRole> workers)
    {
        var first = workers[0];
        workers.RemoveAt(0);
        await first.DisposeAsync();
    }

    internal static void Same(Dictionary<string, (long Count, string Hash)> expected, Dictionary<string, (long Count, string Hash)> actual) =>
        Assert.Equal(expected.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}: {e.Value}"), actual.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}: {e.Value}"));

    internal static void Once<T>(List<T> records, long count)
    {
        Assert.Equal(count, records.Count);
        Assert.Equal(count, records.Distinct().Count());
    }

    private static async Task SimulateAsync(string folder, int slots, int seed)
    {
        var made = await SluiceProcess.RunAsync(
            "simulate", "--out", folder, "--slots", slots.ToString(CultureInfo.InvariantCulture), "--seed", seed.ToString(CultureInfo.InvariantCulture), "--slots-per-file", "5");
        Assert.True(made.ExitCode == 0, made.Errors);
    }

    private static async Task<Dictionary<string, (long Count, string Hash)>> ReplayAsync(string blocks, string store)
    {
        var replayed = await SluiceProcess.RunAsync("replay", blocks, "--store", store, "--json");
        Assert.True(replayed.ExitCode == 0, replayed.Errors);
        return await ChecksumsAsync(store);
    }

    internal static string[] On(KafkaCluster cluster, string command) =>
    [
        command, "--kafka", cluster.BootstrapServers, "--topic-prefix", cluster.Prefix, "--partitions", $"{Partitions}", "--replication", "1",
    ];

    /// <summary>Waits until every topology has processed every block, and the sink has committed everything that is on the topics.</summary>
    internal static async Task UntilDrainedAsync(KafkaCluster cluster, RunningRole sink)
    {
        var options = cluster.Options();
        using var admin = new TopicAdmin(options, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        await KafkaHarness.UntilAsync(
            () => HasCommitted(admin, options, "swaps", Topics.Blocks) && HasCommitted(admin, options, "bundles", Topics.Blocks)
                && new[] { "arbitrage", "sandwich", "jit", "liquidation" }.All(t => HasAnswered(options, t))
                && Topics.All.Where(t => t != Topics.DeadLetters && LastOffsets(options, t).Count > 0).All(t => HasCommitted(admin, options, "sink", t)),
            $"everything is processed and stored; the sink says {sink.Errors}");
    }

    /// <summary>Whether a group has committed up to the last committed record of every partition of a topic.</summary>
    private static bool HasCommitted(TopicAdmin admin, KafkaOptions options, string part, Topic topic)
    {
        var last = LastOffsets(options, topic);
        var committed = admin.CommittedAsync(options.GroupOf(part)).GetAwaiter().GetResult()
            .Where(o => o.Topic == options.NameOf(topic)).ToDictionary(o => o.Partition.Value, o => o.Offset.Value);
        return last.Count > 0 && last.All(l => committed.GetValueOrDefault(l.Key) > l.Value);
    }

    /// <summary>Whether a topology that holds recent slots, and so commits behind them, has answered the newest block of every partition.</summary>
    private static bool HasAnswered(KafkaOptions options, string topology)
    {
        var newest = KafkaHarness.Read(options, Topics.Blocks, Partitions, b => (Partition: Topics.Blocks.PartitionOf(in b, Partitions), b.Slot))
            .GroupBy(b => b.Partition).ToDictionary(b => b.Key, b => b.Max(x => x.Slot));
        var answered = KafkaHarness.ReadValues(options, KafkaTask.WindowsTopic(TopologyCatalog.Build(topology, 1), options), Partitions)
            .GroupBy(v => v.Partition).ToDictionary(v => v.Key, v => BinaryPrimitives.ReadInt64BigEndian(v.Last().Value));
        return newest.Count > 0 && newest.All(n => answered.GetValueOrDefault(n.Key, -1) >= n.Value);
    }

    private static Dictionary<int, long> LastOffsets(KafkaOptions options, Topic topic)
    {
        var last = new Dictionary<int, long>();
        foreach (var (partition, offset) in KafkaHarness.Offsets(options, topic, Partitions)) { last[partition] = Math.Max(last.GetValueOrDefault(partition, -1), offset); }
        return last;
    }

    private static Dictionary<string, long> Stored(RunningRole sink) => StoredRows(sink.GetAsync("/metrics").GetAwaiter().GetResult().Body);

    private sealed class RealPipelineFactAttribute : FactAttribute
    {
        public RealPipelineFactAttribute() => Skip = RealData.Folder is null ? RealData.Absent : new PipelineFactAttribute().Skip;
    }
}
