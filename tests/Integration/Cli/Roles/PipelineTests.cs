using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sluice.Schemas.Records;
using Sluice.Sinks.Embedded;
using Sluice.Streams;
using Sluice.Tests.Integration.Kafka;

namespace Sluice.Tests.Integration.Cli.Roles;

/// <summary>ingest, process and sink as processes over a broker: the rows of a replay.</summary>
public partial class PipelineTests
{
    private const int Partitions = 3;

    private static readonly string[] Compared =
        ["blocks", "transactions", "swaps", "arbitrages", "data_quality", "decoder_agreement", "skipped_slots", "liquidations", "bundles", .. Grouped];

    /// <summary>
    /// What is given out when a leader group ends: the last group of a topic is open until a later block comes, while a replay knows that none will. Its
    /// slots are left out of the comparison.
    /// </summary>
    private static string[] Grouped => ["sandwiches", "round_trips", "jit", "failed_attempts", "rejections"];

    /// <summary>Rejections of detectors that judge a block by itself are given out with it.</summary>
    private static string LeftOut(string table, string openFrom) =>
        !Grouped.Contains(table) ? ""
        : table == "rejections" ? $" WHERE slot < {openFrom} OR stage NOT IN ('sandwich', 'jit', 'attempt')"
        : $" WHERE slot < {openFrom}";

    [PipelineFact]
    public async Task Blocks_through_Kafka_become_the_rows_of_a_replay()
    {
        await using var cluster = KafkaCluster.Start();
        using var folder = new TemporaryFolder();
        var made = await SluiceProcess.RunAsync("simulate", "--out", folder["blocks"], "--slots", "24", "--seed", "7");
        Assert.True(made.ExitCode == 0, made.Errors);
        var replayed = await SluiceProcess.RunAsync("replay", folder["blocks"], "--store", folder["replayed"], "--json");
        Assert.True(replayed.ExitCode == 0, replayed.Errors);
        var expected = await ChecksumsAsync(folder["replayed"]);

        var ingested = await SluiceProcess.RunAsync([.. Kafka("ingest", cluster), folder["blocks"], "--json", "--http", "off"]);
        Assert.True(ingested.ExitCode == 0, ingested.Errors);
        using (var summary = JsonDocument.Parse(ingested.Lines[^1]))
        using (var wanted = JsonDocument.Parse(replayed.Lines[^1]))
        {
            foreach (var field in new[] { "slots", "skipped_slots", "transactions", "votes", "failed", "swaps", "fees_lamports", "quality", "bytes" })
            {
                Assert.Equal(wanted.RootElement.GetProperty(field).ToString(), summary.RootElement.GetProperty(field).ToString());
            }

            Assert.Equal(0, summary.RootElement.GetProperty("already_written_slots").GetInt64());
        }

        var again = await SluiceProcess.RunAsync([.. Kafka("ingest", cluster), folder["blocks"], "--json", "--http", "off"]);
        Assert.True(again.ExitCode == 0, again.Errors);
        using (var summary = JsonDocument.Parse(again.Lines[^1]))
        {
            Assert.Equal(summary.RootElement.GetProperty("slots").GetInt64(), summary.RootElement.GetProperty("already_written_slots").GetInt64());
        }

        await using (var process = await RunningRole.StartAsync(Kafka("process", cluster)))
        await using (var sink = await RunningRole.StartAsync([.. Kafka("sink", cluster), "--store", folder["sunk"], "--batch-age-ms", "100"]))
        {
            await process.UntilAsync("/health", HttpStatusCode.OK);
            await sink.UntilAsync("/health", HttpStatusCode.OK);
            await KafkaHarness.UntilAsync(
                () =>
                {
                    var stored = StoredRows(sink.GetAsync("/metrics").GetAwaiter().GetResult().Body);
                    return expected.All(e => e.Value.Count == 0 || stored.GetValueOrDefault(e.Key) >= e.Value.Count);
                },
                "all rows are stored");
            Assert.Equal(130, await sink.EndAsync());
            Assert.Equal(130, await process.EndAsync());
        }

        Assert.Equal(expected, await ChecksumsAsync(folder["sunk"]));
        Assert.All(["blocks", "swaps", "arbitrages", "sandwiches", "rejections"], t => Assert.NotEqual(0, expected[t].Count));

        // Each block once, although it was ingested twice.
        var blocks = KafkaHarness.Read(cluster.Options(), Topics.Blocks, Partitions, b => (b.Slot, b.IsContext));
        Assert.Equal(blocks.Distinct().Count(), blocks.Count);
        Assert.Contains(blocks, b => b.IsContext);
    }

    [PipelineFact]
    public async Task What_cannot_be_ingested_is_a_dead_letter_once_and_exit_code_1()
    {
        await using var cluster = KafkaCluster.Start();
        using var folder = new TemporaryFolder();
        Assert.Equal(0, (await SluiceProcess.RunAsync("simulate", "--out", folder["blocks"], "--slots", "4", "--seed", "3")).ExitCode);
        await File.WriteAllTextAsync(folder["blocks", "slot_100.json"], """{"blockhash":"4ZNsvnxf""");
        for (var i = 0; i < 2; i++)
        {
            var run = await SluiceProcess.RunAsync([.. Kafka("ingest", cluster), folder["blocks"], "--http", "off"]);
            Assert.Equal(1, run.ExitCode);
            Assert.Contains("slot_100.json", run.Errors);
        }

        var letter = Assert.Single(KafkaHarness.Read(cluster.Options(), Topics.DeadLetters, Partitions, l => (l.Topic, l.Source, l.Reason)));
        Assert.Equal(("chain.blocks", folder["blocks", "slot_100.json"], "truncated-json"), letter);

        // Asked to, it writes everything once more.
        var blocks = KafkaHarness.Read(cluster.Options(), Topics.Blocks, Partitions, b => (b.Slot, b.IsContext));
        Assert.Equal(1, (await SluiceProcess.RunAsync([.. Kafka("ingest", cluster), folder["blocks"], "--again", "--http", "off"])).ExitCode);
        Assert.Equal(blocks.Concat(blocks).Order(), KafkaHarness.Read(cluster.Options(), Topics.Blocks, Partitions, b => (b.Slot, b.IsContext)).Order());
    }

