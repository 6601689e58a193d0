using System.CommandLine;
using System.Globalization;
using Sluice.Cli.Output;
using Sluice.Lab;
using Sluice.Lab.Output;

namespace Sluice.Cli.Commands;

/// <summary><c>sluice simulate --out DIR</c>: blocks of a simulated chain with the truth beside them.</summary>
internal static class SimulateCommand
{
    public static Command Create()
    {
        var folder = new Option<string>("--out") { Description = "Folder for blocks, truth.ndjson and totals.json.", HelpName = "DIR", Required = true };
        var slots = new Option<int>("--slots") { Description = "Slots, skipped ones included.", DefaultValueFactory = _ => 100 };
        var seed = new Option<ulong>("--seed") { Description = "Seed of all chance; the same seed gives the same bytes.", DefaultValueFactory = _ => 1 };
        var perFile = new Option<int>("--slots-per-file")
        {
            Description = "Slots of one .jsonl file; 0 writes a .json file a block.",
            DefaultValueFactory = _ => 100,
        };
        var gzip = new Option<bool>("--gzip") { Description = "Compress the block files." };
        var json = new Option<bool>("--json") { Description = "The totals as one JSON object on standard output." };
        foreach (var (option, least) in new[] { (slots, 1), (perFile, 0) })
        {
            option.Validators.Add(r =>
            {
                if (r.GetValueOrDefault<int>() < least || r.GetValueOrDefault<int>() > 10_000_000) { r.AddError($"{option.Name} takes {least} to 10000000."); }
            });
        }

        var command = new Command("simulate", "Writes blocks of a simulated chain, with the truth beside them.") { folder, slots, seed, perFile, gzip, json };
        command.SetAction((parsed, cancel) => Task.FromResult(Run(
            parsed.GetRequiredValue(folder),
            new SimulatorOptions { Seed = parsed.GetValue(seed), Slots = parsed.GetValue(slots) },
            new SimulationFiles { SlotsPerFile = parsed.GetValue(perFile), Gzip = parsed.GetValue(gzip) },
            parsed.GetValue(json),
            cancel)));
        return command;
    }

    private static int Run(string folder, SimulatorOptions options, SimulationFiles files, bool json, CancellationToken cancel)
    {
        RunTotals totals;
        using (var line = new ProgressLine())
        {
            totals = SimulationWriter.Write(folder, options, files, new Reporter(line), cancel);
        }

        if (json)
        {
            Console.Out.WriteLine(File.ReadAllText(Path.Combine(folder, "totals.json")).ReplaceLineEndings(""));
            return ExitCode.Done;
        }

        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{folder}: {totals.Slots:N0} slots ({totals.SkippedSlots:N0} skipped), {totals.Transactions:N0} transactions ({totals.Votes:N0} votes, {totals.Failed:N0} failed), "
            + $"{totals.Swaps:N0} swaps, planted: {string.Join(", ", Enum.GetValues<TruthKind>().Select(k => string.Create(CultureInfo.InvariantCulture, $"{totals.CountOf(k):N0} {TruthNames.Of(k)}")))}, {Human.Bytes((long)totals.Bytes)} of JSON."));
        return ExitCode.Done;
    }

    private sealed class Reporter(ProgressLine line) : IProgress<SimulationProgress>
    {
        public void Report(SimulationProgress value) => line.Show(
            value.Slots, value.SlotsWanted, $"{Human.Count(value.Slots)} slots · {Human.Count((long)value.Transactions)} transactions · {Human.Bytes((long)value.Bytes)}");
    }
}
