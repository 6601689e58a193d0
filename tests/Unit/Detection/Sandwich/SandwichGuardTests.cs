using Sluice.Schemas.Records;
using Sluice.Tests.Unit.Detection.Cases;

namespace Sluice.Tests.Unit.Detection.Sandwich;

/// <summary>What looks like a sandwich and is none. Each case fails without the rule that it names.</summary>
public class SandwichGuardTests
{
    private const string Front = """
        slot 101
        tx atk
        swap P atk 1000000 SOL > 1000 TOK

        """;

    private const string Victim = "tx bob\nswap P bob 2000000 SOL > 1500 TOK\n";
    private const string Back = "tx atk\nswap P atk 1000 TOK > 1200000 SOL\n";

    private static void AssertNothing(SandwichRun run) => Assert.True(run.Found.Length + run.RoundTrips.Length + run.Rejected.Count == 0, run.Describe());

    [Fact]
    public void Nobody_between_is_no_victim()
    {
        SandwichRun.Of(Front + Back).AssertRejected("no_victim");
        SandwichRun.Of(Front + Back + Victim).AssertRejected("no_victim");
        SandwichRun.Of(Front + "tx bob\nswap P bob 70 TOK > 60000 SOL\n" + Back).AssertRejected("no_victim"); // the other direction
        SandwichRun.Of(Front + "tx bob\nswap Q bob 2000000 SOL > 1500 TOK\n" + Back).AssertRejected("no_victim"); // another pool
    }

    [Fact]
    public void Three_buyers_are_momentum()
    {
        AssertNothing(SandwichRun.Of(Front + Victim + "tx carol\nswap P carol 1000000 SOL > 700 TOK"));
        AssertNothing(SandwichRun.Of(Front + Victim + "tx atk\nswap P atk 1000000 SOL > 700 TOK"));
    }

    [Fact]
    public void More_sold_than_bought_is_a_round_trip() =>
        SandwichRun.Of(Front + Victim + "tx atk\nswap P atk 1008 TOK > 1210000 SOL").AssertRoundTrip(RoundTripClass.RoundTrip, "inventory_exceeded");

    [Fact]
    public void A_market_maker_quotes_both_sides()
    {
        const string Rounds = Front + Victim + """
            tx atk
            swap P atk 970 TOK > 1200000 SOL
            tx atk
            swap P atk 1100000 SOL > 1005 TOK
            tx carol
            swap P carol 2000000 SOL > 1400 TOK
            tx atk
            swap P atk 1000 TOK > 1250000 SOL

            """;
        SandwichRun.Of(Rounds).AssertRoundTrip(RoundTripClass.MarketMaking, "market_making");

        // One round of the same kind is closed to a twentieth and a sandwich.
        Assert.Equal(1, SandwichRun.Of(Front + Victim + "tx atk\nswap P atk 970 TOK > 1200000 SOL").Found.Length);
    }

    [Fact]
    public void Rounds_that_end_in_different_ways_are_quotes_all_the_same()
    {
        // The first sells nearly all, the second more than was bought, out of stock.
        var run = SandwichRun.Of(Front + Victim + """
            tx atk
            swap P atk 970 TOK > 1200000 SOL
            tx atk
            swap P atk 1100000 SOL > 1005 TOK
            tx carol
            swap P carol 2000000 SOL > 1400 TOK
            tx atk
            swap P atk 1200 TOK > 1450000 SOL
            """);
        Assert.Equal(0, run.Found.Length);
    }

    [Fact]
    public void Sides_that_alternate_without_closing_are_quotes() => SandwichRun.Of(Front + Victim + """
        tx atk
        swap P atk 500 TOK > 600000 SOL
        tx atk
        swap P atk 700000 SOL > 500 TOK
        tx atk
        swap P atk 1000 TOK > 1250000 SOL
        """).AssertRoundTrip(RoundTripClass.MarketMaking, "market_making");

