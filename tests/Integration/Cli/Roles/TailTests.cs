using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sluice.Schemas.Records;
using Sluice.Streams;
using Sluice.Streams.Kafka;
using Sluice.Tests.Integration.Kafka;

namespace Sluice.Tests.Integration.Cli.Roles;

/// <summary>sluice tail and sluice topics, over a broker and over a store.</summary>
public partial class TailTests
{
    private const int Partitions = 3;

    [KafkaClientFact]
    public async Task A_topic_is_printed_from_where_it_is_asked_for()
    {
        await using var cluster = KafkaCluster.Start();
        await CreateAsync(cluster, Topics.Rejections);
        KafkaHarness.Write(cluster.Options(), Topics.Rejections, Partitions, Enumerable.Range(0, 300).Select(i => KafkaHarness.Number(1_000 + i, i, i % 2 == 0 ? "even" : "odd")));

        var all = await TailAsync(cluster, "mev.rejections", "--no-follow");
        Assert.Equal(Enumerable.Range(0, 300), all.Select(r => r.GetProperty("count").GetInt32()).Order());

        var late = await TailAsync(cluster, "mev.rejections", "--no-follow", "--from", "slot:1250");
        Assert.Equal(Enumerable.Range(250, 50), late.Select(r => r.GetProperty("count").GetInt32()).Order());

        var some = await TailAsync(cluster, "mev.rejections", "--no-follow", "--filter", "reason=odd", "--filter", "count<7");
        Assert.Equal([1, 3, 5], some.Select(r => r.GetProperty("count").GetInt32()).Order());

        Assert.Equal(4, (await TailAsync(cluster, "mev.rejections", "--from", "earliest", "--max", "4")).Length);
        Assert.Empty(await TailAsync(cluster, "mev.rejections", "--no-follow", "--from", "latest"));
        Assert.Empty(await TailAsync(cluster, "mev.rejections", "--no-follow", "--from", "2100-01-01"));
        Assert.Equal(300, (await TailAsync(cluster, "mev.rejections", "--no-follow", "--from", "2001-01-01")).Length);

        var placed = await TailAsync(cluster, "mev.rejections", "--no-follow", "--envelope", "--partition", "1", "--from", "3");
        Assert.All(placed, r => Assert.Equal((1, "mev.rejections"), (r.GetProperty("partition").GetInt32(), r.GetProperty("topic").GetString()![cluster.Prefix.Length..])));
        Assert.Equal(Enumerable.Range(3, placed.Length).Select(i => (long)i), placed.Select(r => r.GetProperty("offset").GetInt64()));
        Assert.All(placed, r => Assert.Equal(r.GetProperty("value").GetProperty("slot").GetInt64() / 4, r.GetProperty("key").GetInt64()));
    }

