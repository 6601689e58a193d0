using System.Diagnostics;
using System.Text.Json;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding;
using Sluice.Ingest.Decoding.Model;
using Sluice.Schemas.Records;

namespace Sluice.Cli.Bench;

/// <summary>JSON bytes to swaps on one thread.</summary>
internal static class DecodeBench
{
    private const double BudgetNonVotePerSecond = 60_000;
    private const double BudgetBytesPerTransaction = 200;

    public static void Run(BenchInput input, TimeSpan time, TextWriter output)
    {
        var reader = new BlockReader();
        var decoder = new BlockDecoder();
        var raw = new RawBlock();
        var block = default(Block);
        for (var i = 0; i < 3 * input.Blocks.Count; i++) { Once(input, i, reader, decoder, raw, ref block); }

        long transactions = 0, nonVotes = 0, bytes = 0, readTicks = 0, decodeTicks = 0, swaps = 0;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        for (var i = 0; clock.Elapsed < time; i++)
        {
            var (read, decode) = Once(input, i, reader, decoder, raw, ref block);
            readTicks += read;
            decodeTicks += decode;
            bytes += input.Blocks[i % input.Blocks.Count].Length;
            transactions += block.TransactionCount;
            nonVotes += block.TransactionCount - block.VoteCount;
            foreach (ref readonly var tx in block.Transactions.Span) { swaps += tx.Swaps.Count; }
        }

        var seconds = (double)(readTicks + decodeTicks) / Stopwatch.Frequency;
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        output.WriteLine(JsonSerializer.Serialize(new
        {
            bench = "decode, one thread: getBlock JSON to swaps",
            input = input.Name,
            non_vote_tx_per_s = Math.Round(nonVotes / seconds),
            budget_non_vote_tx_per_s = BudgetNonVotePerSecond,
            tx_per_s = Math.Round(transactions / seconds),
            mb_per_s = Math.Round(bytes / seconds / 1e6),
            swaps_per_s = Math.Round(swaps / seconds),
            share_reading = Math.Round((double)readTicks / (readTicks + decodeTicks), 3),
            share_decoding = Math.Round((double)decodeTicks / (readTicks + decodeTicks), 3),
            allocated_bytes_per_tx = Math.Round((double)allocated / transactions, 2),
            budget_allocated_bytes_per_tx = BudgetBytesPerTransaction,
        }));
    }

    private static (long Read, long Decode) Once(
        BenchInput input, int i, BlockReader reader, BlockDecoder decoder, RawBlock raw, ref Block block)
    {
        var start = Stopwatch.GetTimestamp();
        var result = reader.Read(input.Blocks[i % input.Blocks.Count], new DocumentOrigin(input.Name, input.FirstSlot + (ulong)(i % input.Blocks.Count)), raw);
        if (!result.IsRead) { throw new InvalidDataException($"{input.Name}: {result.Message}"); }
        var read = Stopwatch.GetTimestamp();
        decoder.Decode(raw, ref block);
        return (read - start, Stopwatch.GetTimestamp() - read);
    }
}
