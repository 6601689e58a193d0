using Sluice.Lab.Definitions;
using static Sluice.Tests.Unit.Definitions.DefinitionCase;

namespace Sluice.Tests.Unit.Definitions;

/// <summary>Each published definition: what it accepts and what its own rules reject, bugs with them.</summary>
public class DefinitionTests
{
    private const string Plain = """
        0 bot buys 1000 500
        1 user buys 100 45
        2 bot sells 500 1100
        """;

    [Fact]
    public void All_but_the_one_that_asks_for_a_loss_find_a_plain_sandwich()
    {
        foreach (var definition in new DefinitionSet().Definitions)
        {
            // The ids of this block are in order, so that comparing them as text does no harm; the gain does harm to one.
            string[] expected = definition is AstralaneSandwich ? [] : ["user"];
            Assert.Equal(expected, Victims(definition, Plain));
        }
    }

    [Fact]
    public void Nobody_finds_one_without_anybody_between()
    {
        foreach (var definition in new DefinitionSet().Definitions)
        {
            Assert.Empty(Victims(definition, "0 bot buys 1000 500\n1 bot sells 500 1100\n2 user buys 100 45"));
        }
    }

    [Fact]
    public void Sandwich_finder_asks_for_one_program_and_no_loss_in_either_token()
    {
        Assert.Equal(["user"], Victims(new SandwichFinderV2(), "0 bot buys 1000 500 via x\n1 user buys 100 45\n2 bot sells 500 1100 via x"));
        Assert.Empty(Victims(new SandwichFinderV2(), "0 bot buys 1000 500 via x\n1 user buys 100 45\n2 bot sells 500 1100 via y"));
        Assert.Empty(Victims(new SandwichFinderV2(), "0 bot buys 1000 500 via x aggregator\n1 user buys 100 45\n2 bot sells 500 1100 via x aggregator"));
        Assert.Empty(Victims(new SandwichFinderV2(), "0 bot buys 1000 500\n1 user buys 100 45\n2 bot sells 501 1100"));
        Assert.Empty(Victims(new SandwichFinderV2(), "0 bot buys 1000 500\n1 user buys 100 45\n2 bot sells 500 999"));
        Assert.Empty(Victims(new SandwichFinderV2(), "0 bot buys 1000 500 via x\n1 user buys 100 45 via x\n2 bot sells 500 1100 via x"));
    }

    [Fact]
    public void Sandwich_finder_joins_runs_and_wallets_by_transfers_within_a_group()
    {
        Assert.Equal(["user"], Victims(
            new SandwichFinderV2(),
            "0 bot buys 600 300 via x\n1 bot buys 400 200 via x to two",
            "0 user buys 100 45\n1 bot sells 100 300 via x",
            "0 two sells 400 800 via x"));
        Assert.Empty(Victims(new SandwichFinderV2(), "0 bot buys 1000 500 via x\n1 user buys 100 45\n2 two sells 500 1100 via x"));

        // Slots 403 and 404 are two groups.
        Assert.Empty(Victims(new SandwichFinderV2(), "", "", "", "0 bot buys 1000 500\n1 user buys 100 45", "0 bot sells 500 1100"));
    }

    [Fact]
    public void Uncover_asks_for_nearly_equal_amounts_and_no_profit()
    {
        Assert.Equal(["user"], Victims(new UncoverSandwich(), "0 bot buys 1000 500\n1 user buys 100 45\n2 bot sells 475 10"));
        Assert.Empty(Victims(new UncoverSandwich(), "0 bot buys 1000 500\n1 user buys 100 45\n2 bot sells 474 1100"));
        Assert.Empty(Victims(new UncoverSandwich(), "0 bot buys 1000 500\n1 user buys 100 45\n2 bot sells 501 1100"));

        // Bought and sold is SOL: a thousandth more is accepted.
        Assert.Equal(["user"], Victims(new UncoverSandwich(), "0 bot sells 500 10000\n1 user sells 10 190\n2 bot buys 10010 510"));
        Assert.Empty(Victims(new UncoverSandwich(), "0 bot sells 500 10000\n1 user sells 10 190\n2 bot buys 10012 510"));
    }

