using System.Net;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Sluice.Streams;
using Sluice.Tests.Integration.Kafka;

namespace Sluice.Tests.Integration.Cli.Roles;

/// <summary>sluice process as a process, over a broker.</summary>
public class ProcessTests
{
    private const int Partitions = 3;

    [KafkaClientFact]
    public async Task The_newest_state_of_a_pool_is_asked_over_http_and_survives_a_restart()
    {
        await using var cluster = KafkaCluster.Start();
        var pool = Key(42);
        int exitCode;
        await using (var first = await RunningRole.StartAsync(Arguments(cluster, "--topologies", "pools")))
        {
            await first.UntilAsync("/health", HttpStatusCode.OK);
            await first.UntilAsync($"/stores/pools/latest/{pool}", HttpStatusCode.NotFound);
            KafkaHarness.Write(cluster.Options(), Topics.Swaps, Partitions, Enumerable.Range(0, 100).Select(i => Swap(pool, i)));
            await KafkaHarness.UntilAsync(() => CountOf(first.GetAsync($"/stores/pools/latest/{pool}").GetAwaiter().GetResult().Body) == 100, "100 swaps are counted");

            Assert.Contains("\"error\":\"not_here\"", (await first.GetAsync($"/stores/pools/latest/{Key(43)}")).Body);
            Assert.Equal(HttpStatusCode.BadRequest, (await first.GetAsync("/stores/pools/latest/nonsense")).Status);
            Assert.Contains("no_such_store", (await first.GetAsync($"/stores/pools/oldest/{pool}")).Body);
            var listed = await first.UntilAsync("/stores", HttpStatusCode.OK);
            Assert.Equal(Partitions, listed.GetProperty("stores")[0].GetProperty("partitions").GetArrayLength());
            Assert.Contains("pipeline_streams_state{topology=\"pools\"} 1", (await first.GetAsync("/metrics")).Body);
            Assert.Equal(HttpStatusCode.OK, (await first.GetAsync("/health/live")).Status);
            exitCode = await first.EndAsync();
        }

        Assert.Equal(130, exitCode);
        await using var second = await RunningRole.StartAsync(Arguments(cluster, "--topologies", "pools", "--commit-interval-ms", "50"));
        await second.UntilAsync("/health", HttpStatusCode.OK);
        var state = await second.UntilAsync($"/stores/pools/latest/{pool}", HttpStatusCode.OK);
        Assert.Equal((99, 100), (state.GetProperty("slot").GetInt32(), state.GetProperty("swaps_a_to_b").GetInt32()));
        Assert.Equal(pool.ToString(), state.GetProperty("pool").GetString());
    }

    [KafkaClientFact]
    public async Task A_cluster_that_is_not_there_is_one_line()
    {
        var run = await SluiceProcess.RunAsync("process", "--kafka", "127.0.0.1:1", "--http", "off");
        Assert.Equal(1, run.ExitCode);
        var line = Assert.Single(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries), l => l.StartsWith("sluice:", StringComparison.Ordinal));
        Assert.Contains("127.0.0.1:1", line);
    }

    [KafkaClientFact]
    public async Task A_property_that_does_not_exist_is_named_and_a_secret_is_not_shown()
    {
        var run = await SluiceProcess.RunAsync(
            "process", "--kafka", "127.0.0.1:1", "--http", "off", "--kafka-set", "sasl.password=hunter2", "--kafka-set", "no.such.thing=1");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("no.such.thing", Assert.Single(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.DoesNotContain("hunter2", run.Errors);
    }

    [Theory]
    [InlineData("process")]
    [InlineData("process", "--kafka", "127.0.0.1:1", "--topologies", "nonsense")]
    [InlineData("process", "--kafka", "127.0.0.1:1", "--http", "nowhere")]
    [InlineData("process", "--kafka", "127.0.0.1:1", "--kafka-set", "no-equals-sign")]
    [InlineData("process", "--kafka", "127.0.0.1:1", "--kafka-config", "/no/such/file")]
    [InlineData("process", "--kafka", "127.0.0.1:1", "--guarantee", "exactly_never")]
    [InlineData("process", "--kafka", "127.0.0.1:1", "--threads", "many")]
    [InlineData("process", "--kafka", "127.0.0.1:1", "--schema-registry", "ftp://user:secret@host")]
    public async Task Wrong_arguments_end_with_2_and_one_line(params string[] arguments)
    {
        var run = await SluiceProcess.RunAsync(arguments);
        Assert.Equal(2, run.ExitCode);
        Assert.Single(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("secret", run.Errors);
    }

    private static string[] Arguments(KafkaCluster cluster, params string[] more) =>
    [
        "process", "--kafka", cluster.BootstrapServers, "--topic-prefix", cluster.Prefix, "--partitions", $"{Partitions}", "--replication", "1", .. more,
    ];

    private static int CountOf(string body)
    {
        using var json = System.Text.Json.JsonDocument.Parse(body);
        return json.RootElement.TryGetProperty("swaps_a_to_b", out var count) ? count.GetInt32() : -1;
    }

    private static PoolSwap Swap(Pubkey pool, long slot)
    {
        var swap = default(PoolSwap);
        swap.Reset();
        (swap.Slot, swap.Venue, swap.Pool, swap.MintIn, swap.MintOut, swap.AmountIn, swap.AmountOut) = (slot, "test", pool, Key(1), Key(2), 10, 5);
        return swap;
    }

    private static Pubkey Key(byte number)
    {
        Span<byte> bytes = stackalloc byte[Pubkey.Size];
        bytes.Fill(number);
        return new Pubkey(bytes);
    }
}
