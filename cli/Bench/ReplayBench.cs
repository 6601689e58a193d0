using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Sluice.Cli.Replay;
using Sluice.Schemas.Records;
using Sluice.Sinks.Embedded;
using Sluice.Sinks.Writing;
using Sluice.Streams;

namespace Sluice.Cli.Bench;

/// <summary>Whole replays, and what each stage costs: CPU time of decoding alone, without the store, and with it.</summary>
internal static class ReplayBench
{
    private const double BudgetTxPerSecond = 131_300;
    private const double BudgetNonVotePerSecond = 40_000;
    private const double BudgetResidentBytes = 1.5 * (1L << 30);
    private const int Copies = 12;

    public static async Task RunAsync(BenchInput input, TimeSpan time, TextWriter output, CancellationToken cancel)
    {
        // A short run warms up and tells how many slots fill the time.
        var folder = Directory.CreateTempSubdirectory("sluice-bench-").FullName;
        try
        {
            await using var store = await EmbeddedClickHouse.OpenAsync(new EmbeddedOptions { Path = Path.Combine(folder, "store") }, ct: cancel);
            var warm = await MeasureAsync(input, input.FirstSlot, 200, null, cancel);
            var slots = Math.Max(100, (long)(warm.Slots / warm.Seconds * time.TotalSeconds));
            var decoding = await DecodeCpuSecondsAsync(input, slots, cancel);
            var bare = await MeasureAsync(input, input.FirstSlot, slots, null, cancel);
            var full = await MeasureAsync(input, input.FirstSlot, slots, store, cancel);
            var total = full.CpuSeconds;
            output.WriteLine(JsonSerializer.Serialize(new
            {
                bench = "replay: getBlock JSON bytes to rows in the embedded store",
                input = input.Name,
                cores = Environment.ProcessorCount,
                slots = full.Slots,
                tx_per_s = Math.Round(full.Transactions / full.Seconds),
                budget_tx_per_s = BudgetTxPerSecond,
                non_vote_tx_per_s = Math.Round(full.NonVotes / full.Seconds),
                budget_non_vote_tx_per_s = BudgetNonVotePerSecond,
                mb_per_s = Math.Round(full.Bytes / full.Seconds / 1e6),
                rows = full.Rows,
                rows_per_s = Math.Round(full.Rows / full.Seconds),
                without_store_tx_per_s = Math.Round(bare.Transactions / bare.Seconds),
                cpu_s = Math.Round(total, 2),
                cpu_us_per_tx = Math.Round(total / full.Transactions * 1e6, 2),
                cpu_share_reading_and_decoding = Math.Round(decoding / total, 3),
                cpu_share_bus_and_detection = Math.Round(Math.Max(0, bare.CpuSeconds - decoding) / total, 3),
                cpu_share_store = Math.Round(Math.Max(0, total - bare.CpuSeconds) / total, 3),
                peak_resident_mib = Math.Round(PeakResidentBytes() / (double)(1 << 20)),
                budget_resident_mib = Math.Round(BudgetResidentBytes / (1 << 20)),
            }));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Figures> MeasureAsync(
        BenchInput input, ulong firstSlot, long slots, EmbeddedClickHouse? store, CancellationToken cancel)
    {
        StoreWriter? writer = null;
        try
        {
            if (store is not null) { writer = await StoreWriter.OpenAsync(store, ct: cancel); }
            var looped = new LoopedInput(input.Blocks, firstSlot, slots, Math.Max(1, Copies / input.Blocks.Count));
            var run = new ReplayRun(looped, writer, null, new ReplayOptions());
            var cpu = CpuSeconds();
            var totals = await run.RunAsync(null, cancel);
            cpu = CpuSeconds() - cpu;
            return new Figures(
                run.Summary.Slots,
                run.Summary.Transactions,
                run.Summary.Transactions - run.Summary.Votes,
                totals.Bytes,
                writer?.StoredRows ?? 0,
                totals.Elapsed.TotalSeconds,
                cpu);
        }
        finally
        {
            if (writer is not null) { await writer.DisposeAsync(); }
        }
    }

    /// <summary>CPU time of reading and decoding alone: the same input, and nothing after the decoder.</summary>
    private static async Task<double> DecodeCpuSecondsAsync(BenchInput input, long slots, CancellationToken cancel)
    {
        var looped = new LoopedInput(input.Blocks, input.FirstSlot, slots, Math.Max(1, Copies / input.Blocks.Count));
        var stage = new DecodeStage(looped, new RecordBatchPool<Block>(Topics.Blocks), Environment.ProcessorCount);
        var cpu = CpuSeconds();
        await foreach (var unit in stage.RunAsync(cancel))
        {
            unit.Batch!.Release();
            unit.Document!.Return();
        }

        return CpuSeconds() - cpu;
    }

    private static double CpuSeconds()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime.TotalSeconds;
    }

    /// <summary>Highest resident memory of the process so far, which holds everything that was measured before as well.</summary>
    private static long PeakResidentBytes()
    {
        const string Field = "VmHWM:";
        if (!File.Exists("/proc/self/status")) { return Process.GetCurrentProcess().PeakWorkingSet64; }
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith(Field, StringComparison.Ordinal));
        return long.Parse(line[Field.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) << 10;
    }

    private sealed record Figures(
        long Slots, long Transactions, long NonVotes, long Bytes, long Rows, double Seconds, double CpuSeconds);
}
