using System.Diagnostics;
using System.Net;
using Sluice.Cli.Serve;
using Sluice.Lab.Node;

namespace Sluice.Tests.Integration.Node;

/// <summary>npm's @solana/web3.js, which checks the shape of every answer, against the served node.</summary>
public sealed class Web3Tests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Web3Theory]
    [InlineData("next")]
    [InlineData("same")]
    public async Task A_client_that_was_written_elsewhere_is_served(string socketPort)
    {
        await using var host = await ServeHost.StartAsync(
            new ServeOptions
            {
                At = new IPEndPoint(IPAddress.Loopback, FreePorts.Pair()),
                Simulation = Simulation.Lab.Node.TestNode.Chain(slots: int.MaxValue),
                SlotTime = TimeSpan.FromMilliseconds(100),
                SlotsBefore = 150,
                Node = new NodeOptions { KeepSlots = 4_096 },
            },
            TimeProvider.System,
            CancellationToken.None);
        using var process = Process.Start(new ProcessStartInfo("node", [Script(), Web3TheoryAttribute.Modules, host.HttpAddress, socketPort])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var limit = new CancellationTokenSource(Patience);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == 0, $"seed 42: {await output}{await error}");
        Assert.Contains("onSlotChange and onRootChange: slots", await output, StringComparison.Ordinal);
        Assert.Contains("skipped slot: -32007", await output, StringComparison.Ordinal);
    }

    private static string Script([System.Runtime.CompilerServices.CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "web3_client.cjs");
}
