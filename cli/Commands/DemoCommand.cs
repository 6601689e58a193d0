using System.CommandLine;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Api;
using Sluice.Api.Metrics;
using Sluice.Cli.Evaluation;
using Sluice.Cli.Output;
using Sluice.Cli.Replay;
using Sluice.Lab;
using Sluice.Lab.Evaluation;

namespace Sluice.Cli.Commands;

/// <summary><c>sluice demo</c>: simulated blocks through the whole pipeline into a store, the summary, found against planted, then the api.</summary>
internal static class DemoCommand
{
    private const int DefaultSlots = 3_000;

    /// <summary>What a demo must show to be a success: of some kinds it has a few dozen, so that one known miss is more than a hundredth.</summary>
    private static readonly Thresholds Asked = new(Precision: 0.95, Recall: 0.95, EvasionRecall: null);

    public static Command Create()
    {
        var slots = new Option<int>("--slots") { Description = "Slots to simulate.", DefaultValueFactory = _ => DefaultSlots };
        slots.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 1 or > 1_000_000) { r.AddError("--slots takes 1 to 1000000."); }
        });
        var seed = new Option<long>("--seed") { Description = "Seed of the simulated chain.", DefaultValueFactory = _ => 1 };
        var exit = new Option<bool>("--exit") { Description = "End after the summary instead of serving the api." };
        var port = ApiCommand.PortOption();
        var store = StoreOption.Create();
        var cluster = StoreOption.CreateCluster();
        var command = new Command("demo", "Simulates a chain, replays it into a store and serves the result.") { slots, seed, exit, port, store, cluster };
        command.SetAction((parsed, cancel) => RunAsync(
            parsed.GetRequiredValue(store),
            parsed.GetValue(cluster),
            parsed.GetValue(slots),
            (ulong)parsed.GetValue(seed),
            parsed.GetValue(exit),
            parsed.GetValue(port),
            cancel));
        return command;
    }

    private static async Task<int> RunAsync(
        string storePath, string? cluster, int slots, ulong seed, bool exit, int port, CancellationToken cancel)
    {
        // Counting begins before the pipeline, so that /metrics shows the replay too.
        using var registry = new MetricRegistry();
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        await using var store = await StoreOption.OpenAsync(storePath, cluster, cancel);
        var input = new SimulatedInput(new SimulatorOptions { Seed = seed, Slots = slots });
        var collector = new FindingCollector();
        Console.Out.WriteLine($"Simulating {Human.Count(slots)} slots (seed {seed}) and replaying them into {StoreOption.Shown(storePath)}.");
        var options = new ReplayOptions { Findings = collector, Meters = services.GetRequiredService<IMeterFactory>() };
        var totals = await StoreRun.RunAsync(store, input, options, SummaryTable.Print, cancel);
        var evaluator = new Evaluator();
        evaluator.Add($"seed {seed}", input.Truth, collector.Output);
        EvaluationTable.PrintShort(Console.Out, evaluator);
        var missed = Asked.Missed(evaluator).ToArray();
        foreach (var line in missed) { Fail.Print(line); }
        if (totals.LeftOut > 0 || missed.Length > 0) { return ExitCode.Failed; }
        return exit ? ExitCode.Done : await ApiCommand.ServeAsync(store, new ApiOptions { Port = port }, registry, cancel);
    }
}
