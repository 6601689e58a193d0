using Sluice.Lab;
using Sluice.Lab.Evaluation;
using Sluice.Schemas.Chain;
using static Sluice.Tests.Unit.Evaluation.EvaluationCase;

namespace Sluice.Tests.Unit.Evaluation;

/// <summary>The scoring itself, on truth and findings by hand.</summary>
public class EvaluatorTests
{
    [Fact]
    public void Everything_found_and_nothing_else_is_one_everywhere()
    {
        var result = Score([Arbitrage(1), Sandwich(2, [20, 21])], FoundArbitrage(1), FoundSandwich(2, [20, 21]));
        foreach (var kind in new[] { TruthKind.Arbitrage, TruthKind.Sandwich })
        {
            var score = result[kind];
            Assert.Equal((1, 1, 1.0, 1.0, 1.0), (score.All.Planted, score.All.Found, score.All.Recall, score.Precision, score.FindingPrecision));
            Assert.Equal((1, 1, 0.0), (score.All.Gross.Count, score.All.Gross.Exact, score.All.Gross.Max));
            Assert.Empty(score.Missed);
            Assert.Empty(score.Invented);
            Assert.Empty(score.Confusion);
        }

        Assert.Equal((2, 2, 2), (result[TruthKind.Sandwich].All.RowsPlanted, result[TruthKind.Sandwich].All.RowsFound, result[TruthKind.Sandwich].RowsStated));
        Assert.Equal((2, 2), (result[TruthKind.Sandwich].All.Loss.Count, result[TruthKind.Sandwich].All.Loss.Exact));
        Assert.Equal((1, 1), (result[TruthKind.Sandwich].All.Net.Count, result[TruthKind.Sandwich].All.Net.Exact));
    }

    [Fact]
    public void Nothing_planted_and_nothing_found_has_no_shares()
    {
        var score = Score([])[TruthKind.Arbitrage];
        Assert.Null(score.All.Recall);
        Assert.Null(score.Precision);
        Assert.Null(score.All.Gross.Median);
    }

    [Fact]
    public void What_is_missed_lowers_recall_and_is_named()
    {
        var score = Score([Arbitrage(1), Arbitrage(2), Arbitrage(3), Arbitrage(4)], FoundArbitrage(1))[TruthKind.Arbitrage];
        Assert.Equal((0.25, 1.0), (score.All.Recall, score.Precision));
        Assert.Equal(["arbitrage-2", "arbitrage-3", "arbitrage-4"], score.Missed.Select(m => m.Entry.Id));
        Assert.Equal(3, score.MissedBy[("cyclic", "no candidate")]);
    }

    [Fact]
    public void What_is_invented_lowers_precision_and_is_listed()
    {
        var score = Score([Arbitrage(1)], FoundArbitrage(1), FoundArbitrage(77))[TruthKind.Arbitrage];
        Assert.Equal((1.0, 0.5), (score.All.Recall, score.Precision));
        var invented = Assert.Single(score.Invented);
        Assert.Equal((Sig(77), KindScore.Chance, 100UL), (invented.Signature, invented.Label, invented.Finding.Slot));
    }

    [Fact]
    public void A_finding_that_repeats_another_is_invented()
    {
        var score = Score([Arbitrage(1)], FoundArbitrage(1), FoundArbitrage(1))[TruthKind.Arbitrage];
        Assert.Equal((1, 1, 0.5), (score.All.Found, score.TrueFindings, score.Precision));
        Assert.Equal(1, score.InventedByLabel[KindScore.Repeated]);

        score = Score([Sandwich(2, [20, 21])], FoundSandwich(2, [20, 21]), FoundSandwich(3, [21]))[TruthKind.Sandwich];
        Assert.Equal((2, 3, 1), (score.All.RowsFound, score.RowsStated, score.TrueFindings));
        Assert.Equal(1, score.InventedByLabel[KindScore.Repeated]);
    }

    [Fact]
    public void A_look_alike_that_deceives_is_counted_under_its_label_and_only_for_its_kind()
    {
        var lookAlike = Arbitrage(5) with { Kind = TruthKind.LookAlike, Class = "volume-bot", LookAlikeOf = [TruthKind.Arbitrage] };
        var result = Score([lookAlike, lookAlike with { Signature = Sig(6) }], FoundArbitrage(5));
        var score = result[TruthKind.Arbitrage];
        Assert.Equal((2, 1), (score.LookAlikes["volume-bot"].Planted, score.LookAlikes["volume-bot"].Taken));
        Assert.Equal(1, score.InventedByLabel["look-alike: volume-bot"]);
        Assert.Empty(result[TruthKind.Sandwich].LookAlikes);
    }

