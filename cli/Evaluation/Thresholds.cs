using System.Globalization;
using Sluice.Lab;
using Sluice.Lab.Evaluation;

namespace Sluice.Cli.Evaluation;

/// <summary>What figures must reach; null asks for nothing.</summary>
/// <param name="Precision">Of arbitrages, sandwiches (by victim), just-in-time liquidity and liquidations, and the same for evading sandwiches.</param>
/// <param name="Recall">Of the same kinds; of sandwiches, those without evasion.</param>
/// <param name="EvasionRecall">Of evading sandwiches, all evasions together.</param>
internal sealed record Thresholds(double? Precision, double? Recall, double? EvasionRecall)
{
    private static readonly TruthKind[] Kinds = [TruthKind.Arbitrage, TruthKind.Sandwich, TruthKind.Jit, TruthKind.Liquidation];

    /// <summary>One line for each figure that is missed. A kind that was neither planted nor found misses nothing.</summary>
    public IEnumerable<string> Missed(Evaluator evaluator)
    {
        foreach (var kind in Kinds)
        {
            var score = evaluator[kind];
            var name = TruthNames.Of(kind);
            if (Below(score.Precision, Precision)) { yield return Text($"precision of {name}", score.Precision, Precision); }
            var (plain, what) = kind == TruthKind.Sandwich ? (score.Plain, $"recall of plain {name}") : (score.All, $"recall of {name}");
            if (Below(plain.Recall, Recall)) { yield return Text(what, plain.Recall, Recall); }
        }

        var evading = evaluator[TruthKind.Sandwich].Evading;
        if (Below(evading.Recall, EvasionRecall)) { yield return Text("recall of evading sandwich", evading.Recall, EvasionRecall); }
    }

    private static bool Below(double? figure, double? asked) => figure is { } value && asked is { } least && value < least;

    private static string Text(string what, double? figure, double? asked) =>
        string.Create(CultureInfo.InvariantCulture, $"{what} is {figure:0.0000}, below {asked}");
}
