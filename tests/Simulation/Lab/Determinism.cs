using System.Security.Cryptography;
using Sluice.Lab;

namespace Sluice.Tests.Simulation.Lab;

/// <summary>One seed is one chain.</summary>
public sealed class Determinism
{
    private static SimulatorOptions Small(ulong seed) => new()
    {
        Seed = seed,
        Slots = 12,
        VotesPerBlock = 30,
        NonVotesPerBlock = 80,
        ArbitragesPerThousandBlocks = 4_000,
        LookAlikesPerThousandBlocks = 4_000,
    };

    [Fact]
    public void The_same_seed_gives_the_same_bytes() =>
        Assert.Equal(SHA256.HashData(SimulatedBlocks.Bytes(Small(9))), SHA256.HashData(SimulatedBlocks.Bytes(Small(9))));

    /// <summary>What this chain was when it was written down: another machine, or another runtime, that makes other bytes fails here.</summary>
    [Fact]
    public void The_same_seed_gives_the_same_bytes_on_every_machine()
    {
        var text = string.Concat(new[] { Small(9), SimulatorOptions.ForEvaluation(9, 40) }
            .Select(o => Convert.ToHexStringLower(SHA256.HashData(SimulatedBlocks.Bytes(o))) + "\n"));
        var path = Path.Combine(RealData.RepositoryRoot, "tests", "Golden", "simulated", "seed-9.sha256");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }

        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), text);
    }

    [Fact]
    public void Another_seed_gives_other_bytes() =>
        Assert.NotEqual(SHA256.HashData(SimulatedBlocks.Bytes(Small(9))), SHA256.HashData(SimulatedBlocks.Bytes(Small(10))));

    [Fact]
    public void Fewer_slots_are_the_beginning_of_more_slots()
    {
        var all = SimulatedBlocks.Bytes(Small(5));
        var half = new SimulatorOptions
        {
            Seed = 5,
            Slots = 6,
            VotesPerBlock = 30,
            NonVotesPerBlock = 80,
            ArbitragesPerThousandBlocks = 4_000,
            LookAlikesPerThousandBlocks = 4_000,
        };
        var first = SimulatedBlocks.Bytes(half);
        Assert.True(all.AsSpan().StartsWith(first));
    }

    [Fact]
    public void The_default_proportions_are_those_of_late_2025()
    {
        var (slots, totals) = SimulatedBlocks.Run(new SimulatorOptions { Seed = 2, Slots = 12, SkippedPerMille = 0 });
        var blocks = (double)slots.Count;
        Assert.InRange(totals.Transactions / blocks, 1_100, 1_350);
        Assert.InRange((totals.Transactions - totals.Votes - totals.Failed) / blocks, 240, 320);
        Assert.InRange(totals.Failed / (double)(totals.Transactions - totals.Votes), 0.15, 0.23);
    }

    [Fact]
    public void An_option_out_of_its_range_is_named() =>
        Assert.Contains("FailedPerMille", Assert.Throws<ArgumentOutOfRangeException>(() =>
            new Simulator(new SimulatorOptions { FailedPerMille = 1_001 })).Message, StringComparison.Ordinal);
}
