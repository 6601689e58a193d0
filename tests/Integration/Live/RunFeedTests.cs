using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Sluice.Cli.Serve;
using Sluice.Lab;
using Sluice.Lab.Node;
using Sluice.Tests.Integration.Api.Feed;
using Sluice.Tests.Integration.Cli;
using Sluice.Tests.Integration.Cli.Roles;

namespace Sluice.Tests.Integration.Live;

/// <summary>A run that follows the simulated node tells what it finds, and how it stands.</summary>
public sealed class RunFeedTests
{
    [Fact]
    public async Task A_run_tells_blocks_and_findings_and_how_it_stands()
    {
        using var folder = new TemporaryFolder();
        await using var node = await ServeHost.StartAsync(
            new ServeOptions
            {
                At = new IPEndPoint(IPAddress.Loopback, FreePorts.Pair()),
                Simulation = SimulatorOptions.ForEvaluation(31, int.MaxValue),
                SlotTime = TimeSpan.FromMilliseconds(100),
                SlotsBefore = 60,
                Node = new NodeOptions { KeepSlots = 4_096 },
            },
            TimeProvider.System,
            CancellationToken.None);
        var first = SimulatorOptions.ForEvaluation(31, 1).FirstSlot.ToString(CultureInfo.InvariantCulture);
        await using var run = await RunningRole.StartPlainAsync("run", "--rpc", node.HttpAddress, "--from", first, "--store", folder["store"], "--port", "0");
        var api = run.Errors.Split("Serving on ")[1].Split(' ')[0];

        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri(api.Replace("http://", "ws://", StringComparison.Ordinal) + "/ws/live?snapshot=10000"), CancellationToken.None);
        using var reader = new FeedClient(socket);
        var told = new Dictionary<string, JsonElement>();
        long? last = null;
        while (!told.ContainsKey("blocks") || !told.ContainsKey("arbitrages") || !told.ContainsKey("sandwiches"))
        {
            var message = (await reader.NextAsync())!.Value;
            if (!message.TryGetProperty("channel", out var channel)) { continue; }
            var sequence = message.GetProperty("seq").GetInt64();
            Assert.True(last is null || sequence == last + 1, $"{sequence} follows {last}");
            last = sequence;
            told[channel.GetString()!] = message;
        }

        Assert.True(told["blocks"].GetProperty("value").GetProperty("arrived_unix_ms").GetInt64() <= told["blocks"].GetProperty("at_unix_ms").GetInt64());
        Assert.Equal(told["sandwiches"].GetProperty("key").GetString(), told["sandwiches"].GetProperty("value").GetProperty("id").GetString());
        var status = await run.UntilAsync("/api/v1/status", HttpStatusCode.OK);
        Assert.True(status.GetProperty("position").GetInt64() > 0);
        Assert.Equal(["rpc", "ws"], status.GetProperty("endpoints").EnumerateArray().Select(e => e.GetProperty("kind").GetString()));
        var shown = await SluiceProcess.RunAsync("status", "--api", api);
        Assert.True(shown.ExitCode == 0, shown.Errors);
        Assert.Contains(" findings: ", shown.Output);
        var elsewhere = await SluiceProcess.RunAsync("status", "--api", "http://127.0.0.1:1");
        Assert.Equal(1, elsewhere.ExitCode);
        Assert.Contains("nobody answers at http://127.0.0.1:1/", elsewhere.Errors);
        Assert.Equal(130, await run.EndAsync());
    }
}
