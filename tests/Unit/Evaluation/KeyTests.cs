using Sluice.Lab;
using Sluice.Lab.Evaluation;
using static Sluice.Tests.Unit.Evaluation.EvaluationCase;

namespace Sluice.Tests.Unit.Evaluation;

/// <summary>What each kind is known by, causes of backruns, and reasons of misses.</summary>
public class KeyTests
{
    private static readonly TruthEntry Jit = Arbitrage(50) with
    {
        Kind = TruthKind.Jit,
        Class = "orca-whirlpool",
        Legs = [Leg(TruthRole.Add, 49), Leg(TruthRole.Victim, 50, 5), Leg(TruthRole.Victim, 51, 6), Leg(TruthRole.Remove, 52)],
    };

    private static readonly TruthEntry Liquidation = Arbitrage(60) with
    {
        Kind = TruthKind.Liquidation,
        Class = "solend",
        Liquidation = new TruthLiquidation(Key(600), Key(601), 5, Key(602), 6),
    };

    [Theory]
    [InlineData(50, 1, true)]
    [InlineData(51, 1, true)]
    [InlineData(50, 2, false)]
    [InlineData(52, 1, false)]
    public void Just_in_time_liquidity_is_known_by_a_trade_and_the_provider(int trade, int provider, bool found)
    {
        var finding = new Finding { Kind = TruthKind.Jit, Signature = Sig(trade), Actor = Key(provider), Victims = [new FindingVictim(Sig(trade))] };
        Assert.Equal(found ? 1 : 0, Score([Jit], finding)[TruthKind.Jit].All.Found);
        if (found) { Assert.Equal(1, Score([Jit], finding with { Actor = null })[TruthKind.Jit].All.Found); }
    }

    [Fact]
    public void Several_trades_of_one_provision_are_one_entry_and_no_repetition()
    {
        var finding = new Finding { Kind = TruthKind.Jit, Signature = Sig(50), Actor = Key(1), Victims = [new FindingVictim(Sig(50)), new FindingVictim(Sig(51))] };
        var score = Score([Jit], finding)[TruthKind.Jit];
        Assert.Equal((1, 1, 1, 1.0), (score.All.Found, score.All.RowsFound, score.RowsStated, score.Precision));
        Assert.Equal(0.5, Score([Jit], finding, finding)[TruthKind.Jit].Precision);
    }

    [Fact]
    public void A_liquidation_is_known_by_its_transaction_and_the_borrower()
    {
        var second = Liquidation with { Id = "second", Liquidation = Liquidation.Liquidation! with { Obligation = Key(700) } };
        var finding = new Finding { Kind = TruthKind.Liquidation, Signature = Sig(60), Obligation = Key(700) };
        var score = Score([Liquidation, second], finding)[TruthKind.Liquidation];
        Assert.Equal((1, 1.0), (score.All.Found, score.Precision));
        Assert.Equal(Liquidation.Id, Assert.Single(score.Missed).Entry.Id);
        Assert.Equal(2, Score([Liquidation, second], finding with { Obligation = null })[TruthKind.Liquidation].All.Found);
        Assert.Equal(0, Score([Liquidation], finding with { Obligation = Key(701) })[TruthKind.Liquidation].All.Found);
    }

    [Fact]
    public void Causes_are_right_other_none_or_missed()
    {
        TruthEntry Backrun(int number) => Arbitrage(number) with { Tags = ["backrun"], Legs = [Leg(TruthRole.Cause, 900, 3), Leg(TruthRole.Swap, number)] };
        var causes = Score(
            [Backrun(1), Backrun(2), Backrun(3), Backrun(4), Arbitrage(5)],
            FoundArbitrage(1) with { Cause = Sig(900) },
            FoundArbitrage(2) with { Cause = Sig(901) },
            FoundArbitrage(3),
            FoundArbitrage(5) with { Cause = Sig(902) }).Causes;
        Assert.Equal((4, 1, 1, 1, 1, 1), (causes.Planted, causes.Right, causes.Other, causes.None, causes.Missed, causes.Unplanted));
        Assert.Equal((0.25, 0.5), (causes.Recall, causes.Precision));
        Assert.Equal((4, 1), causes.Tags["backrun"]);
    }

    [Fact]
    public void A_miss_says_what_the_detector_made_of_it()
    {
        var output = new DetectorOutput();
        output.RoundTrips.Add(new RoundTripSeen("market_making", "market_making", [Sig(2_000), Sig(20), Sig(2_001)]));
        output.ArbitrageRules[Sig(1)] = "single_pool";
        output.Findings.Add(FoundSandwich(3, [999]));
        output.Findings.Add(FoundArbitrage(4_001));
        output.Rejections.Add(new RejectionsSeen(100, "jit", "stays", 3));
        var result = Score([Arbitrage(1), Sandwich(2, [20]), Sandwich(3, [30]), Sandwich(4, [40]), Sandwich(5, [50]) with { Slot = 7, Legs = [] }, Jit], output);
        Assert.Equal("rule single_pool", Assert.Single(result[TruthKind.Arbitrage].Missed).Reason);
        Assert.Equal(
            ["round trip market_making, rule market_making", "found with other victims", "found as arbitrage cyclic", "no candidate"],
            result[TruthKind.Sandwich].Missed.Select(m => m.Reason));
        Assert.Equal("no finding; turned down in its slots: stays", Assert.Single(result[TruthKind.Jit].Missed).Reason);
    }

    [Fact]
    public void What_was_found_in_another_planted_thing_is_named_after_it()
    {
        var result = Score([Sandwich(2, [20])], FoundArbitrage(2_001), FoundArbitrage(20));
        Assert.Equal(["back of sandwich classic", "victim of sandwich classic"], result[TruthKind.Arbitrage].InventedByLabel.Keys);
    }
}