    [Fact]
    public void Uncover_goes_a_block_beyond_the_leader_and_over_a_bridge_with_unique_ends()
    {
        // The leader's blocks are slots 400 to 403.
        Assert.Equal(["user"], Victims(new UncoverSandwich(), "", "", "", "0 bot buys 1000 500", "0 user buys 100 45\n1 bot sells 500 1100", "", "", "", ""));
        Assert.Empty(Victims(new UncoverSandwich(), "", "", "0 bot buys 1000 500", "", "", "0 user buys 100 45\n1 bot sells 500 1100", "", "", ""));
        Assert.Equal(["user"], Victims(new UncoverSandwich(), "0 bot buys 1000 500 to two\n1 user buys 100 45\n2 two sells 500 1100"));
        Assert.Empty(Victims(new UncoverSandwich(), "0 bot buys 1000 500 to two\n1 user buys 100 45\n2 two sells 500 1100\n3 other moves to two"));
        Assert.Equal(["user"], Victims(new UncoverSandwich(), "0 bot buys 1000 500\n1 user buys 100 45\n2 two sells 500 1100 owner bot"));
    }

    [Fact]
    public void Uncover_takes_fronts_as_one_only_up_to_100_positions_apart()
    {
        Assert.Equal(["user"], Victims(new UncoverSandwich(), "0 bot buys 600 300\n100 bot buys 400 200\n101 user buys 100 45\n102 bot sells 500 1100"));
        Assert.Empty(Victims(new UncoverSandwich(), "0 bot buys 600 300\n101 bot buys 400 200\n102 user buys 100 45\n103 bot sells 500 1100"));
    }

    [Fact]
    public void Kwon_asks_for_a_gain_after_fees_and_a_victim_of_a_hundredth()
    {
        Assert.Equal(["user"], Victims(new KwonDetector(), "0 bot buys 1000 500 fee 50\n1 user buys 10 5\n2 bot sells 500 1100 fee 50"));
        Assert.Empty(Victims(new KwonDetector(), "0 bot buys 1000 500 fee 50\n1 user buys 10 5\n2 bot sells 500 1100 fee 51"));
        Assert.Empty(Victims(new KwonDetector(), "0 bot buys 1000 500\n1 user buys 9 5\n2 bot sells 500 1100"));

        // No rule of inventory: far more is sold than was bought.
        Assert.Equal(["user"], Victims(new KwonDetector(), "0 bot buys 1000 500\n1 user buys 100 45\n2 bot sells 900 1100"));
    }

    [Fact]
    public void Kwon_looks_back_four_slots_and_over_hand_overs_and_spares_attackers()
    {
        Assert.Equal(["user"], Victims(new KwonDetector(), "0 bot buys 1000 500\n1 user buys 100 45", "", "", "0 bot sells 500 1100"));
        Assert.Empty(Victims(new KwonDetector(), "0 bot buys 1000 500\n1 user buys 100 45", "", "", "", "0 bot sells 500 1100"));
        Assert.Equal(["user"], Victims(new KwonDetector(), "0 bot buys 1000 500 hands two\n1 user buys 100 45\n2 two sells 500 1100"));
        Assert.Empty(Victims(new KwonDetector(), "0 bot buys 1000 500\n1 user buys 100 45\n2 two sells 500 1100"));
        Assert.Equal(["user"], Victims(new KwonDetector(), Plain, "0 two buys 1000 500\n1 bot buys 100 45\n2 two sells 500 1100"));
    }

    [Fact]
    public void Dune_compares_ids_as_text_whatever_the_position()
    {
        // The victim stands before both, and only its id lies between.
        Assert.Equal(["user"], Victims(new DuneSandwiches(), "0 user buys 100 45 id 20\n1 bot buys 1000 500 id 10\n2 bot sells 9 1 id 30"));
        Assert.Empty(Victims(new DuneSandwiches(), "0 bot buys 1000 500 id 10\n1 user buys 100 45 id 40\n2 bot sells 500 1100 id 30"));

        // Another pool of the same program and mints does.
        Assert.Equal(["user"], Victims(new DuneSandwiches(), "0 bot buys 1000 500\n1 user buys 100 45 pool 2\n2 bot sells 500 1100 pool 3"));
        Assert.Empty(Victims(new DuneSandwiches(), "0 bot buys 1000 500\n1 user sells 100 45\n2 bot sells 500 1100"));
    }

