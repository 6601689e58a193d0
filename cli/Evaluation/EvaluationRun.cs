using Sluice.Cli.Output;
using Sluice.Cli.Replay;
using Sluice.Lab;
using Sluice.Lab.Definitions;
using Sluice.Lab.Evaluation;

namespace Sluice.Cli.Evaluation;

/// <summary>What an evaluation of chains went through.</summary>
/// <param name="Seeds">Chains.</param>
/// <param name="Slots">Slots with a block.</param>
/// <param name="Transactions">Transactions, votes included.</param>
/// <param name="Elapsed">Wall time.</param>
internal sealed record EvaluatedChains(int Seeds, long Slots, long Transactions, TimeSpan Elapsed)
{
    public static readonly EvaluatedChains None = new(0, 0, 0, TimeSpan.Zero);
}

/// <summary>Chains through the whole pipeline without a store, and their findings held against the truth.</summary>
/// <remarks>One chain after the other: simulating, reading and judging run beside each other, and memory is that of one chain.</remarks>
internal static class EvaluationRun
{
    /// <summary>Simulates chains and scores what is found on them.</summary>
    /// <param name="first">Seed of the first chain; the others follow.</param>
    /// <param name="seeds">How many.</param>
    /// <param name="optionsOf">Options of a chain by its seed.</param>
    /// <param name="evaluator">Gets the figures.</param>
    /// <param name="definitions">Gets the figures of the published definitions; null where nobody asks for them.</param>
    /// <param name="progress">Shown after each chain and within; null for none.</param>
    public static async Task<EvaluatedChains> SimulateAsync(
        ulong first, int seeds, Func<ulong, SimulatorOptions> optionsOf, Evaluator evaluator, DefinitionScores? definitions, ProgressLine? progress,
        CancellationToken cancel)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var (slots, transactions) = (0L, 0L);
        for (var i = 0; i < seeds; i++)
        {
            var seed = first + (ulong)i;
            var input = new SimulatedInput(optionsOf(seed));
            var shown = progress is null ? null : new SeedProgress(progress, input, i, seeds);
            var set = definitions is null ? null : new DefinitionSet();
            var collector = new FindingCollector(set);
            var run = new ReplayRun(input, null, null, new ReplayOptions { Findings = collector, AfterBlock = shown is null ? null : shown.Show });
            try
            {
                await run.RunAsync(null, cancel);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
            }

            evaluator.Add($"seed {seed}", input.Truth, collector.Output);
            set?.Finish();
            if (set is not null) { definitions?.Add($"seed {seed}", input.Truth, collector.Output, set); }
            slots += run.Summary.Slots;
            transactions += run.Summary.Transactions;
        }

        return new EvaluatedChains(seeds, slots, transactions, clock.Elapsed);
    }

    /// <summary>Reads block files and gathers what is found in them, by the definitions too where there are any.</summary>
    public static async Task<(DetectorOutput Output, EvaluatedChains Blocks)> ReadAsync(
        IEnumerable<string> paths, DefinitionSet? definitions, ProgressLine? progress, CancellationToken cancel)
    {
        var collector = new FindingCollector(definitions);
        var run = new ReplayRun(new FileInput(paths), null, null, new ReplayOptions { Findings = collector });
        var totals = await run.RunAsync(progress, cancel);
        definitions?.Finish();
        return (collector.Output, new EvaluatedChains(0, run.Summary.Slots, run.Summary.Transactions, totals.Elapsed));
    }

    private sealed class SeedProgress(ProgressLine line, SimulatedInput input, int done, int seeds)
    {
        public void Show()
        {
            if (line.IsDue)
            {
                line.Show(
                    (done * input.TotalUnits) + input.DoneUnits, seeds * input.TotalUnits,
                    $"chain {done + 1} of {seeds} · {Human.Count(input.DoneUnits)} of {Human.Count(input.TotalUnits)} slots");
            }
        }
    }
}