    [KafkaClientFact]
    public async Task What_cannot_be_read_is_named_and_the_rest_is_printed()
    {
        await using var cluster = KafkaCluster.Start();
        await CreateAsync(cluster, Topics.Rejections);
        KafkaHarness.WriteRaw(cluster.Options(), Topics.Rejections, 0, [1], [9, 9, 9]);
        KafkaHarness.Write(cluster.Options(), Topics.Rejections, Partitions, [KafkaHarness.Number(1, 1)]);
        var run = await SluiceProcess.RunAsync([.. Arguments("tail", cluster), "mev.rejections", "--no-follow"]);
        Assert.Equal(1, run.ExitCode);
        Assert.Single(run.Lines);
        Assert.Contains("mev.rejections[0] offset 0", run.Errors);

        var none = await SluiceProcess.RunAsync([.. Arguments("tail", cluster), "no.such.topic", "--no-follow"]);
        Assert.Equal(1, none.ExitCode);
        Assert.Contains("sluice topics", Assert.Single(none.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
    }

    [KafkaClientFact]
    public async Task Tables_and_schemas_are_printed_and_topics_are_listed_with_their_lag()
    {
        await using var cluster = KafkaCluster.Start();
        await using (var process = await RunningRole.StartAsync(PipelineTests.Kafka("process", cluster)))
        {
            await process.UntilAsync("/health", HttpStatusCode.OK);
            KafkaHarness.Write(cluster.Options(), Topics.Swaps, Partitions, Enumerable.Range(0, 50).Select(i =>
            {
                var swap = default(PoolSwap);
                swap.Reset();
                (swap.Slot, swap.Venue, swap.AmountIn) = (i, "test", 1);
                return swap;
            }));
            await KafkaHarness.UntilAsync(
                () => TopicsAsync(cluster).GetAwaiter().GetResult().Any(t => t.GetProperty("topic").GetString() == cluster.Prefix + "chain.swaps"
                    && t.GetProperty("groups").EnumerateArray().Any(g => g.GetProperty("group").GetString() == $"{cluster.Prefix}sluice-pools" && g.GetProperty("lag").GetInt64() == 0)),
                "the pools topology has read all swaps");
            Assert.Equal(130, await process.EndAsync());
        }

        // The default key is the System program's: 32 zero bytes, 32 ones in base58.
        var pools = await TailAsync(cluster, "pools-latest-changelog", "--no-follow");
        Assert.Equal((50, 49), (pools[^1].GetProperty("swaps_b_to_a").GetInt32() + pools[^1].GetProperty("swaps_a_to_b").GetInt32(), pools[^1].GetProperty("slot").GetInt32()));
        Assert.Equal(new string('1', 32), pools[^1].GetProperty("pool").GetString());
        var schemas = await TailAsync(cluster, "sluice.schemas", "--no-follow");
        Assert.Contains(schemas, s => s.GetProperty("schema").GetProperty("name").GetString() == "Arbitrage" && s.GetProperty("fingerprint").GetString()!.Length == 16);

        var topics = await TopicsAsync(cluster);
        var swaps = topics.Single(t => t.GetProperty("topic").GetString() == cluster.Prefix + "chain.swaps");
        Assert.Equal((Partitions, 50), (swaps.GetProperty("partitions").GetInt32(), swaps.GetProperty("records").GetInt32()));
        Assert.Equal("delete", swaps.GetProperty("settings").GetProperty("cleanup.policy").GetString());
        var table = await SluiceProcess.RunAsync(Arguments("topics", cluster));
        Assert.True(table.ExitCode == 0, table.Errors);
        Assert.Contains("7 days", table.Output);
        Assert.Contains("newest of each key", table.Output);
    }

    [PipelineTests.PipelineFact]
    public async Task Without_Kafka_a_stores_rows_are_the_same_records()
    {
        await using var cluster = KafkaCluster.Start();
        using var folder = new TemporaryFolder();
        Assert.Equal(0, (await SluiceProcess.RunAsync("simulate", "--out", folder["blocks"], "--slots", "12", "--seed", "11")).ExitCode);
        var replayed = await SluiceProcess.RunAsync("replay", folder["blocks"], "--store", folder["store"]);
        Assert.True(replayed.ExitCode == 0, replayed.Errors);
        Assert.Equal(0, (await SluiceProcess.RunAsync([.. PipelineTests.Kafka("ingest", cluster), folder["blocks"], "--http", "off"])).ExitCode);
        await using (var process = await RunningRole.StartAsync(PipelineTests.Kafka("process", cluster, "--topologies", "swaps,arbitrage")))
        {
            // Seen from inside: offsets of transactions' markers, which stand at the end of each partition, count as read there.
            await KafkaHarness.UntilAsync(
                () => LagLine().Matches(process.GetAsync("/metrics").GetAwaiter().GetResult().Body).Select(m => m.Groups[1].Value) is var lags
                    && lags.Count() == 2 * Partitions && lags.All(l => l == "0"),
                "all blocks are processed");
            Assert.Equal(130, await process.EndAsync());
        }

        foreach (var topic in new[] { "chain.swaps", "mev.arbitrages", "mev.rejections" })
        {
            // Two topologies ran over Kafka, all of them in the replay.
            string[] filter = topic == "mev.rejections" ? ["--filter", "stage=arbitrage"] : [];
            var stored = await SluiceProcess.RunAsync(["tail", topic, "--store", folder["store"], .. filter]);
            Assert.True(stored.ExitCode == 0, stored.Errors);
            Assert.NotEmpty(stored.Lines);
            Assert.Equal((await TailAsync(cluster, [topic, "--no-follow", .. filter])).Select(r => Ordered(r.GetRawText())).Order(), stored.Lines.Select(Ordered).Order());
        }

        var listed = await SluiceProcess.RunAsync("topics", "--store", folder["store"], "--json");
        Assert.Contains("\"topic\":\"chain.swaps\",\"table\":\"swaps\"", listed.Output);
        var few = await SluiceProcess.RunAsync("tail", "mev.rejections", "--store", folder["store"], "--max", "2", "--filter", "stage=arbitrage");
        Assert.Equal(2, few.Lines.Length);
        var blocks = await SluiceProcess.RunAsync("tail", "chain.blocks", "--store", folder["store"]);
        Assert.Equal(1, blocks.ExitCode);
        Assert.Contains("not kept", blocks.Errors);
        var following = await SluiceProcess.RunAsync("tail", "chain.swaps", "--store", folder["store"], "--follow");
        Assert.Equal(1, following.ExitCode);
        Assert.Contains("nobody else writes", following.Errors);
    }

    [Theory]
    [InlineData("tail")]
    [InlineData("tail", "x", "--from", "somewhere")]
    [InlineData("tail", "x", "--filter", "venue")]
    [InlineData("tail", "x", "--max", "0")]
    [InlineData("tail", "x", "--follow", "--no-follow")]
    [InlineData("topics", "--topic-prefix")]
    public async Task Wrong_arguments_end_with_2_and_one_line(params string[] arguments)
    {
        var run = await SluiceProcess.RunAsync(arguments);
        Assert.Equal(2, run.ExitCode);
        Assert.Single(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static string[] Arguments(string command, KafkaCluster cluster) => [command, "--kafka", cluster.BootstrapServers, "--topic-prefix", cluster.Prefix];

    private static async Task<JsonElement[]> TailAsync(KafkaCluster cluster, params string[] arguments)
    {
        var run = await SluiceProcess.RunAsync([.. Arguments("tail", cluster), .. arguments]);
        Assert.True(run.ExitCode == 0, run.Errors);
        return [.. run.Lines.Select(l => JsonDocument.Parse(l).RootElement)];
    }

    private static async Task<JsonElement[]> TopicsAsync(KafkaCluster cluster)
    {
        var run = await SluiceProcess.RunAsync([.. Arguments("topics", cluster), "--json"]);
        Assert.True(run.ExitCode == 0, run.Errors);
        return [.. run.Lines.Select(l => JsonDocument.Parse(l).RootElement)];
    }

    private static async Task CreateAsync(KafkaCluster cluster, Topic topic)
    {
        using var admin = new TopicAdmin(cluster.Options(), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        await admin.EnsureAsync([TopicSpec.Of(topic, cluster.Options() with { Partitions = Partitions })]);
    }

    [GeneratedRegex("^pipeline_streams_consumer_lag\\{.*\\} (\\d+)", RegexOptions.Multiline)]
    private static partial Regex LagLine();

    /// <summary>A record with its fields in the order of their names, and numbers in one form: a table has an order of its own.</summary>
    private static string Ordered(string json) => Ordered(JsonNode.Parse(json))!.ToJsonString();

    private static JsonNode? Ordered(JsonNode? node) => node switch
    {
        JsonObject fields => new JsonObject(fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => KeyValuePair.Create(f.Key, Ordered(f.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Ordered)]),
        JsonValue value when value.GetValueKind() == JsonValueKind.Number => JsonValue.Create(
            double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture)),
        _ => node?.DeepClone(),
    };
}
