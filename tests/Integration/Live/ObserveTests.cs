using System.Net;
using System.Text.Json;
using Sluice.Cli.Serve;
using Sluice.Tests.Integration.Cli;
using Sluice.Tests.Integration.Cli.Roles;
using Sluice.Tests.Integration.Kafka;

namespace Sluice.Tests.Integration.Live;

/// <summary>A live run stores what nodes say of validators beside the blocks.</summary>
public sealed class ObserveTests
{
    [Fact]
    public async Task Validators_of_every_epoch_can_be_read_while_the_chain_is_followed()
    {
        using var folder = new TemporaryFolder();
        await using var node = await ServeHost.StartAsync(
            new ServeOptions
            {
                At = new IPEndPoint(IPAddress.Loopback, FreePorts.Pair()),
                Simulation = Simulation.Lab.Node.TestNode.Chain(epochSlots: 64, slots: int.MaxValue),
                SlotTime = TimeSpan.FromMilliseconds(60),
                SlotsBefore = 100,
            },
            TimeProvider.System,
            CancellationToken.None);
        await using var run = await RunningRole.StartPlainAsync(
            "run", "--rpc", node.HttpAddress, "--store", folder["store"], "--port", "0", "--validators-every", "0.03");
        JsonElement[] seen = [];
        await KafkaHarness.UntilAsync(
            () =>
            {
                var (status, body) = run.GetAsync("/api/v1/validators?limit=1000").GetAwaiter().GetResult();
                if (status != HttpStatusCode.OK) { return false; }
                seen = [.. JsonDocument.Parse(body).RootElement.GetProperty("data").EnumerateArray()];
                return seen.Select(v => v.GetProperty("epoch").GetInt64()).Distinct().Count() >= 2;
            },
            "two epochs are observed");
        Assert.All(seen.GroupBy(v => v.GetProperty("epoch").GetInt64()), epoch => Assert.Equal(30, epoch.Select(v => v.GetProperty("vote_account").GetString()).Distinct().Count()));
        Assert.Contains(seen, v => v.GetProperty("mev_commission_bps").ValueKind == JsonValueKind.Number);
        var (_, metrics) = await run.GetAsync("/metrics");
        Assert.Contains("pipeline_ingest_validator_observed", metrics);
        Assert.DoesNotContain("stays empty", run.Errors);
        Assert.Equal(130, await run.EndAsync());
    }
}
