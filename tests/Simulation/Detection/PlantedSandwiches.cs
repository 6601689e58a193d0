using Sluice.Lab;
using Xunit.Abstractions;

namespace Sluice.Tests.Simulation.Detection;

/// <summary>Sandwiches that the simulator planted, found by topology over blocks that were read and decoded.</summary>
public sealed class PlantedSandwiches(ITestOutputHelper output)
{
    [Theory]
    [InlineData(101)]
    [InlineData(102)]
    [InlineData(103)]
    public void Sandwiches_are_found_and_look_alikes_are_not(int seed)
    {
        var score = SandwichScore.Of(SimulatorOptions.ForEvaluation((ulong)seed, 300));
        output.WriteLine(score.Text());
        Assert.True(score.Sandwiches.Count > 100);
        Assert.True(score.RecallOf(t => t.Evasions.Count == 0 && LiesInOneWindow(t)) >= 0.99, score.Text());
        Assert.True(score.RecallOf(t => t.Evasions.Count == 0) >= 0.97, score.Text());
        Assert.True(score.RecallOf(t => t.Evasions.Count > 0) >= 0.75, score.Text());
        Assert.True(score.Precision >= 0.99, score.Text());
    }

    /// <summary>Whether all legs lie in the leader group of the first victim or in the slot beside it: one leader may have two groups, and a sandwich end in the second.</summary>
    private static bool LiesInOneWindow(TruthEntry entry)
    {
        var group = entry.Slot / 4 * 4;
        return entry.Legs.All(l => l.Slot + 1 >= group && l.Slot <= group + 4);
    }
}
