using System.Diagnostics;
using System.Text.Json;
using Sluice.Processors.Core.Pools;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Golden.Detection;

/// <summary>Replays against what happened on chain.</summary>
public class PoolReplayRealTests
{
    private static string[] Files => [.. Directory.GetFiles(RealData.PathOf("transactions", "sandwich-meteora-damm-v2")).Order(StringComparer.Ordinal)];

    [RealDataFact]
    public void The_victim_of_slot_406751392_lost_what_the_curve_says()
    {
        var loss = LossOfLabelledVictim();
        Assert.Equal(LossMethod.Concentrated, loss.Method);
        Assert.Equal(loss.LossLow, loss.LossHigh);

        // Exact fractions of L = 6,722,737,696,891 / (s₁ − s₂): see docs/detections.md and victim_loss.py.
        AssertWithin(6_954_710_398_405, loss.AmountOutWithout!.Value, 10);
        AssertWithin(248_779_545_757, loss.LossLow!.Value, 10);
    }

    [RealDataFact]
    public void An_independent_script_says_the_same()
    {
        if (Script() is not { } output) { return; } // no python3 here
        using var told = JsonDocument.Parse(output);
        var loss = LossOfLabelledVictim();
        AssertWithin(told.RootElement.GetProperty("amountOutWithout").GetUInt64(), loss.AmountOutWithout!.Value, 10);
        AssertWithin(told.RootElement.GetProperty("loss").GetUInt64(), loss.LossLow!.Value, 10);
    }

    private static LossEstimate LossOfLabelledVictim()
    {
        var steps = Files.Select((file, i) => new PoolStep
        {
            Role = i == 1 ? StepRole.Victim : StepRole.Attacker,
            Swap = RealBlock.SwapsOf(RealBlock.Read("transactions", "sandwich-meteora-damm-v2", Path.GetFileName(file))).Single().Swap,
        }).ToArray();
        var losses = new LossEstimate[steps.Length];
        new PoolReplay().Estimate(steps, losses);
        return losses[1];
    }

    private static string? Script()
    {
        var start = new ProcessStartInfo("python3")
        {
            RedirectStandardOutput = true,
            ArgumentList = { Path.Combine(RealData.RepositoryRoot, "tests", "Golden", "pools", "victim_loss.py"), Files[0], Files[1] },
        };
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            return output;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static void AssertWithin(ulong expected, ulong actual, ulong units) =>
        Assert.InRange(actual, expected - units, expected + units);
}
