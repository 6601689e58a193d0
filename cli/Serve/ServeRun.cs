using System.Globalization;
using Sluice.Cli.Output;
using Sluice.Lab.Node;

namespace Sluice.Cli.Serve;

/// <summary>Serves the simulated node until Ctrl-C, or until its slots are at their end and Ctrl-C comes, and says what it does.</summary>
internal static class ServeRun
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(250);

    public static async Task<int> RunAsync(ServeOptions options, CancellationToken cancel)
    {
        ServeHost host;
        try
        {
            host = await ServeHost.StartAsync(options, TimeProvider.System, cancel);
        }
        catch (Exception e) when (ServeHost.IsPortInUse(e))
        {
            Fail.Print($"port {options.At.Port} or {options.At.Port + 1} of {options.At.Address} is in use (notices have the port after HTTP's): stop what listens there or name another one with --serve HOST:PORT.");
            return ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Done;
        }

        await using (host)
        {
            Announce(host, options);
            await FollowAsync(host, options, cancel);
            if (host.Slots.IsFaulted) { await host.Slots; }
            var end = host.Node.Status;
            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"Served slots to {end.Slot}: {end.Transactions:N0} transactions, {end.Requests:N0} requests ({end.Refused:N0} refused or failed), {host.LateSlots:N0} slots later than asked."));
        }

        return ExitCode.Done;
    }

    private static void Announce(ServeHost host, ServeOptions options)
    {
        var (simulation, faults) = (options.Simulation, options.Node.Faults);
        Console.Error.WriteLine($"Serving a simulated Solana node (Ctrl-C ends): {host.HttpAddress}, notices on {string.Join(" and ", host.SocketAddresses)}");
        Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  seed {simulation.Seed}, from slot {simulation.FirstSlot}, {options.SlotTime.TotalMilliseconds:0.##} ms a slot, about {simulation.VotesPerBlock + simulation.NonVotesPerBlock} transactions a block, epochs of {simulation.Cluster.EpochSlots:N0} slots, the last {options.Node.KeepSlots} slots kept"));
        if (host.GrpcAddress is { } grpc) { Console.Error.WriteLine($"  Yellowstone gRPC on {grpc}"); }
        Console.Error.WriteLine($"  methods: {string.Join(", ", host.Node.Methods)}");
        Console.Error.WriteLine($"  notices: {string.Join(", ", SimulatedNode.SubscriptionMethodNames.Where(n => !n.Contains("Uns", StringComparison.Ordinal)))}");
        if (options.Node.RequestsPerSecond is { } rate) { Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  at most {rate:N0} requests a second, others get status 429")); }
        var rates = typeof(Lab.Faults.FaultOptions).GetProperties()
            .Where(p => (p.Name.EndsWith("PerMille", StringComparison.Ordinal) || p.Name.EndsWith("Slots", StringComparison.Ordinal)) && !p.Name.StartsWith("Max", StringComparison.Ordinal))
            .Select(p => (p.Name, Rate: (int)p.GetValue(faults)!)).Where(f => f.Rate > 0).ToArray();
        if (rates.Length > 0)
        {
            Console.Error.WriteLine($"  faults with seed {faults.Seed}, in thousandths: {string.Join(", ", rates.Select(f => $"{f.Name.Replace("PerMille", "", StringComparison.Ordinal).Replace("PerThousandSlots", "", StringComparison.Ordinal)} {f.Rate}"))}");
        }
    }

    private static async Task FollowAsync(ServeHost host, ServeOptions options, CancellationToken cancel)
    {
        using var line = new ProgressLine();
        var hasEnded = false;
        while (!cancel.IsCancellationRequested && !host.Slots.IsFaulted)
        {
            if (host.Slots.IsCompleted && !hasEnded)
            {
                hasEnded = true;
                line.Dispose();
                Console.Error.WriteLine($"The last slot was {host.Node.Status.Slot}; it is still served.");
            }

            if (line.IsDue && !hasEnded) { line.Show(0, 0, Text(host)); }
            await Task.Delay(Refresh, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static string Text(ServeHost host)
    {
        var status = host.Node.Status;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"slot {status.Processed} · finalized {status.Finalized} · {status.Transactions:N0} transactions · {status.Requests:N0} requests · {status.Subscribers} WebSockets · {Human.Bytes(status.KeptBytes)} kept{(host.LateSlots > 0 ? $" · {host.LateSlots:N0} slots late" : "")}");
    }
}
