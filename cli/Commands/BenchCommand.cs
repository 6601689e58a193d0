using System.CommandLine;
using Sluice.Cli.Bench;
using Sluice.Cli.Output;

namespace Sluice.Cli.Commands;

/// <summary><c>sluice bench</c>: the throughput figures, one JSON object a line.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var seconds = new Option<int>("--seconds") { Description = "Time for each figure, seconds.", DefaultValueFactory = _ => 10 };
        seconds.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 1 or > 600) { r.AddError("--seconds takes 1 to 600."); }
        });
        var command = new Command("bench", "Measures reading, decoding and whole replays on this machine, one JSON object a line.") { seconds };
        command.SetAction((parsed, cancel) => RunAsync(TimeSpan.FromSeconds(parsed.GetValue(seconds)), cancel));
        command.Subcommands.Add(CreateDetectors());
        command.Subcommands.Add(CreateEvaluate());
        command.Subcommands.Add(CreateSimulate());
        command.Subcommands.Add(CreateLive());
        return command;
    }

    private static Command CreateLive()
    {
        var seconds = new Option<int>("--seconds") { Description = "Time to measure for, after a warm-up of ten seconds.", DefaultValueFactory = _ => 60 };
        seconds.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 1 or > 3_600) { r.AddError("--seconds takes 1 to 3600."); }
        });
        var rate = new Option<double>("--slots-per-second") { Description = "Pace of the simulated node; 2.5 is mainnet's.", DefaultValueFactory = _ => 2.5 };
        rate.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<double>() is not (>= 0.1 and <= 100)) { r.AddError("--slots-per-second takes 0.1 to 100."); }
        });
        var json = new Option<bool>("--json") { Description = "One JSON object." };
        var command = new Command("live", "Measures the time from a block's being confirmed at a node to its findings on the live feed; both in processes of their own.") { seconds, rate, json };
        command.SetAction(async (parsed, cancel) =>
        {
            await LiveBench.RunAsync(TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(rate), parsed.GetValue(json), Console.Out, cancel);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateSimulate()
    {
        var seconds = new Option<int>("--seconds") { Description = "Time to simulate for, seconds.", DefaultValueFactory = _ => 10 };
        seconds.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 1 or > 600) { r.AddError("--seconds takes 1 to 600."); }
        });
        var command = new Command("simulate", "Measures the simulator: transactions with state, as JSON, on one thread.") { seconds };
        command.SetAction((parsed, cancel) =>
        {
            SimulateBench.Run(TimeSpan.FromSeconds(parsed.GetValue(seconds)), Console.Out, cancel);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static Command CreateDetectors()
    {
        var seconds = new Option<int>("--seconds") { Description = "Time for all growth figures together, seconds.", DefaultValueFactory = _ => 60 };
        seconds.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 1 or > 600) { r.AddError("--seconds takes 1 to 600."); }
        });
        var only = new Option<string>("--only") { Description = "Only rows whose name has this text.", HelpName = "TEXT", DefaultValueFactory = _ => "" };
        var swaps = new Option<int?>("--swaps") { Description = "Only blocks of so many swaps." };
        swaps.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int?>() is < 2 or > 20_000) { r.AddError("--swaps takes 2 to 20000."); }
        });
        var command = new Command("detectors", "Measures the detectors: how time grows with the swaps of a block and a pool, and memory.") { seconds, only, swaps };
        command.SetAction((parsed, cancel) =>
        {
            DetectorBench.Run(TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(only)!, parsed.GetValue(swaps), Console.Out, cancel);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static Command CreateEvaluate()
    {
        var seeds = new Option<int>("--seeds") { Description = "Chains.", DefaultValueFactory = _ => 50 };
        var slots = new Option<int>("--slots") { Description = "Slots of each.", DefaultValueFactory = _ => 2_000 };
        foreach (var option in new[] { seeds, slots })
        {
            option.Validators.Add(r =>
            {
                if (r.GetValueOrDefault<int>() is < 1 or > 1_000_000) { r.AddError($"{option.Name} takes 1 to 1000000."); }
            });
        }

        var command = new Command("evaluate", "Evaluates the detectors at full size: precision, recall and money over many simulated chains.") { seeds, slots };
        command.SetAction(async (parsed, cancel) =>
        {
            await EvaluateBench.RunAsync(parsed.GetValue(seeds), parsed.GetValue(slots), Console.Out, cancel);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<int> RunAsync(TimeSpan time, CancellationToken cancel)
    {
        var inputs = new List<BenchInput> { BenchInput.Simulated(16) };
        if (BenchInput.Real(Environment.GetEnvironmentVariable("SLUICE_DATA")) is { } real) { inputs.Add(real); }
        else { Fail.Print("no real chain data: set SLUICE_DATA to its folder to measure on a real block too."); }
        foreach (var input in inputs) { SizeBench.Run(input, Console.Out); }
        foreach (var input in inputs)
        {
            cancel.ThrowIfCancellationRequested();
            DecodeBench.Run(input, time, Console.Out);
        }

        foreach (var input in inputs) { await ReplayBench.RunAsync(input, time, Console.Out, cancel); }
        return ExitCode.Done;
    }
}