    [Fact]
    public void Brontes_asks_that_half_of_those_between_are_victims_and_for_a_gain()
    {
        Assert.Equal(["user"], Victims(new BrontesSandwich(), "0 bot buys 1000 500\n1 user buys 100 45\n2 other sells 5 9\n3 bot sells 500 1100"));
        Assert.Empty(Victims(new BrontesSandwich(), "0 bot buys 1000 500\n1 user buys 100 45\n2 other sells 5 9\n3 third sells 5 9\n4 bot sells 500 1100"));
        Assert.Empty(Victims(new BrontesSandwich(), "0 bot buys 1000 500\n1 user buys 100 45\n2 bot sells 500 1000"));
        Assert.Equal(["user"], Victims(new BrontesSandwich(), "0 bot buys 1000 500 via x\n1 user buys 100 45\n2 two sells 500 1100 via x"));
        Assert.Equal(["user second"], Victims(
            new BrontesSandwich(), "0 bot buys 500 250\n1 user buys 100 45\n2 bot buys 500 250\n3 second buys 10 4\n4 bot sells 500 1100"));
        Assert.Empty(Victims(new BrontesSandwich(), "0 bot buys 1000 500\n1 user buys 100 45\n2 bot sells 500 1100 pool 2"));
    }

    [Fact]
    public void Astralane_asks_for_a_loss()
    {
        Assert.Equal(["user"], Victims(new AstralaneSandwich(), "0 bot buys 1000 500\n1 user buys 100 45\n2 bot sells 500 1000"));
        Assert.Empty(Victims(new AstralaneSandwich(), "0 bot buys 1000 500\n1 user buys 100 45\n2 bot sells 500 1001"));

        // One of four between is more than a fifth, one of five is not.
        const string Between = "0 bot buys 1000 500\n1 user buys 100 45\n2 a sells 5 9\n3 b sells 5 9\n4 c sells 5 9";
        Assert.Equal(["user"], Victims(new AstralaneSandwich(), Between + "\n6 bot sells 500 900"));
        Assert.Empty(Victims(new AstralaneSandwich(), Between + "\n5 d sells 5 9\n6 bot sells 500 900"));
    }

    [Fact]
    public void Mev_inspect_asks_for_similar_amounts_and_an_address_that_signs()
    {
        Assert.Equal(["user"], Victims(new MevInspectSandwich(), "0 bot buys 1000 500\n1 user buys 100 45\n2 bot sells 495 10"));
        Assert.Empty(Victims(new MevInspectSandwich(), "0 bot buys 1000 500\n1 user buys 100 45\n2 bot sells 494 1100"));
        Assert.Empty(Victims(new MevInspectSandwich(), "0 a buys 1000 500 owner router\n1 user buys 100 45\n2 b sells 500 1100 owner router"));

        // A back in another pool of the pair ends where the front began.
        Assert.Equal(["user"], Victims(new MevInspectSandwich(), "0 bot buys 1000 500\n1 user buys 100 45\n2 bot sells 500 1100 pool 2"));
        Assert.Empty(Victims(new MevInspectSandwich(), "0 bot buys 1000 500\n1 user buys 100 45", "0 bot sells 500 1100"));
    }

    [Fact]
    public void Pono_takes_anybody_between_within_five_positions()
    {
        Assert.Equal(["user"], Victims(new PonoTriples(), "0 bot sells 1000 500\n1 user moves\n4 bot sells 500 1100"));
        Assert.Empty(Victims(new PonoTriples(), "0 bot buys 1000 500\n1 user buys 100 45\n5 bot sells 500 1100"));
        Assert.Empty(Victims(new PonoTriples(), "0 bot buys 1000 500\n1 user buys 100 45\n2 two sells 500 1100"));
    }
}