    [Fact]
    public void A_look_alike_of_a_sandwich_is_known_by_its_legs_where_the_victims_are_anybody()
    {
        var trap = Sandwich(7, [70]) with { Kind = TruthKind.LookAlike, Class = "market-maker", LookAlikeOf = [TruthKind.Sandwich] };
        var score = Score([trap], FoundSandwich(7, [555, 556]))[TruthKind.Sandwich];
        Assert.Equal(1, score.LookAlikes["market-maker"].Taken);
        Assert.Equal((2, 0.0), (score.InventedByLabel["look-alike: market-maker"], score.Precision));
    }

    [Fact]
    public void One_victim_more_than_planted_is_no_new_case_but_a_row_too_many()
    {
        var score = Score([Sandwich(2, [20])], FoundSandwich(2, [20, 99]))[TruthKind.Sandwich];
        Assert.Equal((1.0, 1.0, 0.5), (score.All.Recall, score.FindingPrecision, score.Precision));
        Assert.Equal(1, score.InventedByLabel["beside an attack: chance"]);
        Assert.Equal(0, score.RowsInvented);
    }

    [Fact]
    public void One_victim_of_two_is_half_of_the_rows_and_all_of_the_entry()
    {
        var score = Score([Sandwich(2, [20, 21])], FoundSandwich(2, [21]))[TruthKind.Sandwich];
        Assert.Equal((1.0, 0.5, 1.0), (score.All.Recall, score.All.RowRecall, score.Precision));
    }

    [Fact]
    public void A_finding_that_covers_two_entries_finds_both_and_its_money_is_held_against_their_sum()
    {
        var score = Score([Sandwich(2, [20], gross: 700), Sandwich(3, [30], gross: 300)], FoundSandwich(2, [20, 30], gross: 1_000))[TruthKind.Sandwich];
        Assert.Equal((2, 1, 1), (score.All.Found, score.Findings, score.TrueFindings));
        Assert.Equal((1, 1), (score.All.Gross.Count, score.All.Gross.Exact));
    }

    [Fact]
    public void Two_findings_of_one_entry_find_it_once_and_their_money_is_added_up()
    {
        var score = Score([Sandwich(2, [20, 21], gross: 1_000)], FoundSandwich(2, [20], gross: 400), FoundSandwich(2, [21], gross: 500))[TruthKind.Sandwich];
        Assert.Equal((1, 2, 2, 1), (score.All.Found, score.TrueFindings, score.All.RowsFound, score.All.Split));
        Assert.Equal(0.1, score.All.Gross.Max!.Value, 9);
    }

    [Fact]
    public void Another_class_is_found_all_the_same_and_told()
    {
        var score = Score([Sandwich(2, [20], of: "wide_block")], FoundSandwich(2, [20], of: "classic"))[TruthKind.Sandwich];
        Assert.Equal((1, 1, 1), (score.All.Found, score.All.OtherClass, score.Confusion[("wide-block", "classic")]));
        Assert.Equal((1, 1), score.StatedClasses["classic"]);

        // Spelling is none of its business.
        score = Score([Arbitrage(1, of: "cross-pair")], FoundArbitrage(1, of: "cross_pair"))[TruthKind.Arbitrage];
        Assert.Equal(0, score.All.OtherClass);
    }

    [Fact]
    public void Wrong_money_is_told_as_a_share_and_in_lamports()
    {
        var entries = Enumerable.Range(1, 10).Select(i => Arbitrage(i, gross: 1_000)).ToArray();
        var findings = Enumerable.Range(1, 10).Select(i => FoundArbitrage(i, gross: i <= 6 ? 1_000 : 1_000 + (10 * i))).ToArray();
        var gross = Score(entries, findings)[TruthKind.Arbitrage].All.Gross;
        Assert.Equal((10, 6, 0.6), (gross.Count, gross.Exact, gross.ExactShare));
        Assert.Equal((0.0, 0.09, 0.1), (gross.Median, gross.P90, gross.Max));
        Assert.Equal((70 + 80 + 90 + 100, 100, 10_000), ((int)gross.ErrorLamports, (int)gross.MaxErrorLamports, (int)gross.TrueLamports));
    }

