using System.Globalization;
using System.Net;
using System.Text.Json;
using Sluice.Cli.Serve;
using Sluice.Lab;
using Sluice.Lab.Node;
using Sluice.Streams;
using Sluice.Tests.Integration.Cli;
using Sluice.Tests.Integration.Cli.Roles;
using Sluice.Tests.Integration.Kafka;

namespace Sluice.Tests.Integration.Live;

/// <summary>A chain followed into Kafka, by workers that stand by for each other and of which one is killed: the rows of a replay, and each slot once.</summary>
public sealed class IngestNodesTests
{
    private const string Seed = "31";
    private const int Partitions = EqualityTests.Partitions;

    [PipelineTests.PipelineFact]
    public async Task A_chain_with_faults_and_forks_through_Kafka_gives_the_rows_of_a_replay_and_each_slot_once()
    {
        await using var cluster = KafkaCluster.Start();
        using var folder = new TemporaryFolder();
        var chain = SimulatorOptions.ForEvaluation(ulong.Parse(Seed, CultureInfo.InvariantCulture), int.MaxValue);
        var faults = FollowTests.WithForkAfter(chain.FirstSlot + 150, out var forkEnd);

        // Finalized blocks are 32 slots behind, and a few more where slots are skipped; a fork lasts 20 slots or more, so that a reader of other blocks would see it.
        var pace = new Pace(ahead: 44);
        await using var node = await ServeHost.StartAsync(
            new ServeOptions
            {
                At = new IPEndPoint(IPAddress.Loopback, FreePorts.Pair()),
                GrpcPort = 0,
                Simulation = chain,
                SlotTime = TimeSpan.FromMilliseconds(60),
                Published = (_, status) => pace.WaitFor(status.Confirmed),
                SlotsBefore = 60,
                Node = new NodeOptions { Faults = faults, KeepSlots = 4_096 },
            },
            TimeProvider.System,
            CancellationToken.None);
        using var going = pace;
        string[] follow = [.. EqualityTests.On(cluster, "ingest"), "--rpc", node.HttpAddress, "--rpc", node.HttpAddress + "#weight=2", "--validators-every", "0.05"];
        string[] fromFirst = [.. follow, "--from", chain.FirstSlot.ToString(CultureInfo.InvariantCulture)];
        await using var worker = await RunningRole.StartAsync(EqualityTests.On(cluster, "process"));
        await using var sink = await RunningRole.StartAsync([.. EqualityTests.On(cluster, "sink"), "--store", folder["sunk"], "--batch-age-ms", "50"]);

        // The first is killed in the middle, the one that stands by takes over, and another one goes on when that has ended.
        await using (var first = await RunningRole.StartAsync(fromFirst))
        {
            await UntilWrittenAsync(first, pace, chain.FirstSlot + 20);
            await using var second = await RunningRole.StartAsync([.. fromFirst, "--ws", "off"]);
            Assert.Equal("standby", (await second.UntilAsync("/health", HttpStatusCode.OK)).GetProperty("status").GetString());
            await UntilWrittenAsync(first, pace, chain.FirstSlot + 40);
            first.Kill();
            await UntilWrittenAsync(second, pace, chain.FirstSlot + 90);
            Assert.Equal(130, await second.EndAsync());
        }

        await using (var third = await RunningRole.StartAsync([.. follow, "--ws", "off", "--grpc", node.GrpcAddress!]))
        {
            await UntilWrittenAsync(third, pace, forkEnd + 8);
            Assert.Contains("from slot", third.Errors);
            Assert.Equal(130, await third.EndAsync());
        }

        await EqualityTests.UntilDrainedAsync(cluster, sink);
        Assert.Equal(130, await sink.EndAsync());

        var blocks = KafkaHarness.Read(cluster.Options(), Topics.Blocks, Partitions, b => (Slot: (ulong)b.Slot, b.IsContext)).Where(b => !b.IsContext).Select(b => b.Slot).ToList();
        EqualityTests.Once(blocks, blocks.Distinct().Count());
        var slots = (blocks.Max() - chain.FirstSlot + 1).ToString(CultureInfo.InvariantCulture);
        var made = await SluiceProcess.RunAsync("simulate", "--out", folder["blocks"], "--preset", "evaluation", "--seed", Seed, "--slots", slots);
        Assert.True(made.ExitCode == 0, made.Errors);
        var replayed = await SluiceProcess.RunAsync("replay", folder["blocks"], "--store", folder["replayed"]);
        Assert.True(replayed.ExitCode == 0, replayed.Errors);

        // Where a block came from is the one thing that must differ.
        EqualityTests.Same(await PipelineTests.ChecksumsAsync(folder["replayed"], ofBlock: "* EXCEPT (source)"), await PipelineTests.ChecksumsAsync(folder["sunk"], ofBlock: "* EXCEPT (source)"));
        Assert.Empty(KafkaHarness.Read(cluster.Options(), Topics.DeadLetters, Partitions, l => l.Message));

        // What nodes say of validators went the same way.
        var tail = await SluiceProcess.RunAsync(
            "tail", "chain.validators", "--kafka", cluster.BootstrapServers, "--topic-prefix", cluster.Prefix, "--from", "earliest", "--max", "1");
        Assert.True(tail.ExitCode == 0, tail.Errors);
        var told = JsonDocument.Parse(Assert.Single(tail.Lines)).RootElement;
        var stored = await SluiceProcess.RunAsync(
            "query", $"SELECT count() AS n FROM validators WHERE vote_account = '{told.GetProperty("vote_account").GetString()}'", "--store", folder["sunk"], "--json");
        Assert.True(stored.ExitCode == 0, stored.Errors);
        Assert.NotEqual("0", JsonDocument.Parse(Assert.Single(stored.Lines)).RootElement.GetProperty("n").ToString());
    }

    private static Task UntilWrittenAsync(RunningRole ingest, Pace pace, ulong slot) => KafkaHarness.UntilAsync(
        () =>
        {
            var (status, body) = ingest.GetAsync("/metrics").GetAwaiter().GetResult();
            if (status != HttpStatusCode.OK) { return false; }
            pace.Reached(SlotOf(body));
            return SlotOf(body) >= slot;
        },
        $"seed {Seed}: slot {slot} is written; {ingest.Errors}");

    private static ulong SlotOf(string metrics)
    {
        const string Mark = "pipeline_live_slot{kind=\"position\"} ";
        var at = metrics.IndexOf(Mark, StringComparison.Ordinal);
        return at < 0 ? 0 : ulong.Parse(metrics[(at + Mark.Length)..].Split('\n')[0].Split(' ')[0], CultureInfo.InvariantCulture);
    }
}
