using Sluice.Schemas.Records;

namespace Sluice.Cli.Bench;

/// <summary>A detector that is measured.</summary>
internal interface IDetectorRun
{
    /// <summary>Findings so far.</summary>
    long Findings { get; }

    /// <summary>Takes the next block.</summary>
    void Take(in Block block);
}

/// <summary>What a detector cost.</summary>
/// <param name="Best">Processor time of a swap in the best stretch, microseconds: where others use the machine too, what they take from its caches counts least there.</param>
/// <param name="Median">The same in the middle one.</param>
/// <param name="SwapsPerSlot">Transactions of a block, of which nearly all are swaps.</param>
/// <param name="FindingsPerSlot">Over all stretches.</param>
/// <param name="BytesPerSlot">Allocated, over all stretches.</param>
internal sealed record DetectorFigures(double Best, double Median, double SwapsPerSlot, double FindingsPerSlot, double BytesPerSlot);

/// <summary>Measures processor time over stretches of blocks that are long against the cost of reading the clock.</summary>
internal static class DetectorMeter
{
    private const int SwapsBetweenClocks = 4_000, Group = 8;
    private static readonly TimeSpan Stretch = TimeSpan.FromMilliseconds(25);

    /// <param name="blocks">Given round and round.</param>
    /// <param name="time">Processor time of measuring; half as much goes before.</param>
    public static DetectorFigures Measure(IDetectorRun run, RecordList<Block> blocks, TimeSpan time)
    {
        var batch = ((SwapsBetweenClocks / blocks[0].Transactions.Count / Group) + 1) * Group;
        var slot = 1_000_000L;
        for (var end = Environment.CpuUsage.TotalTime + (time / 2); Environment.CpuUsage.TotalTime < end;) { Feed(run, blocks, batch, ref slot); }

        var costs = new List<double>();
        var (first, swaps, findings, allocated) = (slot, 0L, run.Findings, GC.GetAllocatedBytesForCurrentThread());
        for (var end = Environment.CpuUsage.TotalTime + time; costs.Count == 0 || Environment.CpuUsage.TotalTime < end;)
        {
            var (count, from, cpu) = (0L, Environment.CpuUsage.TotalTime, TimeSpan.Zero);
            while (cpu < Stretch)
            {
                count += Feed(run, blocks, batch, ref slot);
                cpu = Environment.CpuUsage.TotalTime - from;
            }

            costs.Add(cpu.TotalMicroseconds / count);
            swaps += count;
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        costs.Sort();
        var slots = (double)(slot - first);
        return new(costs[0], costs[costs.Count / 2], swaps / slots, (run.Findings - findings) / slots, allocated / slots);
    }

    /// <summary>Gives so many blocks as the slots that follow and returns their swaps.</summary>
    public static long Feed(IDetectorRun run, RecordList<Block> blocks, int count, ref long slot)
    {
        var swaps = 0L;
        for (var i = 0; i < count; i++)
        {
            ref var block = ref blocks[(int)(slot % blocks.Count)];
            block.Slot = slot++;
            run.Take(block);
            swaps += block.Transactions.Count;
        }

        return swaps;
    }
}
