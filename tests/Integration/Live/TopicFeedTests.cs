using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Sluice.Cli.Serve;
using Sluice.Lab;
using Sluice.Lab.Node;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Sluice.Streams;
using Sluice.Tests.Integration.Api.Feed;
using Sluice.Tests.Integration.Cli;
using Sluice.Tests.Integration.Cli.Roles;
using Sluice.Tests.Integration.Kafka;

namespace Sluice.Tests.Integration.Live;

/// <summary>The api over Kafka tells what comes on the topics as a run tells what it finds.</summary>
public sealed class TopicFeedTests
{
    private const int Blocks = 40;

    [PipelineTests.PipelineFact]
    public async Task An_api_tells_blocks_findings_and_retractions_of_the_topics()
    {
        await using var cluster = KafkaCluster.Start();
        using var folder = new TemporaryFolder();
        Assert.Equal(0, (await SluiceProcess.RunAsync("simulate", "--out", folder["blocks"], "--slots", "4", "--seed", "3")).ExitCode);
        Assert.Equal(0, (await SluiceProcess.RunAsync("replay", folder["blocks"], "--store", folder["store"])).ExitCode);
        await using var api = await RunningRole.StartPlainAsync(
            "api", "--store", folder["store"], "--port", "0", "--kafka", cluster.BootstrapServers, "--topic-prefix", cluster.Prefix);
        await KafkaHarness.UntilAsync(() => api.GetAsync("/metrics").GetAwaiter().GetResult().Body.Contains("pipeline_streams_state{topology=\"feed\"} 1", StringComparison.Ordinal), "the feed listens");
        Assert.Equal(HttpStatusCode.NotFound, (await api.GetAsync("/api/v1/status")).Status);

        var chain = SimulatorOptions.ForEvaluation(31, int.MaxValue);
        await using var node = await ServeHost.StartAsync(
            new ServeOptions
            {
                At = new IPEndPoint(IPAddress.Loopback, FreePorts.Pair()),
                Simulation = chain,
                SlotTime = TimeSpan.FromMilliseconds(100),
                SlotsBefore = 60,
                Node = new NodeOptions { KeepSlots = 4_096 },
            },
            TimeProvider.System,
            CancellationToken.None);
        await using var worker = await RunningRole.StartAsync(PipelineTests.Kafka("process", cluster));
        await using var ingest = await RunningRole.StartAsync(
            PipelineTests.Kafka("ingest", cluster, "--rpc", node.HttpAddress, "--from", chain.FirstSlot.ToString(CultureInfo.InvariantCulture), "--validators-every", "0"));

        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri(api.Errors.Split("Serving on ")[1].Split(' ')[0].Replace("http://", "ws://", StringComparison.Ordinal) + "/ws/live?snapshot=10000"), CancellationToken.None);
        using var reader = new FeedClient(socket);
        var told = new Dictionary<string, List<JsonElement>>();
        long? last = null;
        while (CountOf("blocks") < Blocks || CountOf("arbitrages") == 0 || CountOf("sandwiches") == 0) { await TellAsync(); }

        // Every block from the first on is told, and once.
        var slots = told["blocks"].Select(b => b.GetProperty("slot").GetInt64()).ToList();
        Assert.Equal(slots.Count, slots.Distinct().Count());
        Assert.Contains((long)chain.FirstSlot, slots);
        Assert.All(told["blocks"], b => Assert.True(b.GetProperty("value").GetProperty("arrived_unix_ms").GetInt64() <= b.GetProperty("at_unix_ms").GetInt64()));
        var sandwich = told["sandwiches"][0];
        var id = sandwich.GetProperty("key").GetString()!;
        Assert.Equal(id, sandwich.GetProperty("value").GetProperty("id").GetString());

        // A finding that holds no more goes out as a run tells it.
        var retracted = default(Sandwich);
        retracted.Reset();
        (retracted.Id, retracted.Slot, retracted.Retracted) = (FindingId.Parse(id), sandwich.GetProperty("slot").GetInt64(), true);
        KafkaHarness.Write(cluster.Options(), Topics.Sandwiches, 3, [retracted]);
        JsonElement message;
        do { message = await TellAsync(); } while (message.GetProperty("type").GetString() != "retracted");
        Assert.Equal(id, message.GetProperty("key").GetString());
        Assert.Equal(JsonValueKind.Null, message.GetProperty("value").ValueKind);
        Assert.Equal(130, await ingest.EndAsync());
        Assert.Equal(0, await api.EndAsync());

        int CountOf(string channel) => told.GetValueOrDefault(channel)?.Count ?? 0;

        async Task<JsonElement> TellAsync()
        {
            var next = (await reader.NextAsync())!.Value;
            if (!next.TryGetProperty("channel", out var channel)) { return next; }
            var sequence = next.GetProperty("seq").GetInt64();
            Assert.True(last is null || sequence == last + 1, $"{sequence} follows {last}");
            last = sequence;
            if (!told.TryGetValue(channel.GetString()!, out var list)) { told[channel.GetString()!] = list = []; }
            list.Add(next);
            return next;
        }
    }
}
