using Sluice.Lab;
using Sluice.Processors.Topologies;
using Sluice.Schemas.Chain;
using Sluice.Streams;

namespace Sluice.Tests.Simulation.Detection;

/// <summary>Liquidations on four protocols, told to the unit; ordinary business of borrowers is none; refused ones are attempts.</summary>
public sealed class PlantedLiquidations
{
    private sealed record Found(Signature Signature, string Protocol, Pubkey Obligation, Pubkey? RepayMint, ulong? Repaid, Pubkey? SeizedMint, ulong? Seized, Int128? Gross, Pubkey? ProfitMint, bool FlashLoan, int Swaps);

    private static readonly Lazy<(List<TruthEntry> Truth, List<Found> Found, List<(Signature Signature, string Class)> Attempts)> Lazily = new(() =>
    {
        var (truth, found, attempts) = (new List<TruthEntry>(), new List<Found>(), new List<(Signature, string)>());
        foreach (var seed in new ulong[] { 11, 12, 13 })
        {
            var run = SimulatedRun.Of(
                new SimulatorOptions
                {
                    Seed = seed,
                    Slots = 60,
                    VotesPerBlock = 2,
                    NonVotesPerBlock = 40,
                    LiquidationsPerThousandBlocks = 1_500,
                    LendingPerThousandBlocks = 1_500,
                    AttemptsPerThousandBlocks = 1_000,
                },
                LiquidationTopology.Build(1));
            truth.AddRange(run.Truth);
            found.AddRange(run.Driver.ReadAll(Topics.Liquidations, l => new Found(
                l.Signature, l.Protocol, l.Obligation, l.RepayMint, l.RepaidAmount, l.SeizedMint, l.SeizedAmount, l.Gross, l.ProfitMint, l.UsesFlashLoan, l.Swaps.Count)));
            attempts.AddRange(run.Driver.ReadAll(Topics.Attempts, a => (a.Signature, a.Class.ToString().ToLowerInvariant())));
        }

        return (truth, found, attempts);
    });

    private static TruthEntry[] Planted => [.. Lazily.Value.Truth.Where(t => t.Kind == TruthKind.Liquidation)];

    [Fact]
    public void Found_is_planted_and_nothing_else() =>
        Assert.Equal(Planted.Select(p => $"{p.Signature} {p.Class}").Order(), Lazily.Value.Found.Select(f => $"{f.Signature} {f.Protocol}").Order());

    [Fact]
    public void Amounts_are_told_to_the_unit() => Assert.All(Planted, p =>
    {
        var found = Lazily.Value.Found.Single(f => f.Signature == p.Signature);
        var truth = p.Liquidation!;
        Assert.Equal((p.Id, truth.Obligation), (p.Id, found.Obligation));
        if (p.Tags.Contains("perpetual"))
        {
            Assert.Null(found.Repaid);
            return;
        }

        Assert.Equal((p.Id, truth.RepayMint, truth.RepayAmount), (p.Id, found.RepayMint!.Value, found.Repaid!.Value));
        Assert.Equal((p.Id, truth.CollateralMint, truth.CollateralAmount), (p.Id, found.SeizedMint!.Value, found.Seized!.Value));
        Assert.Equal((p.Id, p.FlashLoan, p.Legs.Count - 1), (p.Id, found.FlashLoan, found.Swaps));
    });

    [Fact]
    public void Where_all_that_was_seized_is_sold_the_gain_is_exact()
    {
        var sold = Planted.Where(p => p.Gross is not null).ToArray();
        Assert.NotEmpty(sold);
        Assert.All(sold, p =>
        {
            var found = Lazily.Value.Found.Single(f => f.Signature == p.Signature);
            Assert.Equal((p.Id, p.ProfitMint, p.Gross), (p.Id, found.ProfitMint, found.Gross));
        });
    }

    [Fact]
    public void Every_protocol_and_look_alike_is_planted()
    {
        Assert.Equal(["drift", "kamino-lend", "marginfi", "solend"], Planted.Select(p => p.Class).Distinct().Order());
        Assert.Equal(
            ["collateral-withdrawal", "lending-repayment", "loss-written-off", "own-position-closed"],
            Lazily.Value.Truth.Where(t => t.LookAlikeOf.Contains(TruthKind.Liquidation)).Select(t => t.Class).Distinct().Order());
        Assert.Contains(Planted, p => p.FlashLoan && p.Legs.Count > 1);
    }

    [Fact]
    public void Refused_ones_are_attempts()
    {
        var refused = Lazily.Value.Truth.Where(t => t is { Kind: TruthKind.FailedAttempt, Class: "liquidation" }).Select(t => t.Signature.ToString()).Order().ToArray();
        Assert.NotEmpty(refused);
        Assert.Equal(refused, Lazily.Value.Attempts.Where(a => a.Class == "liquidation").Select(a => a.Signature.ToString()).Order());
    }
}
