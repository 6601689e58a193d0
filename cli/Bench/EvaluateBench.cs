using System.Text.Json;
using Sluice.Cli.Evaluation;
using Sluice.Cli.Output;
using Sluice.Lab;
using Sluice.Lab.Evaluation;

namespace Sluice.Cli.Bench;

/// <summary>The evaluation at full size as one JSON line: the figures that are asked for, and how long they took.</summary>
internal static class EvaluateBench
{
    public static async Task RunAsync(int seeds, int slots, TextWriter output, CancellationToken cancel)
    {
        var evaluator = new Evaluator();
        EvaluatedChains chains;
        using (var progress = new ProgressLine())
        {
            chains = await EvaluationRun.SimulateAsync(1, seeds, seed => SimulatorOptions.ForEvaluation(seed, slots), evaluator, null, progress, cancel);
        }

        var sandwich = evaluator[TruthKind.Sandwich];
        output.WriteLine(JsonSerializer.Serialize(new
        {
            bench = "evaluation: simulated chains to findings, held against what was planted",
            seeds,
            slots_per_seed = slots,
            transactions = chains.Transactions,
            seconds = Math.Round(chains.Elapsed.TotalSeconds, 1),
            tx_per_s = Math.Round(chains.Transactions / Math.Max(chains.Elapsed.TotalSeconds, 1e-6)),
            kinds = Evaluator.ScoredKinds.ToDictionary(TruthNames.Of, kind => Figures(evaluator[kind], evaluator[kind].All)),
            plain_sandwiches = Figures(sandwich, sandwich.Plain),
            evading_sandwiches = Figures(sandwich, sandwich.Evading),
            budget = new { precision = 0.99, recall = 0.99, evasion_recall = 0.95, profit_error_median = 0.001, loss_error_median = 0.02 },
        }));
    }

    private static object Figures(KindScore score, GroupScore group) => new
    {
        planted = group.Planted,
        found = group.Found,
        recall = Rounded(group.Recall),
        precision = Rounded(group == score.All ? score.Precision : group.PrecisionWith(score.RowsInvented)),
        profit_error_median = Rounded((group.Net.Count > 0 ? group.Net : group.Gross).Median),
        loss_error_median = Rounded(group.Loss.Median),
    };

    private static double? Rounded(double? value) => value is { } share ? Math.Round(share, 6) : null;
}
