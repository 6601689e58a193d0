using System.Text.Json;
using Sluice.Processors.Core.Sandwich;
using Sluice.Processors.Topologies;
using Sluice.Schemas.Records;

namespace Sluice.Cli.Bench;

/// <summary>
/// What the detectors over slots cost: processor time of a swap on blocks of 10 to 5,000 swaps and in one pool with 5,000 swaps in a leader group, and memory over 100,000 slots.
/// </summary>
internal static class DetectorBench
{
    private const double BudgetMsPerSlot = 2.0;
    private static readonly int[] Sizes = [10, 100, 500, 1_000, 5_000];

    public static void Run(TimeSpan time, TextWriter output, CancellationToken cancel)
    {
        Memory(output, cancel);
        foreach (var size in Sizes)
        {
            cancel.ThrowIfCancellationRequested();
            Write(output, "sandwich: block of many pools", size, Measure(DetectorBlocks.OfManyPools(size), time));
            Write(output, "only reading the same blocks", size, MeasureReading(DetectorBlocks.OfManyPools(size), time));
        }

        foreach (var size in Sizes)
        {
            cancel.ThrowIfCancellationRequested();
            Write(output, "sandwich: one pool, swaps of strangers in a leader group", size, Measure(DetectorBlocks.OfStrangers(size / 4), time));
            Write(output, "sandwich: one pool, nested round trips in a leader group", size, Measure(DetectorBlocks.OfNestedRoundTrips(size / 4), time));
        }
    }

    private static void Write(TextWriter output, string bench, int swaps, Figures figures) => output.WriteLine(JsonSerializer.Serialize(new
    {
        bench,
        swaps,
        us_per_swap = Math.Round(figures.Milliseconds * 1_000 / figures.Swaps, 3),
        ms_per_slot = Math.Round(figures.Milliseconds / figures.Slots, 4),
        budget_ms_per_slot = BudgetMsPerSlot,
        findings_per_slot = Math.Round((double)figures.Findings / figures.Slots, 2),
        allocated_bytes_per_slot = Math.Round((double)figures.AllocatedBytes / figures.Slots),
    }));

    private static Figures Measure(RecordList<Block> blocks, TimeSpan time)
    {
        var run = new CountingOutput();
        var groups = new GroupWindows<SandwichGroup>(() => new SandwichGroup(run));
        long slot = 1_000_000;
        for (var i = 0; i < 24; i++) { Feed(groups, blocks, ref slot); }
        var (swaps, slots, findings) = (0L, 0L, run.Findings);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var (cpu, end) = (Environment.CpuUsage.TotalTime, (time / (Sizes.Length * 3)) + Environment.CpuUsage.TotalTime);
        while (Environment.CpuUsage.TotalTime < end)
        {
            swaps += Feed(groups, blocks, ref slot);
            slots++;
        }

        return new Figures(swaps, slots, (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds, run.Findings - findings, GC.GetAllocatedBytesForCurrentThread() - allocated);
    }

    /// <summary>What it costs to look at every swap and balance change of a block once: how much of the growth is memory's.</summary>
    private static Figures MeasureReading(RecordList<Block> blocks, TimeSpan time)
    {
        var (swaps, slots, sum) = (0L, 0L, 0UL);
        var (cpu, end) = (Environment.CpuUsage.TotalTime, (time / (Sizes.Length * 3)) + Environment.CpuUsage.TotalTime);
        while (Environment.CpuUsage.TotalTime < end)
        {
            ref readonly var block = ref blocks[(int)(slots++ % blocks.Count)];
            foreach (ref readonly var tx in block.Transactions.Span)
            {
                swaps++;
                sum += tx.FeeLamports;
                foreach (ref readonly var swap in tx.Swaps.Span) { sum += swap.AmountIn + swap.AmountOut; }
                foreach (ref readonly var change in tx.BalanceChanges.Span) { sum += (ulong)change.Delta; }
            }
        }

        GC.KeepAlive(sum);
        return new Figures(swaps, slots, (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds, 0, 0);
    }

    private static void Memory(TextWriter output, CancellationToken cancel)
    {
        const int Slots = 100_000;
        var run = new CountingOutput();
        var groups = new GroupWindows<SandwichGroup>(() => new SandwichGroup(run));
        var blocks = DetectorBlocks.OfManyPools(100);
        long slot = 1_000_000;
        for (var i = 0; i < 2_000; i++) { Feed(groups, blocks, ref slot); }
        var (live, allocated, findings) = (GC.GetTotalMemory(forceFullCollection: true), GC.GetAllocatedBytesForCurrentThread(), run.Findings);
        for (var i = 0; i < Slots; i++)
        {
            if (i % 1_000 == 0) { cancel.ThrowIfCancellationRequested(); }
            Feed(groups, blocks, ref slot);
        }

        output.WriteLine(JsonSerializer.Serialize(new
        {
            bench = "sandwich: memory",
            slots = Slots,
            swaps_per_slot = 100,
            findings = run.Findings - findings,
            allocated_bytes_per_slot = Math.Round((double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / Slots, 1),
            live_bytes_before = live,
            live_bytes_after = GC.GetTotalMemory(forceFullCollection: true),
        }));
        GC.KeepAlive(groups);
    }

    private static int Feed(GroupWindows<SandwichGroup> groups, RecordList<Block> blocks, ref long slot)
    {
        ref var block = ref blocks[(int)(slot % blocks.Count)];
        block.Slot = slot++;
        groups.Take(block);
        return block.Transactions.Count;
    }

    private sealed record Figures(long Swaps, long Slots, double Milliseconds, long Findings, long AllocatedBytes);

    /// <summary>Takes findings into one record each and counts them.</summary>
    private sealed class CountingOutput : ISandwichOutput
    {
        private readonly RecordList<Sandwich> _sandwich = new();
        private readonly RecordList<RoundTrip> _roundTrip = new();

        public long Findings { get; private set; }

        public ref Sandwich AddSandwich()
        {
            Findings++;
            _sandwich.Clear();
            return ref _sandwich.Add();
        }

        public ref RoundTrip AddRoundTrip()
        {
            _roundTrip.Clear();
            return ref _roundTrip.Add();
        }

        public void Reject(long slot, SandwichVerdict verdict, long count)
        {
        }
    }
}