    [Fact]
    public void A_second_leg_in_another_pool_is_arbitrage_unless_a_price_link_stands_between()
    {
        const string Elsewhere = "tx atk\nswap Q atk 1000 TOK > 1200000 SOL\n";
        SandwichRun.Of(Front + Victim + Elsewhere).AssertRejected("no_price_link");

        // Somebody carries the price from one pool to the other.
        const string Carried = Front + Victim + "tx arb\nswap Q arb 500000 SOL > 450 TOK\nswap P arb 450 TOK > 480000 SOL\n";
        var found = SandwichRun.Of(Carried + Elsewhere).Single;
        Assert.Contains("cross_pool", found.Tags.Span.ToArray());
        Assert.Contains("price_link", found.RulesPassed.Span.ToArray());
        Assert.DoesNotContain("same_pool", found.RulesPassed.Span.ToArray());

        // A link from before the front leg carried nothing.
        SandwichRun.Of("slot 101\ntx arb\nswap Q arb 500000 SOL > 450 TOK\nswap P arb 450 TOK > 480000 SOL\n" + (Front + Victim + Elsewhere)["slot 101\n".Length..])
            .AssertRejected("no_price_link");

        // And at a loss it unwinds nothing.
        const string Loss = "tx atk\nswap Q atk 1000 TOK > 999999 SOL\n";
        SandwichRun.Of(Carried + Loss).AssertRoundTrip(RoundTripClass.RoundTrip, "gross_negative");

        // Unless a private program sells to the unit in the same block: it meant to.
        static SandwichRun Private(string text) => SandwichRun.Of(text.Replace("tx atk\n", "tx atk private=bot\n", StringComparison.Ordinal));
        Assert.Equal(["cross_pool", "failed"], Private(Carried + Loss).Single.Tags.Span.ToArray().Order(StringComparer.Ordinal));
        Private(Carried + "slot 102\n" + Loss).AssertRoundTrip(RoundTripClass.RoundTrip, "gross_negative");
        Private(Carried + Loss.Replace("1000 TOK", "990 TOK", StringComparison.Ordinal).Replace("999999", "900000", StringComparison.Ordinal))
            .AssertRoundTrip(RoundTripClass.RoundTrip, "gross_negative");
    }

    [Fact]
    public void A_sale_that_a_router_spread_over_two_pools_is_its_own_price_link()
    {
        var found = SandwichRun.Of(Front + Victim + "tx atk\nswap P atk 600 TOK > 700000 SOL\nswap Q atk 400 TOK > 450000 SOL").Single;
        Assert.Equal((3, 5_000UL * 2), (found.Legs.Count, found.FeeLamports));
    }

    [Fact]
    public void An_arbitrage_or_a_liquidation_between_is_no_victim()
    {
        SandwichRun.Of(Front + "tx arb\nswap P arb 500000 SOL > 450 TOK\nswap Q arb 450 TOK > 580000 SOL\n" + Back).AssertRejected("no_victim");
        var blocks = new BlockCase(Front + Victim + Back).Blocks;
        blocks[0].Transactions[1].Liquidations.Add();
        SandwichRun.Of(blocks).AssertRejected("no_victim");
    }

    [Fact]
    public void Legs_of_an_arbitrage_serve_no_sandwich() => AssertNothing(SandwichRun.Of("""
        slot 101
        tx atk
        swap P atk 1000000 SOL > 1000 TOK
        swap Q atk 500 TOK > 1100000 SOL
        tx bob
        swap P bob 2000000 SOL > 1500 TOK
        tx atk
        swap P atk 500 TOK > 600000 SOL
        """));

    [Fact]
    public void A_token_that_only_passed_through_is_no_position() => AssertNothing(SandwichRun.Of("""
        slot 101
        tx atk
        swap P atk 1000000 SOL > 1000 TOK
        swap R atk 1000 TOK > 77 WIF
        tx bob
        swap P bob 2000000 SOL > 1500 TOK
        tx atk
        swap P atk 1000 TOK > 1200000 SOL
        """));

    [Fact]
    public void A_sale_of_what_the_same_transaction_bought_elsewhere_unwinds_nothing() => AssertNothing(SandwichRun.Of(Front + Victim + """
        tx atk
        swap Q atk 900 USDC > 1000 TOK
        swap P atk 1000 TOK > 1200000 SOL
        """));

