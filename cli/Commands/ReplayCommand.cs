using System.CommandLine;
using Sluice.Cli.Output;
using Sluice.Cli.Replay;
using Sluice.Sinks;

namespace Sluice.Cli.Commands;

/// <summary><c>sluice replay PATH…</c>: files of blocks through the whole pipeline into a store.</summary>
internal static class ReplayCommand
{
    public static Command Create()
    {
        var paths = new Argument<string[]>("PATH")
        {
            Description = "Files, folders and globs: getBlock or getTransaction replies (.json, .jsonl, also .gz) and Sluice archives.",
            Arity = ArgumentArity.OneOrMore,
        };
        var store = StoreOption.Create();
        var cluster = StoreOption.CreateCluster();
        var json = new Option<bool>("--json") { Description = "One JSON object a finding and line on standard output, and a summary last." };
        var workers = new Option<int>("--workers")
        {
            Description = "Threads that read and decode.",
            DefaultValueFactory = _ => Math.Max(1, Environment.ProcessorCount),
        };
        workers.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 1 or > 256) { r.AddError("--workers takes 1 to 256."); }
        });
        var command = new Command("replay", "Replays files of blocks into a store.") { paths, store, cluster, json, workers };
        command.SetAction((parsed, cancel) => RunAsync(
            parsed.GetRequiredValue(paths),
            token => StoreOption.OpenAsync(parsed.GetRequiredValue(store), parsed.GetValue(cluster), token),
            parsed.GetValue(json),
            parsed.GetValue(workers),
            cancel));
        return command;
    }

    private static async Task<int> RunAsync(
        string[] paths, Func<CancellationToken, Task<IClickHouse>> open, bool json, int workers, CancellationToken cancel)
    {
        var input = new FileInput(paths);
        await using var store = await open(cancel);
        if (!json) { return Outcome(await StoreRun.RunAsync(store, input, new ReplayOptions { Workers = workers }, SummaryTable.Print, cancel)); }

        using var lines = new JsonLines(new BufferedStream(Console.OpenStandardOutput(), 1 << 16));
        var options = new ReplayOptions { Workers = workers, Findings = lines };
        return Outcome(await StoreRun.RunAsync(store, input, options, lines.Write, cancel));
    }

    private static int Outcome(ReplayTotals totals) => totals.LeftOut == 0 ? ExitCode.Done : ExitCode.Failed;
}
