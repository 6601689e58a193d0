using System.Buffers;
using Sluice.Lab;

namespace Sluice.Tests.Simulation.Lab;

/// <summary>Chains that run long enough for prices to come to the ends of pools whose liquidity ends.</summary>
public sealed class LongRuns
{
    [Theory]
    [InlineData(101)]
    [InlineData(111)]
    public void A_pool_that_is_asked_for_more_than_it_has_is_passed_over(int seed)
    {
        var simulator = new Simulator(SimulatorOptions.ForEvaluation((ulong)seed, 3_000));
        var output = new ArrayBufferWriter<byte>();
        while (simulator.TryNextBlock(output, out _)) { output.ResetWrittenCount(); }
        Assert.Equal(3_000UL, simulator.Totals.Slots);
    }
}