    [Fact]
    public void Trades_between_ones_own_wallets_are_rotation()
    {
        // Another fee payer, the same owner.
        SandwichRun.Of(Front + "tx payer cosigner=atk\nswap P atk 1 SOL > 0 TOK\ntx atk2\nswap P atk2 2000000 SOL > 1500 TOK\ntx atk\nsend atk > atk2 1000 TOK\n"
            + "tx atk2\nswap P atk2 2500 TOK > 3200000 SOL").AssertRoundTrip(RoundTripClass.SelfRotation, "self_rotation");

        // The same private program in between.
        const string Private = """
            slot 101
            tx atk private=bot
            swap P atk 1000000 SOL > 1000 TOK
            tx own private=bot
            swap P own 2000000 SOL > 1500 TOK
            tx atk private=bot
            swap P atk 1000 TOK > 1200000 SOL
            """;
        SandwichRun.Of(Private).AssertRoundTrip(RoundTripClass.SelfRotation, "self_rotation");
        Assert.Equal(1, SandwichRun.Of(Private.Replace("own private=bot", "own private=others", StringComparison.Ordinal)).Found.Length);

        // The fee payer of the attacker's vault trades himself.
        SandwichRun.Of("""
            slot 101
            tx atk
            swap P vault 1000000 SOL > 1000 TOK
            tx atk
            swap P atk 2000000 SOL > 1500 TOK
            tx atk
            swap P vault 1000 TOK > 1200000 SOL
            """).AssertRejected("no_victim");
    }

    [Fact]
    public void Liquidity_around_a_swap_is_no_leg()
    {
        AssertNothing(SandwichRun.Of("slot 101\ntx atk\nadd P atk SOL 10 TOK 10\nswap P atk 1000000 SOL > 1000 TOK\n" + Victim + Back));
        AssertNothing(SandwichRun.Of("slot 101\ntx atk shares\nswap P atk 1000000 SOL > 1000 TOK\n" + Victim + Back));
        AssertNothing(SandwichRun.Of(Front + Victim + "tx atk\nswap P atk 1000 TOK > 1200000 SOL\nremove P atk SOL 10 TOK 10"));

        // One who adds liquidity in between is no victim when only the movements show a swap.
        SandwichRun.Of(Front + "tx bob shares\nswap P bob 2000000 SOL > 1500 TOK generic\n" + Back).AssertRejected("no_victim");
    }

    [Fact]
    public void A_swap_seen_in_two_frames_counts_once()
    {
        // A router's frame and the pool's: the same vaults and amounts.
        var found = SandwichRun.Of("""
            slot 101
            tx atk
            swap P atk 1000000 SOL > 1000 TOK ix=1 inner=2
            tx bob aggregator
            swap P bob 2000000 SOL > 1500 TOK ix=1 inner=0
            swap P bob 2000000 SOL > 1500 TOK ix=1 inner=1 leg=1 venue=router
            tx atk
            swap P atk 1000 TOK > 1200000 SOL ix=1 inner=0
            swap P atk 1000 TOK > 1200000 SOL ix=1 inner=3 venue=router
            """).Single;
        Assert.Equal((1, 2), (found.Victims.Count, found.Legs.Count));
    }

    [Fact]
    public void A_route_through_the_same_pool_twice_is_two_swaps()
    {
        var found = SandwichRun.Of(Front + "tx bob\nswap P bob 1000000 SOL > 700 TOK ix=1 inner=0\nswap P bob 1000000 SOL > 650 TOK ix=1 inner=4\n" + Back).Single;
        Assert.Equal(2, found.Victims.Count);
    }

    [Theory]
    [InlineData("swap P bob 2000000 SOL > 1500 WIF")] // another pair
    [InlineData("swap P bob 2000000 SOL > 1500 TOK vaults=other")] // the same pair in another pool
    public void A_configuration_account_taken_for_the_pool_joins_nothing(string other) =>
        SandwichRun.Of($"{Front}tx bob\n{other}\n{Back}").AssertRejected("no_victim");

