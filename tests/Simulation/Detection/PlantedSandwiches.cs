using Sluice.Lab;
using Xunit.Abstractions;

namespace Sluice.Tests.Simulation.Detection;

/// <summary>Sandwiches that the simulator planted, found by topology over blocks that were read and decoded.</summary>
public sealed class PlantedSandwiches(ITestOutputHelper output)
{
    [Fact]
    public void Sandwiches_are_found_and_look_alikes_are_not()
    {
        // The small size of an evaluation: shares of so few cases vary, so less is asked for than the large one shows.
        var score = SandwichScore.Of([.. new ulong[] { 101, 102, 103 }.Select(seed => SimulatorOptions.ForEvaluation(seed, 200))]);
        output.WriteLine(score.Text());
        Assert.True(score.Sandwiches.Count > 200);
        Assert.True(score.RecallOf(t => t.Evasions.Count == 0) >= 0.99, score.Text());
        Assert.True(score.RecallOf(t => t.Evasions.Count > 0) >= 0.92, score.Text());
        Assert.True(score.Precision >= 0.985, score.Text());
        Assert.True(SandwichScore.Median(score.ProfitErrors) <= 0.001, score.Text());
        Assert.True(SandwichScore.Median(score.LossErrors) <= 0.02, score.Text());
    }
}
