using System.CommandLine;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Api;
using Sluice.Api.Metrics;
using Sluice.Cli.Evaluation;
using Sluice.Cli.Live;
using Sluice.Cli.Output;
using Sluice.Cli.Replay;
using Sluice.Cli.Serve;
using Sluice.Ingest.Live;
using Sluice.Ingest.Rpc;
using Sluice.Lab;
using Sluice.Lab.Evaluation;
using Sluice.Lab.Node;
using Sluice.Sinks;
using Sluice.Sinks.Migrations;

namespace Sluice.Cli.Commands;

/// <summary><c>sluice demo</c>: a simulated node served on this machine, followed live through the whole pipeline into a store; the summary, found against planted, the api.</summary>
internal static class DemoCommand
{
    private const int DefaultSlots = 1_500;

    /// <summary>Slots that the chain goes on after the last one that counts, so that it is finalized.</summary>
    private const int SlotsAfter = 64;

    private const double SlotMs = 400;

    /// <summary>What a demo must show to be a success: of some kinds it has a few dozen, so that one known miss is more than a hundredth.</summary>
    private static readonly Thresholds Asked = new(Precision: 0.95, Recall: 0.95, EvasionRecall: null);

    public static Command Create()
    {
        var slots = new Option<int>("--slots") { Description = "Slots to follow.", DefaultValueFactory = _ => DefaultSlots };
        slots.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 1 or > 1_000_000) { r.AddError("--slots takes 1 to 1000000."); }
        });
        var speed = new Option<double>("--speed") { Description = "How many times faster than mainnet's 400 ms slots go by.", DefaultValueFactory = _ => 10 };
        speed.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<double>() is not (>= 0.1 and <= 1_000)) { r.AddError("--speed takes 0.1 to 1000."); }
        });
        var seed = new Option<long>("--seed") { Description = "Seed of the simulated chain.", DefaultValueFactory = _ => 1 };
        var exit = new Option<bool>("--exit") { Description = "End after the summary; without, the api is served meanwhile and afterwards." };
        var port = ApiCommand.PortOption();
        var store = StoreOption.Create();
        var cluster = StoreOption.CreateCluster();
        var command = new Command("demo", "Serves a simulated node, follows it live into a store and shows what was found.") { slots, speed, seed, exit, port, store, cluster };
        command.SetAction(async (parsed, cancel) =>
        {
            var path = parsed.GetRequiredValue(store);
            await using var opened = await StoreOption.OpenAsync(path, parsed.GetValue(cluster), cancel);
            var demo = new Demo(
                opened, StoreOption.Shown(path), parsed.GetValue(slots), parsed.GetValue(speed), (ulong)parsed.GetValue(seed), parsed.GetValue(exit) ? null : parsed.GetValue(port));
            return await demo.RunAsync(cancel);
        });
        return command;
    }

    /// <summary>One demo.</summary>
    /// <param name="Store">Gets the rows.</param>
    /// <param name="Shown">The store for a person.</param>
    /// <param name="Slots">Slots to follow.</param>
    /// <param name="Speed">Times faster than mainnet.</param>
    /// <param name="Seed">Seed of the chain.</param>
    /// <param name="Port">Port of the api; null for none.</param>
    private sealed record Demo(IClickHouse Store, string Shown, int Slots, double Speed, ulong Seed, int? Port)
    {
        public async Task<int> RunAsync(CancellationToken cancel)
        {
            using var registry = new MetricRegistry();
            await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
            var meters = services.GetRequiredService<IMeterFactory>();
            var truth = new List<TruthEntry>();
            var simulation = new SimulatorOptions { Seed = Seed, Slots = Slots + SlotsAfter };
            var last = simulation.FirstSlot + (ulong)Slots - 1;
            await SchemaMigrations.ApplyAsync(Store, cancel);
            await using var node = await ServeHost.StartAsync(
                new ServeOptions
                {
                    At = new IPEndPoint(IPAddress.Loopback, 0),
                    Simulation = simulation,
                    Node = new NodeOptions { Made = slot => Keep(slot, last, truth) },
                    SlotTime = TimeSpan.FromMilliseconds(SlotMs / Speed),
                },
                TimeProvider.System,
                cancel);
            Console.Out.WriteLine(FormattableString.Invariant(
                $"A simulated node at {node.HttpAddress} makes {Human.Count(Slots)} slots (seed {Seed}) at {Speed:0.#} times mainnet's pace, about {Slots * SlotMs / Speed / 1000:0} s; they are followed into {Shown}."));

            var collector = new FindingCollector();
            using var surface = new LiveSurface(meters, TimeProvider.System);
            using var live = new LiveRun(Store, Options(node, simulation.FirstSlot, last, [collector, surface.Findings]), meters);
            surface.Figures = () => live.Figures;
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var serving = Port is { } port
                ? ApiCommand.ServeAsync(Store, new ApiOptions { Port = port }, registry, either.Token, live: surface.Services)
                : Task.Delay(Timeout.Infinite, either.Token).ContinueWith(static _ => ExitCode.Done, TaskScheduler.Default);
            var running = live.RunAsync(either.Token);
            if (await Task.WhenAny(serving, running) == serving)
            {
                await either.CancelAsync();
                await running.ContinueWith(static _ => { }, TaskScheduler.Default);
                return await serving;
            }

            var code = ExitCode.Failed;
            try
            {
                code = Judge(live, await running, collector, truth, node);
                if (code == ExitCode.Done && Port is not null) { return await serving; }
            }
            finally
            {
                await either.CancelAsync();
                await serving;
            }

            return code;
        }

        private static LiveOptions Options(ServeHost node, ulong first, ulong last, IReadOnlyList<IFindings> findings)
        {
            var http = Address(node.HttpAddress);
            return new LiveOptions
            {
                Endpoints = [http],
                Pushes = [NodeSockets.Of(WebSocketAddress.TryParse(node.SocketAddresses[0], out var socket, out _) ? socket! : http)],
                From = first,
                Until = last,
                Findings = findings,
            };
        }

        private static RpcEndpointAddress Address(string url) =>
            RpcEndpointAddress.TryParse(url, out var address, out var wrong) ? address! : throw new InvalidOperationException(wrong);

        /// <summary>What was planted in the slots that are followed, all of it.</summary>
        private static void Keep(SimulatedSlot slot, ulong last, List<TruthEntry> truth)
        {
            lock (truth) { truth.AddRange(slot.Truth.Where(entry => entry.Slot <= last && entry.Legs.All(leg => leg.Slot <= last))); }
        }

        private int Judge(LiveRun live, ReplayTotals totals, FindingCollector collector, List<TruthEntry> truth, ServeHost node)
        {
            SummaryTable.Print(live.Summary!, totals);
            var evaluator = new Evaluator();
            lock (truth) { evaluator.Add($"seed {Seed}", truth, collector.Output); }
            EvaluationTable.PrintShort(Console.Out, evaluator);
            var position = live.Position;
            Console.Out.WriteLine(FormattableString.Invariant(
                $"Live: {live.Endpoints.Sum(e => e.Answered):N0} answers, {node.LateSlots:N0} slots made later than asked; compared with the finalized chain up to slot {position.Reconciled}; {position.Retracted:N0} findings retracted."));
            var missed = Asked.Missed(evaluator).ToArray();
            foreach (var line in missed) { Fail.Print(line); }
            return totals.LeftOut > 0 || missed.Length > 0 ? ExitCode.Failed : ExitCode.Done;
        }
    }
}
