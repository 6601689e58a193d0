using System.CommandLine;
using System.Globalization;
using Sluice.Cli.Evaluation;
using Sluice.Cli.Output;
using Sluice.Cli.Serve;
using Sluice.Lab;
using Sluice.Lab.Definitions;
using Sluice.Lab.Evaluation;
using Sluice.Lab.Output;

namespace Sluice.Cli.Commands;

/// <summary>
/// <c>sluice simulate --out DIR</c>: blocks of a simulated chain with the truth beside them. <c>sluice simulate --evaluate</c>: chains through
/// the pipeline and what is found held against the truth, nothing written. <c>sluice simulate --serve</c>: the chain as a node.
/// </summary>
internal static class SimulateCommand
{
    private const string Default = "default", ForEvaluation = "evaluation";

    public static Command Create()
    {
        var folder = new Option<string?>("--out") { Description = "Folder for blocks, truth.ndjson and totals.json.", HelpName = "DIR" };
        var evaluate = new Option<bool>("--evaluate") { Description = "Find in the chain and hold the findings against the truth; writes nothing." };
        var seeds = new Option<int>("--seeds") { Description = "With --evaluate: chains, of as many seeds from --seed on.", DefaultValueFactory = _ => 1 };
        var preset = new Option<string?>("--preset")
        {
            Description = "default: mainnet's proportions. evaluation: small blocks in which everything planted is frequent; what --evaluate takes when nothing is said.",
        };
        preset.AcceptOnlyFromAmong(Default, ForEvaluation);
        var slots = new Option<int>("--slots") { Description = "Slots, skipped ones included.", DefaultValueFactory = _ => 100 };
        var seed = new Option<ulong>("--seed") { Description = "Seed of all chance; the same seed gives the same bytes.", DefaultValueFactory = _ => 1 };
        var perFile = new Option<int>("--slots-per-file")
        {
            Description = "Slots of one .jsonl file; 0 writes a .json file a block.",
            DefaultValueFactory = _ => 100,
        };
        var gzip = new Option<bool>("--gzip") { Description = "Compress the block files." };
        var json = new Option<bool>("--json") { Description = "The totals as one JSON object on standard output." };
        var chain = new ChainArguments();
        var serve = new ServeArguments();
        foreach (var (option, least) in new[] { (slots, 1), (perFile, 0), (seeds, 1) })
        {
            option.Validators.Add(r =>
            {
                if (r.GetValueOrDefault<int>() < least || r.GetValueOrDefault<int>() > 10_000_000) { r.AddError($"{option.Name} takes {least} to 10000000."); }
            });
        }

        var shared = new EvaluationOptions();
        var command = new Command("simulate", "Writes blocks of a simulated chain, with the truth beside them, evaluates what is found in it, or serves it as a Solana node.")
        {
            folder, evaluate, seeds, slots, seed, preset, perFile, gzip, json,
        };
        shared.AddTo(command, withJson: false);
        chain.AddTo(command);
        serve.AddTo(command);
        command.Validators.Add(r =>
        {
            if ((r.GetValue(evaluate) ? 1 : 0) + (r.GetValue(folder) is not null ? 1 : 0) + (serve.IsAsked(r) ? 1 : 0) != 1) { r.AddError("Name --out DIR to write blocks, --evaluate to judge findings, or --serve to answer as a node."); }
            if (!r.GetValue(evaluate) && r.GetResult(seeds) is { Implicit: false }) { r.AddError("--seeds goes with --evaluate."); }
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var isDense = (parsed.GetValue(preset) ?? (parsed.GetValue(evaluate) ? ForEvaluation : Default)) == ForEvaluation;
            var isServed = serve.IsAsked(parsed);
            var count = isServed && (parsed.GetResult(slots)?.Implicit ?? true) ? int.MaxValue : parsed.GetValue(slots);
            if (isServed) { return await ServeRun.RunAsync(serve.Read(parsed, Options(parsed.GetValue(seed))), cancel); }
            if (parsed.GetValue(folder) is { } name)
            {
                return Run(
                    name, Options(parsed.GetValue(seed)), new SimulationFiles { SlotsPerFile = parsed.GetValue(perFile), Gzip = parsed.GetValue(gzip) }, parsed.GetValue(json), cancel);
            }

            var evaluator = new Evaluator();
            var definitions = parsed.GetValue(shared.Definitions) ? new DefinitionScores() : null;
            EvaluatedChains chains;
            using (var progress = new ProgressLine())
            {
                chains = await EvaluationRun.SimulateAsync(parsed.GetValue(seed), parsed.GetValue(seeds), Options, evaluator, definitions, progress, cancel);
            }

            return EvaluationOptions.Report(evaluator, definitions, chains, shared.Thresholds(parsed), parsed.GetValue(json));

            SimulatorOptions Options(ulong of) => chain.Apply(parsed, isDense ? SimulatorOptions.ForEvaluation(of, count) : new SimulatorOptions { Seed = of, Slots = count });
        });
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
