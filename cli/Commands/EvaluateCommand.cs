using System.CommandLine;
using Sluice.Cli.Evaluation;
using Sluice.Cli.Output;
using Sluice.Lab.Definitions;
using Sluice.Lab.Evaluation;
using Sluice.Lab.Output;

namespace Sluice.Cli.Commands;

/// <summary><c>sluice evaluate --truth FILE</c>: findings of any detector, or what is found in blocks, held against the truth.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var paths = new Argument<string[]>("PATH")
        {
            Description = "Block files to find in, in place of --findings or --store.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var truth = new Option<string?>("--truth") { Description = "What was planted: truth.ndjson of 'sluice simulate --out'.", HelpName = "FILE" };
        var findings = new Option<string?>("--findings")
        {
            Description = "Findings, one JSON object a line, as 'sluice replay --json' prints them, or any detector's (docs/benchmark.md); - reads standard input.",
            HelpName = "FILE",
        };
        var store = new Option<string?>("--store") { Description = "Folder or address of the store that has the findings.", HelpName = "DIR|URL" };
        var shared = new EvaluationOptions();
        var command = new Command("evaluate", "Holds findings against the truth: precision, recall and money by class and evasion.") { paths, truth, findings, store };
        shared.AddTo(command);
        command.Validators.Add(r =>
        {
            var hasPaths = r.GetValue(paths) is { Length: > 0 };
            var sources = (hasPaths ? 1 : 0) + (r.GetValue(findings) is null ? 0 : 1) + (r.GetValue(store) is null ? 0 : 1);
            if (sources != 1) { r.AddError("Name one source: --findings FILE, --store DIR, or block files."); }
            else if (r.GetValue(shared.Definitions) && !hasPaths) { r.AddError("--definitions needs block files."); }
            else if (!r.GetValue(shared.Definitions) && r.GetValue(truth) is null) { r.AddError("Name --truth FILE, or --definitions for blocks of which nobody knows it."); }
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var entries = parsed.GetValue(truth) is { } path ? TruthReader.ReadFile(path) : null;
            var chains = EvaluatedChains.None;
            var set = parsed.GetValue(shared.Definitions) ? new DefinitionSet() : null;
            DetectorOutput output;
            if (parsed.GetValue(findings) is { } file)
            {
                output = FindingsReader.ReadFile(file);
            }
            else if (parsed.GetValue(store) is { } folder)
            {
                await using var opened = await StoreOption.OpenExistingAsync(folder, null, cancel);
                output = await StoreFindings.ReadAsync(opened, cancel);
            }
            else
            {
                using var progress = new ProgressLine();
                (output, chains) = await EvaluationRun.ReadAsync(parsed.GetValue(paths)!, set, progress, cancel);
            }

            Evaluator? evaluator = null;
            if (entries is not null)
            {
                evaluator = new Evaluator();
                evaluator.Add(parsed.GetValue(truth)!, entries, output);
            }

            DefinitionScores? definitions = null;
            if (set is not null)
            {
                definitions = new DefinitionScores();
                definitions.Add(parsed.GetValue(truth) ?? "blocks", entries, output, set);
            }

            return EvaluationOptions.Report(evaluator, definitions, chains, shared.Thresholds(parsed), parsed.GetValue(shared.Json));
        });
        return command;
    }
}
