using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Sluice.Cli.Serve;

namespace Sluice.Tests.Integration.Node;

/// <summary>npm's @solana/web3.js, which checks the shape of every answer, against the served node.</summary>
public sealed class Web3Tests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Web3Theory]
    [InlineData("next")]
    [InlineData("same")]
    public async Task A_client_that_was_written_elsewhere_is_served(string socketPort)
    {
        await using var host = await ServeHost.StartAsync(
            new ServeOptions
            {
                At = new IPEndPoint(IPAddress.Loopback, FreePair()),
                Simulation = Simulation.Lab.Node.TestNode.Chain(slots: int.MaxValue),
                SlotTime = TimeSpan.FromMilliseconds(100),
                SlotsBefore = 150,
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

    /// <summary>A port that is free with the one after it.</summary>
    internal static int FreePair()
    {
        while (true)
        {
            using var first = new TcpListener(IPAddress.Loopback, 0);
            first.Start();
            var port = ((IPEndPoint)first.LocalEndpoint).Port;
            try
            {
                using var second = new TcpListener(IPAddress.Loopback, port + 1);
                second.Start();
                return port;
            }
            catch (Exception e) when (e is SocketException or ArgumentOutOfRangeException)
            {
                // Somebody has the next one: another pair.
            }
        }
    }
}