    [Fact]
    public void Half_of_three_errors_is_the_second_and_nine_tenths_the_third()
    {
        var spread = new ErrorSpread();
        foreach (var stated in new[] { 120, 100, 110 }) { spread.Add(stated, 100, isSol: false); }
        spread.Add(-5, 0, isSol: false);
        Assert.Equal((0.1, 1.0, 1.0, 1), (spread.Median, spread.P90, spread.Max, spread.Exact));
        var three = new ErrorSpread();
        foreach (var stated in new[] { 120, 100, 110 }) { three.Add(stated, -100, isSol: false); }
        Assert.Equal((2.1, 2.2, 0), (three.Median, three.P90, three.Exact));
    }

    [Fact]
    public void A_profit_in_another_token_is_not_compared()
    {
        var all = Score([Arbitrage(1)], FoundArbitrage(1) with { ProfitMint = WellKnown.Usdc })[TruthKind.Arbitrage].All;
        Assert.Equal((0, 1), (all.Gross.Count, all.OtherProfitMint));
        all = Score([Arbitrage(1)], FoundArbitrage(1) with { Gross = null })[TruthKind.Arbitrage].All;
        Assert.Equal((0, 1), (all.Gross.Count, all.GrossUnknown));
    }

    [Fact]
    public void Losses_are_points_bounds_or_unknown()
    {
        var truth = new[] { Sandwich(2, [20]) };
        var point = Score(truth, FoundSandwich(2, [20], low: 12, high: 12))[TruthKind.Sandwich].All;
        Assert.Equal((1, 0.2), (point.Loss.Count, point.Loss.Max));
        var holds = Score(truth, FoundSandwich(2, [20], low: 5, high: 12))[TruthKind.Sandwich].All;
        Assert.Equal((0, 1, 1), (holds.Loss.Count, holds.LossBounds, holds.LossBoundsHold));
        var fails = Score(truth, FoundSandwich(2, [20], low: 11, high: 12))[TruthKind.Sandwich].All;
        Assert.Equal((1, 0), (fails.LossBounds, fails.LossBoundsHold));
        var unknown = Score(truth, FoundSandwich(2, [20]) with { Victims = [new FindingVictim(Sig(20))] })[TruthKind.Sandwich].All;
        Assert.Equal((0, 0, 1), (unknown.Loss.Count, unknown.LossBounds, unknown.LossUnknown));
    }

    [Fact]
    public void Each_evasion_has_its_figures_and_plain_ones_theirs()
    {
        var score = Score(
            [Sandwich(2, [20]), Sandwich(3, [30], null, "classic", "wallet_split"), Sandwich(4, [40], null, "classic", "wallet_split", "split_back")],
            FoundSandwich(2, [20]), FoundSandwich(3, [30]), FoundSandwich(9, [99]))[TruthKind.Sandwich];
        Assert.Equal((1.0, 0.5), (score.Plain.Recall, score.Evading.Recall));
        Assert.Equal((0.5, 0.0), (score.Evasions["wallet_split"].Recall, score.Evasions["split_back"].Recall));

        // What belongs to nobody counts against both.
        Assert.Equal((0.5, 0.5), (score.Plain.PrecisionWith(score.RowsInvented), score.Evading.PrecisionWith(score.RowsInvented)));
        Assert.Equal(1, score.MissedBy[("wallet_split + split_back", "no candidate")]);
    }

    [Fact]
    public void Another_attacker_than_the_planted_wallets_is_told()
    {
        var truth = Sandwich(2, [20]) with { Wallets = [Key(1), Key(8)] };
        Assert.Equal(0, Score([truth], FoundSandwich(2, [20]) with { Actor = Key(8) })[TruthKind.Sandwich].All.OtherActor);
        Assert.Equal(1, Score([truth], FoundSandwich(2, [20]) with { Actor = Key(7) })[TruthKind.Sandwich].All.OtherActor);
    }

    [Fact]
    public void Figures_of_several_chains_add_up()
    {
        var evaluator = new Evaluator();
        for (var run = 0; run < 3; run++)
        {
            var output = new DetectorOutput();
            if (run > 0) { output.Findings.Add(FoundArbitrage(1)); }
            evaluator.Add($"seed {run}", [Arbitrage(1)], output);
        }

        Assert.Equal((3, 3, 2), (evaluator.Runs, evaluator[TruthKind.Arbitrage].All.Planted, evaluator[TruthKind.Arbitrage].All.Found));
        Assert.Equal("seed 0", Assert.Single(evaluator[TruthKind.Arbitrage].Missed).Run);
    }
}
