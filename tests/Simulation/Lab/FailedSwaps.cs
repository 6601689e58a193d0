using Sluice.Lab;

namespace Sluice.Tests.Simulation.Lab;

/// <summary>What a failed transaction tried leaves no trace in the pools: a long run of them never asks a vault for more than it has.</summary>
public sealed class FailedSwaps
{
    [Fact]
    public void Many_failed_swaps_leave_pools_as_they_were()
    {
        var (slots, totals) = SimulatedBlocks.Run(new SimulatorOptions
        {
            Seed = 1,
            Slots = 40,
            VotesPerBlock = 0,
            NonVotesPerBlock = 120,
            FailedPerMille = 400,
            AttemptsPerThousandBlocks = 30_000,
        });
        Assert.NotEmpty(slots);
        Assert.True(totals.CountOf(TruthKind.FailedAttempt) > 800);
    }
}
