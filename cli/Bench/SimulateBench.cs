using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using Sluice.Lab;

namespace Sluice.Cli.Bench;

/// <summary>How fast blocks are simulated: state, truth and JSON, on one thread.</summary>
internal static class SimulateBench
{
    private const double BudgetPerSecond = 20_000;

    public static void Run(TimeSpan time, TextWriter output, CancellationToken cancel)
    {
        Measure("mainnet-shaped blocks", new SimulatorOptions { Seed = 1, Slots = int.MaxValue }, time, output, cancel);
        Measure("blocks for evaluation", SimulatorOptions.ForEvaluation(1, int.MaxValue), time, output, cancel);
    }

    private static void Measure(string name, SimulatorOptions options, TimeSpan time, TextWriter output, CancellationToken cancel)
    {
        var simulator = new Simulator(options);
        var block = new ArrayBufferWriter<byte>(8 << 20);
        for (var i = 0; i < 20; i++) { Next(simulator, block); }
        var (transactions, votes, bytes) = (simulator.Totals.Transactions, simulator.Totals.Votes, simulator.Totals.Bytes);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < time && !cancel.IsCancellationRequested) { Next(simulator, block); }
        var seconds = clock.Elapsed.TotalSeconds;
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        transactions = simulator.Totals.Transactions - transactions;
        votes = simulator.Totals.Votes - votes;
        output.WriteLine(JsonSerializer.Serialize(new
        {
            bench = "simulate, one thread: state, truth and JSON",
            input = name,
            tx_per_s = Math.Round(transactions / seconds),
            budget_tx_per_s = BudgetPerSecond,
            non_vote_tx_per_s = Math.Round((transactions - votes) / seconds),
            mb_per_s = Math.Round((simulator.Totals.Bytes - bytes) / seconds / 1e6),
            allocated_bytes_per_tx = Math.Round((double)allocated / transactions),
        }));
    }

    private static void Next(Simulator simulator, ArrayBufferWriter<byte> block)
    {
        block.ResetWrittenCount();
        simulator.TryNextBlock(block, out _);
    }
}