    [KafkaClientFact]
    public async Task When_the_worker_that_writes_is_killed_another_goes_on_and_no_slot_is_written_twice()
    {
        await using var cluster = KafkaCluster.Start();
        using var folder = new TemporaryFolder();
        var made = await SluiceProcess.RunAsync("simulate", "--out", folder["blocks"], "--slots", "60", "--seed", "9", "--json");
        Assert.True(made.ExitCode == 0, made.Errors);
        using var stated = JsonDocument.Parse(made.Lines[^1]);
        var slots = stated.RootElement.GetProperty("slots").GetInt64() - stated.RootElement.GetProperty("skipped_slots").GetInt64();

        // The pipe's end keeps the first worker waiting in the middle of its input: it writes, and does not end by itself.
        await using var first = await RunningRole.StartAsync(Kafka("ingest", cluster, folder["blocks"], folder.Pipe("more.jsonl"), "--commit-interval-ms", "1", "--workers", "1"));
        await first.UntilAsync("/health", HttpStatusCode.OK);
        await KafkaHarness.UntilAsync(() => first.GetAsync("/metrics").GetAwaiter().GetResult().Body.Contains("pipeline_ingest_active 1", StringComparison.Ordinal), "the first writes");
        await using var second = await RunningRole.StartAsync(Kafka("ingest", cluster, folder["blocks"], "--commit-interval-ms", "1"));
        Assert.Equal("standby", (await second.UntilAsync("/health", HttpStatusCode.OK)).GetProperty("status").GetString());
        Assert.Contains("pipeline_ingest_active 0", (await second.GetAsync("/metrics")).Body);
        first.Kill();
        Assert.Equal(0, await second.WaitAsync());
        var written = KafkaHarness.Read(cluster.Options(), Topics.Blocks, Partitions, b => (b.Slot, b.IsContext, Neighbour: IsNeighbour(b)));
        var blocks = written.Where(b => !b.IsContext).ToList();
        Assert.Equal((slots, slots), (blocks.Count, blocks.Distinct().Count()));

        // A copy is written with its block or not at all: where it belongs to another partition there is one of every border, and one only.
        Assert.Equal(blocks.Where(b => b.Neighbour).Select(b => b.Slot).Order(), written.Where(b => b.IsContext).Select(b => b.Slot).Order());

        static bool IsNeighbour(Block block)
        {
            if (block.IsContext || LeaderGroup.ContextOf(in block) is null) { return false; }
            var own = Topics.Blocks.PartitionOf(in block, Partitions);
            block.IsContext = true;
            return Topics.Blocks.PartitionOf(in block, Partitions) != own;
        }
    }

    internal static string[] Kafka(string command, KafkaCluster cluster, params string[] more) =>
    [
        command, "--kafka", cluster.BootstrapServers, "--topic-prefix", cluster.Prefix, "--partitions", $"{Partitions}", "--replication", "1", .. more,
    ];

    /// <param name="openFrom">Begin of the last leader group.</param>
    /// <param name="ofBlock">Columns of blocks that are compared.</param>
    internal static async Task<Dictionary<string, (long Count, string Hash)>> ChecksumsAsync(
        string store, string openFrom = "4 * intDiv((SELECT max(slot) FROM blocks), 4)", string ofBlock = "*")
    {
        var sql = string.Join(" UNION ALL ", Compared.Select(t =>
            $"SELECT '{t}' AS name, count() AS n, sum(cityHash64(toString(tuple(*)))) AS h FROM (SELECT {(t == "blocks" ? ofBlock : "*")} FROM {t} FINAL{LeftOut(t, openFrom)})"));
        var rows = await SluiceProcess.RunAsync("query", sql, "--store", store, "--json");
        Assert.True(rows.ExitCode == 0, rows.Errors);
        return rows.Lines.Select(l => JsonDocument.Parse(l).RootElement).ToDictionary(
            r => r.GetProperty("name").GetString()!,
            r => (long.Parse(r.GetProperty("n").ToString(), CultureInfo.InvariantCulture), r.GetProperty("h").ToString()));
    }

    internal static Dictionary<string, long> StoredRows(string metrics) => StoredLine().Matches(metrics).ToDictionary(
        m => m.Groups[1].Value, m => long.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex("^pipeline_sinks_row_stored\\w*\\{table=\"(\\w+)\"\\} (\\d+)", RegexOptions.Multiline)]
    private static partial Regex StoredLine();

    internal sealed class PipelineFactAttribute : FactAttribute
    {
        public PipelineFactAttribute()
        {
            if (!Sluice.Streams.Kafka.KafkaLibrary.IsPresent) { Skip = "librdkafka is not there: make setup-kafka"; }
            else if (!EngineLibrary.IsPresent) { Skip = "the engine is not there: make setup"; }
        }
    }
}
