using System.IO.Compression;
using System.Text.Json;
using Sluice.Lab;
using Sluice.Lab.Output;

namespace Sluice.Tests.Simulation.Lab;

/// <summary>What the writer leaves in a folder.</summary>
public sealed class SimulationFolders : IDisposable
{
    private static readonly SimulatorOptions Options = new()
    {
        Seed = 8,
        Slots = 14,
        VotesPerBlock = 10,
        NonVotesPerBlock = 40,
        SkippedPerMille = 300,
        ArbitragesPerThousandBlocks = 3_000,
        LookAlikesPerThousandBlocks = 3_000,
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-lab-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Lines_hold_slot_and_block_and_skipped_slots_have_none()
    {
        var totals = SimulationWriter.Write(_folder, Options, new SimulationFiles { SlotsPerFile = 5 });
        var files = Directory.GetFiles(_folder, "blocks-*.jsonl").Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(3, files.Length);
        var lines = files.SelectMany(File.ReadAllLines).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal((int)(totals.Slots - totals.SkippedSlots), lines.Length);
        var slots = lines.Select(line => line.GetProperty("slot").GetUInt64()).ToArray();
        Assert.Equal(slots.Order(), slots);
        Assert.All(lines, line => Assert.NotEmpty(line.GetProperty("block").GetProperty("transactions").EnumerateArray()));
        Assert.Empty(Directory.GetFiles(_folder, "*.part"));
    }

    [Fact]
    public void Gzipped_files_of_one_block_hold_the_same_bytes_as_plain_ones()
    {
        SimulationWriter.Write(Path.Combine(_folder, "plain"), Options, new SimulationFiles { SlotsPerFile = 0 });
        SimulationWriter.Write(Path.Combine(_folder, "packed"), Options, new SimulationFiles { SlotsPerFile = 0, Gzip = true });
        var plain = Directory.GetFiles(Path.Combine(_folder, "plain"), "3*.json").Order(StringComparer.Ordinal).ToArray();
        Assert.NotEmpty(plain);
        foreach (var path in plain)
        {
            using var packed = new GZipStream(File.OpenRead(Path.Combine(_folder, "packed", Path.GetFileName(path) + ".gz")),
                CompressionMode.Decompress);
            using var copy = new MemoryStream();
            packed.CopyTo(copy);
            Assert.Equal(File.ReadAllBytes(path), copy.ToArray());
        }
    }

    [Fact]
    public void Truth_and_totals_lie_beside_the_blocks_and_agree()
    {
        var seen = new List<SimulationProgress>();
        var totals = SimulationWriter.Write(_folder, Options, progress: new Listener(seen));
        var truth = File.ReadAllLines(Path.Combine(_folder, "truth.ndjson")).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(
            totals.CountOf(TruthKind.Arbitrage),
                (ulong)truth.Count(t => t.GetProperty("kind").GetString() == "arbitrage"));
        Assert.All(truth.Where(t => t.GetProperty("kind").GetString() == "arbitrage"), t =>
            Assert.True(UInt128.Parse(t.GetProperty("gross").GetString()!) > 0));
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "totals.json")));
        Assert.Equal(totals.Transactions, file.RootElement.GetProperty("transactions").GetUInt64());
        Assert.Equal(totals.Swaps, file.RootElement.GetProperty("swaps").GetUInt64());
        Assert.Equal(totals.TipsLamports.ToString(), file.RootElement.GetProperty("tips_lamports").GetString());
        Assert.Equal(Options.Slots, seen[^1].Slots);
        Assert.Equal(totals.Transactions, seen[^1].Transactions);
    }

    [Fact]
    public void A_cancelled_run_leaves_no_file_that_looks_whole()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => SimulationWriter.Write(_folder, Options, cancellation: cancelled.Token));
        Assert.All(Directory.GetFiles(_folder), path => Assert.EndsWith(".part", path, StringComparison.Ordinal));
    }

    private sealed class Listener(List<SimulationProgress> seen) : IProgress<SimulationProgress>
    {
        public void Report(SimulationProgress value) => seen.Add(value);
    }
}