    [Fact]
    public void Failed_transactions_did_nothing()
    {
        SandwichRun.Of(Front + "tx bob failed\nswap P bob 2000000 SOL > 1500 TOK\n" + Back).AssertRejected("no_victim");
        AssertNothing(SandwichRun.Of(Front + Victim + "tx atk failed\nswap P atk 1000 TOK > 1200000 SOL"));
        AssertNothing(SandwichRun.Of("slot 101\ntx atk failed\nswap P atk 1000000 SOL > 1000 TOK\n" + Victim + Back));
    }

    [Fact]
    public void Order_is_that_of_positions_not_of_texts_or_arrival()
    {
        // The victim stands after the back leg, and its record comes between the two.
        SandwichRun.Of("slot 101\ntx atk index=5\nswap P atk 1000000 SOL > 1000 TOK\ntx bob index=9\nswap P bob 2000000 SOL > 1500 TOK\ntx atk index=7\nswap P atk 1000 TOK > 1200000 SOL")
            .AssertRejected("no_victim");
        var found = SandwichRun.Of("slot 101\ntx atk index=7\nswap P atk 1000 TOK > 1200000 SOL\ntx bob index=6\nswap P bob 2000000 SOL > 1500 TOK\ntx atk index=5\nswap P atk 1000000 SOL > 1000 TOK")
            .Single;
        Assert.Equal([5, 7], found.Legs.Span.ToArray().Select(l => l.TxIndex));
    }

    [Fact]
    public void A_partial_block_tells_no_neighbours()
    {
        var whole = SandwichRun.Of(Front + Victim + Back).Single;
        var part = SandwichRun.Of((Front + Victim + Back).Replace("slot 101", "slot 101 partial", StringComparison.Ordinal)).Single;
        Assert.Contains(whole.ConfidenceParts.Span.ToArray(), p => p.Name == "adjacent");
        Assert.DoesNotContain(part.ConfidenceParts.Span.ToArray(), p => p.Name == "adjacent");
        Assert.Equal(whole.Id, part.Id);
    }

    [Theory]
    [InlineData("res=5000/1000", "res=4900/1020", "res=4800/1040")] // reserves: cheaper than before the front leg
    [InlineData("sqrt=100/110", "sqrt=99/104", "sqrt=104/90")] // square roots
    [InlineData("", "", "")] // only executed prices: 800 a unit after 1000
    public void A_victim_that_paid_no_more_than_before_is_none(string front, string victim, string back)
    {
        var text = $"slot 101\ntx atk\nswap P atk 1000000 SOL > 1000 TOK {front}\ntx bob\nswap P bob 800000 SOL > 1000 TOK {victim}\ntx atk\nswap P atk 1000 TOK > 1200000 SOL {back}";
        SandwichRun.Of(text).AssertRoundTrip(RoundTripClass.RoundTrip, "no_headroom");
    }

    [Theory]
    [InlineData("res=5000/1000", "res=6000/900", "res=5900/910")]
    [InlineData("sqrt=100/110", "sqrt=105/107", "sqrt=107/90")]
    [InlineData("sqrt=100/90", "sqrt=95/93", "sqrt=93/99")] // a venue that counts the other way round
    public void A_pool_state_that_had_got_worse_is_headroom_whatever_the_trade_cost(string front, string victim, string back)
    {
        var text = $"slot 101\ntx atk\nswap P atk 1000000 SOL > 1000 TOK {front}\ntx bob\nswap P bob 800000 SOL > 1000 TOK {victim}\ntx atk\nswap P atk 1000 TOK > 1200000 SOL {back}";
        Assert.Equal(1, SandwichRun.Of(text).Found.Length);
    }

    [Fact]
    public void Trades_within_one_bin_cost_nobody_anything()
    {
        var blocks = new BlockCase(Front + Victim + Back).Blocks;
        foreach (ref var tx in blocks[0].Transactions.Span) { (tx.Swaps[0].TickBefore, tx.Swaps[0].TickAfter) = (7, 7); }
        (blocks[0].Transactions[1].Swaps[0].TickBefore, blocks[0].Transactions[1].Swaps[0].TickAfter) = (7, 8);
        SandwichRun.Of(blocks).AssertRoundTrip(RoundTripClass.RoundTrip, "no_headroom");
    }
}
