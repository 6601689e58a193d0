using System.Text.Json;
using Sluice.Schemas.Records;

namespace Sluice.Cli.Bench;

/// <summary>
/// What the detectors cost: processor time of a swap on blocks of 10 to 5,000 swaps and in one pool with 5,000 swaps in a leader group, and memory over 100,000 slots.
/// </summary>
internal static class DetectorBench
{
    /// <summary>Milliseconds a slot: of detectors that read a leader group with the slots beside it, and of those that read one block.</summary>
    private const double OverSlotsBudget = 2.0, InBlockBudget = 0.5;

    private const int Slots = 4; // of a leader group
    private static readonly int[] Sizes = [10, 100, 500, 1_000, 5_000];

    private static readonly Row[] Rows =
    [
        new("sandwich: block of many pools", OverSlotsBudget, DetectorBlocks.OfManyPools, () => new SandwichRun(), HasMemory: true),
        new("only reading the same blocks", OverSlotsBudget, DetectorBlocks.OfManyPools, () => new ReadingRun()),
        new("sandwich: one pool, swaps of strangers in a leader group", OverSlotsBudget, swaps => DetectorBlocks.OfStrangers(swaps / Slots), () => new SandwichRun()),
        new("sandwich: one pool, nested round trips in a leader group", OverSlotsBudget, swaps => DetectorBlocks.OfNestedRoundTrips(swaps / Slots), () => new SandwichRun()),
        new("arbitrages, causes, values", InBlockBudget, DetectorBlocks.OfEverything, () => new ArbitrageRun(), HasMemory: true),
        new("bundles", InBlockBudget, DetectorBlocks.OfEverything, () => new BundlesRun(), HasMemory: true),
        new("just-in-time liquidity", OverSlotsBudget, DetectorBlocks.OfEverything, () => new JitRun(), HasMemory: true),
        new("liquidations, failed attempts", OverSlotsBudget, DetectorBlocks.OfEverything, () => new LiquidationRun(), HasMemory: true),
    ];

    /// <param name="time">Of all growth figures together.</param>
    /// <param name="only">Text that rows' names must have.</param>
    /// <param name="swaps">The only size of a block; null takes all sizes.</param>
    public static void Run(TimeSpan time, string only, int? swaps, TextWriter output, CancellationToken cancel)
    {
        if (swaps is null)
        {
            foreach (var row in Rows)
            {
                if (row.HasMemory && row.NameOfMemory.Contains(only, StringComparison.OrdinalIgnoreCase)) { Memory(row, output, cancel); }
            }
        }

        var rows = Array.FindAll(Rows, r => r.Name.Contains(only, StringComparison.OrdinalIgnoreCase));
        var sizes = swaps is { } one ? [one] : Sizes;
        foreach (var row in rows)
        {
            foreach (var size in sizes)
            {
                cancel.ThrowIfCancellationRequested();
                var figures = DetectorMeter.Measure(row.Make(), row.Blocks(size), time / (rows.Length * sizes.Length * 1.5));
                output.WriteLine(JsonSerializer.Serialize(new
                {
                    bench = row.Name,
                    swaps = size,
                    us_per_swap = Math.Round(figures.Best, 3),
                    us_per_swap_median = Math.Round(figures.Median, 3),
                    ms_per_slot = Math.Round(figures.Best * figures.SwapsPerSlot / 1_000, 4),
                    budget_ms_per_slot = row.Budget,
                    findings_per_slot = Math.Round(figures.FindingsPerSlot, 2),
                    allocated_bytes_per_slot = Math.Round(figures.BytesPerSlot),
                }));
            }
        }
    }

    private static void Memory(Row row, TextWriter output, CancellationToken cancel)
    {
        const int All = 100_000, Step = 1_000, Swaps = 100;
        var blocks = row.Blocks(Swaps);
        var input = GC.GetTotalMemory(forceFullCollection: true);
        var run = row.Make();
        var slot = 1_000_000L;
        DetectorMeter.Feed(run, blocks, 2 * Step, ref slot);
        var (live, allocated, findings) = (GC.GetTotalMemory(forceFullCollection: true), GC.GetAllocatedBytesForCurrentThread(), run.Findings);
        for (var i = 0; i < All; i += Step)
        {
            cancel.ThrowIfCancellationRequested();
            DetectorMeter.Feed(run, blocks, Step, ref slot);
        }

        output.WriteLine(JsonSerializer.Serialize(new
        {
            bench = row.NameOfMemory,
            slots = All,
            swaps_per_slot = Swaps,
            findings = run.Findings - findings,
            allocated_bytes_per_slot = Math.Round((double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / All, 1),
            live_bytes_before = live - input,
            live_bytes_after = GC.GetTotalMemory(forceFullCollection: true) - input,
        }));
        GC.KeepAlive(run);
        GC.KeepAlive(blocks);
    }

    /// <param name="HasMemory">True where memory over many slots is measured too.</param>
    private sealed record Row(string Name, double Budget, Func<int, RecordList<Block>> Blocks, Func<IDetectorRun> Make, bool HasMemory = false)
    {
        public string NameOfMemory => Name + ": memory";
    }
}
