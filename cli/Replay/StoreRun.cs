using Sluice.Cli.Output;
using Sluice.Sinks;
using Sluice.Sinks.Writing;

namespace Sluice.Cli.Replay;

/// <summary>A run into an open store, with progress and summary.</summary>
internal static class StoreRun
{
    /// <summary>Runs and hands summary and totals to <paramref name="print"/>, also when the run was interrupted.</summary>
    public static async Task<ReplayTotals> RunAsync(
        IClickHouse store, IInput input, ReplayOptions options, Action<ReplaySummary, ReplayTotals> print, CancellationToken cancel)
    {
        await using var writer = await StoreWriter.OpenAsync(store, options.Writer, metrics: new StoreMetrics(options.Meters), ct: cancel);
        if (writer.Recovery.Slots.Count > 0)
        {
            Fail.Print($"an earlier run was broken off: {writer.Recovery.Rows} rows of {writer.Recovery.Slots.Count} unfinished slots were removed.");
        }

        var stored = await StoredSlots.LoadAsync(store, ct: cancel);
        var run = new ReplayRun(input, writer, stored, options);
        using var progress = new ProgressLine();
        var totals = await run.RunAsync(progress, cancel);
        print(run.Summary, totals);
        return totals;
    }
}
