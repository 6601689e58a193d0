using Sluice.Lab;
using Sluice.Schemas.Chain;

namespace Sluice.Tests.Simulation.Lab;

/// <summary>Ordinary transactions have the shape that <see cref="TrafficOptions"/> says.</summary>
public sealed class TrafficShapeTests
{
    private const string Jupiter = "JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4", Usdc = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v";
    private static readonly byte[] SwapEvent = Convert.FromHexString("e445a52e51cb9a1d40c6cde8260871e2");

    private static TransactionView[] Run(TrafficOptions traffic, int slots = 12) => [.. SimulatedBlocks.Run(new SimulatorOptions
    {
        Seed = 11,
        Slots = slots,
        VotesPerBlock = 0,
        NonVotesPerBlock = 250,
        SkippedPerMille = 0,
        FailedPerMille = 0,
        SpamTurnsPerMille = 0,
        ArbitragesPerThousandBlocks = 0,
        BackrunsPerThousandBlocks = 0,
        SandwichesPerThousandBlocks = 0,
        SandwichLookAlikesPerThousandBlocks = 0,
        LookAlikesPerThousandBlocks = 0,
        LiquidationsPerThousandBlocks = 0,
        LendingPerThousandBlocks = 0,
        AttemptsPerThousandBlocks = 0,
        JitPerThousandBlocks = 0,
        Traffic = traffic,
    }).Slots.SelectMany(s => s.Block!.Value.Transactions()).Select(t => new TransactionView(t)).Where(t => !t.IsVote)];

    /// <summary>Events of routes, one a hop.</summary>
    private static InstructionView[][] Routes(TransactionView[] all) =>
        [.. all.Select(t => t.Inner.Where(i => i.Program == Jupiter && i.Data.AsSpan().StartsWith(SwapEvent)).ToArray()).Where(r => r.Length > 0)];

    [Fact]
    public void Routes_have_one_to_five_hops_in_their_shares()
    {
        var routes = Routes(Run(new TrafficOptions(), slots: 25));
        var shares = Enumerable.Range(1, 6).Select(n => routes.Count(r => r.Length == n) / (double)routes.Length).ToArray();
        Assert.True(routes.Length > 300, $"{routes.Length} routes");
        Assert.InRange(shares[0], 0.55, 0.75); // of 19 real ones 12
        Assert.InRange(shares[1], 0.12, 0.30);
        Assert.All(shares[2..5], s => Assert.InRange(s, 0.01, 0.12));
        Assert.Equal(0, shares[5]);
    }

    [Fact]
    public void Five_hops_fit_into_a_packet()
    {
        var routes = Routes(Run(new TrafficOptions { HopsPerMille = [0, 0, 0, 0, 1000] }, slots: 12));
        Assert.True(routes.Length > 150, $"{routes.Length} routes");
        Assert.All(routes, r => Assert.Equal(5, r.Length));
    }

    [Fact]
    public void Sizes_have_a_heavy_tail()
    {
        // Dollars paid into the first hop.
        var cents = Routes(Run(new TrafficOptions(), slots: 60)).Select(r => r[0].Data)
            .Where(d => new Pubkey(d.AsSpan(48, 32)).ToString() == Usdc).Select(d => BitConverter.ToUInt64(d, 80) / 10_000).Order().ToArray();
        Assert.True(cents.Length > 150, $"{cents.Length} trades");
        double Above(ulong limit) => cents.Count(c => c >= limit) / (double)cents.Length;
        Assert.InRange(cents[cents.Length / 2], 8_000UL, 20_000UL);
        Assert.InRange(Above(32_800) / Above(16_400), 0.4, 0.65);
        Assert.InRange(Above(65_600) / Above(32_800), 0.3, 0.65);
        Assert.True(Above(131_200) > 0.015, $"{Above(131_200)}");
        Assert.True(cents[^1] > 500_000, $"{cents[^1]}");
    }

    [Fact]
    public void Calls_of_other_programs_have_the_accounts_units_and_signers_of_real_ones()
    {
        var all = Run(new TrafficOptions());
        var cosigned = all.Where(t => t.Signers == 2).ToArray();
        Assert.InRange(cosigned.Length / (double)all.Length, 0.008, 0.035);
        Assert.All(cosigned, t => Assert.Equal((0UL, 0UL), (t.Before[1], t.After[1])));
        Assert.All(cosigned, t => Assert.Equal(t.FeeByFormula(), t.Fee));

        // Neither swaps nor transfers: no token account is touched, and all that is called but the budget has no known name.
        var calls = all.Where(t => t.Meta.GetProperty("postTokenBalances").GetArrayLength() == 0 && t.Outer.Any(i => i.Accounts.Length > 2 && t.Keys[i.Accounts[0]] == t.Keys[0])).ToArray();
        Assert.True(calls.Length > 500, $"{calls.Length} calls");
        Assert.InRange(calls.Average(t => t.Keys.Length), 14.5, 17.5);
        Assert.InRange(calls.Average(t => t.Meta.GetProperty("computeUnitsConsumed").GetDouble()), 140_000, 200_000);
    }

    [Fact]
    public void Options_out_of_range_are_named()
    {
        static string? NameOf(TrafficOptions options) => Assert.Throws<ArgumentOutOfRangeException>(new SimulatorOptions { Traffic = options }.Check).ParamName;
        Assert.Equal("HopsPerMille", NameOf(new TrafficOptions { HopsPerMille = [500, 400] }));
        Assert.Equal("HopsPerMille", NameOf(new TrafficOptions { HopsPerMille = [500, 100, 100, 100, 100, 100] }));
        Assert.Equal("MedianTradeCents", NameOf(new TrafficOptions { MedianTradeCents = 99 }));
        Assert.Equal("CallAccounts", NameOf(new TrafficOptions { CallAccounts = [4, 8, 11, 12, 14, 16, 16, 17, 25, 29, 30] }));
        Assert.Equal("CallUnits", NameOf(new TrafficOptions { CallUnits = [9, 8, 11, 12, 14, 16, 16, 17, 25, 29, 30] }));
        new SimulatorOptions().Check();
    }
}
