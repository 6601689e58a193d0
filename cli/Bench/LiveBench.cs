using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Sluice.Cli.Serve;
using Sluice.Lab;

namespace Sluice.Cli.Bench;

/// <summary>From a block's being confirmed at a node to its findings on the live feed, over real sockets.</summary>
/// <remarks>The simulated node and the reader are this process, <c>sluice run</c> with its store is one of its own.</remarks>
internal static class LiveBench
{
    private const double BudgetP50Ms = 50, BudgetP99Ms = 200;

    /// <summary>The first blocks pay for compiling.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(TimeSpan time, double slotsPerSecond, bool json, TextWriter output, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("sluice-bench-").FullName;
        try
        {
            var delays = new LiveDelays();
            var options = new ServeOptions
            {
                At = new IPEndPoint(IPAddress.Loopback, 0),
                Simulation = new SimulatorOptions { Slots = int.MaxValue },
                SlotTime = TimeSpan.FromSeconds(1 / slotsPerSecond),
                Published = delays.Published,
            };
            await using var node = await ServeHost.StartAsync(options, TimeProvider.System, cancel);
            using var run = Start("run", "--rpc", node.HttpAddress, "--ws", node.SocketAddresses[0], "--store", Path.Combine(folder, "store"), "--port", "0");
            try
            {
                var api = await AddressAsync(run, cancel);
                await ReadAsync(new Uri($"ws://{api.Authority}/ws/live?snapshot=0"), delays, time, cancel);
            }
            finally
            {
                run.Kill();
                await run.WaitForExitAsync(CancellationToken.None);
            }

            Print(delays, options, node, time, json, output);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task ReadAsync(Uri feed, LiveDelays delays, TimeSpan time, CancellationToken cancel)
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(feed, cancel);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(WarmUp + time);
        var buffer = new byte[1 << 20];
        var clock = Stopwatch.StartNew();
        try
        {
            while (true)
            {
                var length = 0;
                ValueWebSocketReceiveResult read;
                do
                {
                    if (length == buffer.Length) { Array.Resize(ref buffer, buffer.Length * 2); }
                    read = await socket.ReceiveAsync(buffer.AsMemory(length), limit.Token);
                    length += read.Count;
                }
                while (!read.EndOfMessage);
                if (read.MessageType == WebSocketMessageType.Close) { throw new InvalidOperationException($"the feed has ended: {socket.CloseStatusDescription}"); }
                delays.Read(buffer.AsSpan(0, length), Stopwatch.GetTimestamp(), clock.Elapsed > WarmUp);
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // time is up
        }
    }

    private static void Print(LiveDelays delays, ServeOptions options, ServeHost node, TimeSpan time, bool json, TextWriter output)
    {
        var (findings, blocks) = (Quantiles.Of(delays.Findings), Quantiles.Of(delays.Blocks));
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(new
            {
                bench = "live: block confirmed at the node to its findings on the WebSocket",
                cores = Environment.ProcessorCount,
                seconds = time.TotalSeconds,
                slot_ms = Math.Round(options.SlotTime.TotalMilliseconds, 1),
                transactions_per_block = options.Simulation.VotesPerBlock + options.Simulation.NonVotesPerBlock,
                slots_late = node.LateSlots,
                findings = findings.Count,
                p50_ms = findings.P50,
                p90_ms = findings.P90,
                p99_ms = findings.P99,
                max_ms = findings.Max,
                budget_p50_ms = BudgetP50Ms,
                budget_p99_ms = BudgetP99Ms,
                blocks = blocks.Count,
                blocks_p50_ms = blocks.P50,
                blocks_p99_ms = blocks.P99,
                blocks_max_ms = blocks.Max,
            }));
            return;
        }

        foreach (var (name, q) in new[] { ("findings", findings), ("blocks", blocks) })
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{name,-9} {q.Count,7:N0} read · p50 {q.P50:0.0} ms · p90 {q.P90:0.0} ms · p99 {q.P99:0.0} ms · max {q.Max:0.0} ms"));
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"from a block's being confirmed at the node to being read on the feed; {options.SlotTime.TotalMilliseconds:0.#} ms a slot, about {options.Simulation.VotesPerBlock + options.Simulation.NonVotesPerBlock:N0} transactions a block, {node.LateSlots:N0} slots late; asked for: p50 {BudgetP50Ms:0} ms, p99 {BudgetP99Ms:0} ms."));
    }

    /// <summary>This program again, with other arguments.</summary>
    private static Process Start(params string[] arguments)
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("the program does not know where it lies");
        var start = new ProcessStartInfo(program) { RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet") { start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]); }
        foreach (var argument in arguments) { start.ArgumentList.Add(argument); }
        return Process.Start(start) ?? throw new InvalidOperationException("the program could not be started again");
    }

    /// <summary>Where a run serves, from what it says; the rest of what it says is passed over.</summary>
    private static async Task<Uri> AddressAsync(Process run, CancellationToken cancel)
    {
        const string Announcement = "Serving on ";
        var said = new List<string>();
        while (await run.StandardError.ReadLineAsync(cancel) is { } line)
        {
            said.Add(line);
            if (!line.StartsWith(Announcement, StringComparison.Ordinal)) { continue; }
            _ = run.StandardError.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
            return new Uri(line[Announcement.Length..].Split(' ')[0]);
        }

        throw new InvalidOperationException($"sluice run did not serve: {string.Join('\n', said)}");
    }

    /// <summary>Quantiles of times, milliseconds to a tenth; 0 where nothing was measured.</summary>
    private readonly record struct Quantiles(int Count, double P50, double P90, double P99, double Max)
    {
        public static Quantiles Of(IReadOnlyList<double> times)
        {
            double[] sorted = [.. times.Order()];
            double At(double share) => sorted.Length == 0 ? 0 : Math.Round(sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))], 1);
            return new Quantiles(sorted.Length, At(0.5), At(0.9), At(0.99), At(1));
        }
    }
}
