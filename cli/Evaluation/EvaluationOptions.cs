using System.CommandLine;
using Sluice.Cli.Output;
using Sluice.Lab.Definitions;
using Sluice.Lab.Evaluation;

namespace Sluice.Cli.Evaluation;

/// <summary>Options that every command with an evaluation has, and how it ends.</summary>
internal sealed class EvaluationOptions
{
    private readonly Option<double?> _precision = Share("--min-precision", "Least precision of arbitrages, sandwiches, just-in-time liquidity and liquidations, 0 to 1; below it the exit code is 1.");
    private readonly Option<double?> _recall = Share("--min-recall", "Least recall of the same, sandwiches without evasion, 0 to 1.");
    private readonly Option<double?> _evasions = Share("--min-evasion-recall", "Least recall of sandwiches with evasions, all together, 0 to 1.");

    public Option<bool> Json { get; } = new("--json") { Description = "One JSON object on standard output." };

    public Option<bool> Definitions { get; } = new("--definitions")
    {
        Description = "Run the published definitions of sandwiches on the same blocks too, and compare.",
    };

    public void AddTo(Command command, bool withJson = true)
    {
        command.Options.Add(Definitions);
        foreach (var option in new[] { _precision, _recall, _evasions }) { command.Options.Add(option); }
        if (withJson) { command.Options.Add(Json); }
    }

    public Thresholds Thresholds(ParseResult parsed) => new(parsed.GetValue(_precision), parsed.GetValue(_recall), parsed.GetValue(_evasions));

    /// <summary>Prints the report and tells the exit code.</summary>
    /// <param name="evaluator">Figures against the truth; null where there is none.</param>
    /// <param name="definitions">Figures of the published definitions; null where nobody asked.</param>
    public static int Report(Evaluator? evaluator, DefinitionScores? definitions, EvaluatedChains chains, Thresholds thresholds, bool json)
    {
        var missed = evaluator is null ? [] : thresholds.Missed(evaluator).ToArray();
        if (json)
        {
            EvaluationJson.Write(Console.Out, evaluator, definitions, chains, missed);
        }
        else
        {
            if (evaluator is not null) { EvaluationTable.Print(Console.Out, evaluator); }
            if (definitions is not null) { EvaluationTable.Print(Console.Out, definitions); }
        }

        foreach (var line in missed) { Fail.Print(line); }
        return missed.Length == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static Option<double?> Share(string name, string description)
    {
        var option = new Option<double?>(name) { Description = description, HelpName = "SHARE" };
        option.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<double?>() is < 0 or > 1) { r.AddError($"{name} takes 0 to 1."); }
        });
        return option;
    }
}
