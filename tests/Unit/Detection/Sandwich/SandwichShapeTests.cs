using Sluice.Schemas.Records;
using Sluice.Tests.Unit.Detection.Cases;

namespace Sluice.Tests.Unit.Detection.Sandwich;

/// <summary>What a sandwich looks like: legs, victims, slots, money.</summary>
public class SandwichShapeTests
{
    private const string Pool = "pool P SOL 1000000000 TOK 5000000000 fee=25\n";

    [Fact]
    public void Three_transactions_side_by_side_are_a_classic_sandwich()
    {
        var run = SandwichRun.Of($"""
            slot 101
            {Pool}
            tx atk tip=2000 private=bot
            swap P atk 10000000 SOL > TOK
            tx bob limit=1
            swap P bob 20000000 SOL > TOK
            tx atk private=bot
            swap P atk all TOK > SOL
            """);
        var found = run.Single;
        Assert.Equal(SandwichClass.Classic, found.Class);
        Assert.Equal((101, 101, 101), (found.Slot, found.FirstSlot, found.LastSlot));
        Assert.Equal([LegRole.Front, LegRole.Back], found.Legs.Span.ToArray().Select(l => l.Role));
        Assert.Equal(1, found.Victims.Count);
        Assert.Empty(found.Tags.Span.ToArray());
        Assert.Equal(LinkKind.Signer, found.Links[0].Kind);
        Assert.Equal(found.FrontOut, found.BackIn);
        Assert.Equal((1.0, Int128.Zero), (found.Closure, found.Remainder));
        Assert.Equal(found.BackOut - found.FrontIn, found.Gross);
        Assert.True(found.Gross > 0);
        Assert.Equal((10_000UL, 2_000UL, (Int128)0), (found.FeeLamports, found.TipLamports, found.OtherPaymentsLamports));
        Assert.Equal(found.Gross - 12_000, found.Net);
        Assert.Equal(found.Confidence, found.ConfidenceParts.Span.ToArray().Sum(p => p.Weight), 9);
        Assert.StartsWith("sandwich:", found.Id.ToString(), StringComparison.Ordinal);
        Assert.EndsWith(":0.-1.0", found.Id.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Several_fronts_victims_and_backs_are_one_sandwich()
    {
        var found = SandwichRun.Of($"""
            slot 101
            {Pool}
            tx atk
            swap P atk 5000000 SOL > TOK
            tx atk
            swap P atk 6000000 SOL > TOK
            tx bob
            swap P bob 20000000 SOL > TOK
            tx eve
            swap P eve 7 SOL > TOK
            tx carol
            swap P carol 20000000 SOL > TOK
            tx dave
            swap P dave 9000000 TOK > SOL
            tx atk
            swap P atk 30000000 TOK > SOL
            tx atk
            swap P atk all TOK > SOL
            """).Single;
        Assert.Equal((SandwichClass.WideBlock, 4, 3), (found.Class, found.Legs.Count, found.Victims.Count));
        Assert.Equal(["multi_victim", "multi_leg"], found.Tags.Span.ToArray());
        Assert.Equal(20_000UL, found.FeeLamports);
    }

    [Fact]
    public void A_sandwich_over_slots_belongs_to_the_slot_of_its_first_victim()
    {
        var found = SandwichRun.Of($"""
            slot 103
            {Pool}
            tx atk
            swap P atk 10000000 SOL > TOK
            slot 104
            tx bob
            swap P bob 20000000 SOL > TOK
            slot 106
            tx carol
            swap P carol 20000000 SOL > TOK
            slot 108
            tx atk
            swap P atk all TOK > SOL
            """).Single;
        Assert.Equal((SandwichClass.MultiSlot, 104, 103, 108), (found.Class, found.Slot, found.FirstSlot, found.LastSlot));
        Assert.Equal(2, found.Victims.Count);
        Assert.Equal((LandingKind.Organic, 0.0), (found.Landing, found.BundleConfidence));
    }

    [Fact]
    public void What_reaches_over_the_window_is_none()
    {
        // Front in the second slot of one group, back in the second of the next.
        var run = SandwichRun.Of($"""
            slot 101
            {Pool}
            tx atk
            swap P atk 10000000 SOL > TOK
            slot 102
            tx bob
            swap P bob 20000000 SOL > TOK
            slot 105
            tx atk
            swap P atk all TOK > SOL
            """);
        Assert.Equal(0, run.Found.Length);
    }

    [Fact]
    public void Victims_of_the_slot_before_count_where_its_group_cannot_see_the_end()
    {
        // Group 25 ends with slot 103 and sees 104; only group 26 sees the back leg in 105.
        var found = SandwichRun.Of($"""
            slot 103
            {Pool}
            tx atk
            swap P atk 10000000 SOL > TOK
            tx bob
            swap P bob 20000000 SOL > TOK
            slot 104
            tx carol
            swap P carol 20000000 SOL > TOK
            slot 105
            tx atk
            swap P atk all TOK > SOL
            """).Single;
        Assert.Equal((103, 2), (found.Slot, found.Victims.Count));
    }

    [Fact]
    public void A_first_victim_in_the_slot_behind_the_group_counts_where_the_next_group_cannot_see_the_front()
    {
        // Group 26 begins to see with slot 103; only group 25 sees the front leg in 101.
        var found = SandwichRun.Of($"""
            slot 101
            {Pool}
            tx atk
            swap P atk 10000000 SOL > TOK
            slot 104
            tx bob
            swap P bob 20000000 SOL > TOK
            tx atk
            swap P atk all TOK > SOL
            """).Single;
        Assert.Equal((104, 1), (found.Slot, found.Victims.Count));
    }

    [Fact]
    public void A_window_over_two_groups_gives_one_finding()
    {
        var found = SandwichRun.Of($"""
            slot 103
            {Pool}
            tx atk
            swap P atk 10000000 SOL > TOK
            tx bob
            swap P bob 20000000 SOL > TOK
            slot 104
            tx carol
            swap P carol 20000000 SOL > TOK
            tx atk
            swap P atk all TOK > SOL
            """).Single;
        Assert.Equal((103, 2), (found.Slot, found.Victims.Count));
    }

    [Fact]
    public void A_sandwich_that_sells_first_is_one_too()
    {
        var found = SandwichRun.Of($"""
            slot 101
            {Pool}
            tx atk
            swap P atk 50000000 TOK > SOL
            tx bob
            swap P bob 90000000 TOK > SOL
            tx atk
            swap P atk all SOL > TOK
            """).Single;
        Assert.Equal(found.FrontOut, found.BackIn);
        Assert.True(found.Net < found.Gross); // fees, in TOK at the pool's price
    }

    [Fact]
    public void Consecutive_sandwiches_of_one_actor_are_told_apart()
    {
        var run = SandwichRun.Of($"""
            slot 101
            {Pool}
            tx atk
            swap P atk 10000000 SOL > TOK
            tx bob
            swap P bob 20000000 SOL > TOK
            tx atk
            swap P atk all TOK > SOL
            tx atk
            swap P atk 10000000 SOL > TOK
            tx carol
            swap P carol 20000000 SOL > TOK
            tx atk
            swap P atk all TOK > SOL
            """);
        Assert.Equal(2, run.Found.Length);
        Assert.All(run.Found.ToArray(), f => Assert.Equal((1, 2), (f.Victims.Count, f.Legs.Count)));
    }

    [Fact]
    public void Overlapping_rounds_are_split_where_the_sales_meet_the_purchases()
    {
        var run = SandwichRun.Of($"""
            slot 101
            {Pool}
            tx atk
            swap P atk 10000000 SOL > 49000000 TOK
            tx bob
            swap P bob 20000000 SOL > 97000000 TOK
            tx atk
            swap P atk 11000000 SOL > 53000000 TOK
            tx atk
            swap P atk 49000000 TOK > 11000000 SOL
            tx carol
            swap P carol 20000000 SOL > 90000000 TOK
            tx atk
            swap P atk 10000 SOL > 40000 TOK
            tx atk
            swap P atk 53040000 TOK > 12000000 SOL
            """);
        Assert.Equal([2, 3], run.Found.ToArray().Select(f => f.Legs.Count));
        Assert.Equal([1, 1], run.Found.ToArray().Select(f => f.Victims.Count));
    }

    [Fact]
    public void A_top_up_after_the_victim_does_not_hide_the_sandwich()
    {
        var found = SandwichRun.Of($"""
            slot 101
            {Pool}
            tx atk
            swap P atk 10000000 SOL > TOK
            tx bob
            swap P bob 20000000 SOL > TOK
            tx atk
            swap P atk 1000 SOL > TOK
            tx atk
            swap P atk all TOK > SOL
            """).Single;
        Assert.Contains("interleaved", found.Tags.Span.ToArray());
        Assert.DoesNotContain("fronts_before_victims_before_backs", found.RulesPassed.Span.ToArray());
    }

    [Fact]
    public void What_is_kept_is_valued_at_the_last_sale()
    {
        var found = SandwichRun.Of("""
            slot 101
            tx atk
            swap P atk 1000000 SOL > 1000 TOK
            tx bob
            swap P bob 2000000 SOL > 1500 TOK
            tx atk
            swap P atk 960 TOK > 1200000 SOL
            """).Single;
        Assert.Equal((0.96, (Int128)40, (Int128)50_000, (Int128)250_000), (found.Closure, found.Remainder, found.RemainderValue, found.Gross));
        Assert.Contains("inventory_closed", found.RulesPassed.Span.ToArray());
        Assert.DoesNotContain("closed_to_the_unit", found.RulesPassed.Span.ToArray());
    }

    [Fact]
    public void A_part_sold_is_a_partial_sandwich_when_it_earned()
    {
        const string Front = """
            slot 101
            tx atk
            swap P atk 1000000 SOL > 1000 TOK
            tx bob
            swap P bob 2000000 SOL > 1500 TOK
            tx atk

            """;
        Assert.Contains("partial", SandwichRun.Of(Front + "swap P atk 500 TOK > 600000 SOL").Single.Tags.Span.ToArray());
        SandwichRun.Of(Front + "swap P atk 500 TOK > 499999 SOL").AssertRoundTrip(RoundTripClass.RoundTrip, "partial_at_loss");
        SandwichRun.Of(Front + "swap P atk 99 TOK > 600000 SOL").AssertRejected("position_kept");
    }

    [Fact]
    public void What_is_not_closed_to_the_unit_needs_a_mark()
    {
        const string Case = "slot 101\ntx atk MARK\nswap P atk 1000000 SOL > 1000 TOK\ntx bob\nswap P bob 2000000 SOL > 1500 TOK\nBETWEENtx atk MARK\nswap P atk SOLD TOK > 1100000 SOL";
        static SandwichRun Run(string mark, string between, int sold) => SandwichRun.Of(Case.Replace("MARK", mark, StringComparison.Ordinal)
            .Replace("BETWEEN", between, StringComparison.Ordinal).Replace("SOLD", $"{sold}", StringComparison.Ordinal));
        const string Far = "tx eve index=9\npay eve > shop 1 SOL\n", Later = "slot 102\n";

        Assert.Equal(1, Run("", "", 500).Found.Length);
        Assert.Equal(1, Run("aggregator", "", 500).Found.Length);
        Assert.Equal(1, Run("private=bot", Far, 500).Found.Length);
        Run("", Far, 500).AssertRoundTrip(RoundTripClass.RoundTrip, "unmarked");
        Run("aggregator", Far, 500).AssertRoundTrip(RoundTripClass.RoundTrip, "unmarked");
        Run("", Later, 500).AssertRoundTrip(RoundTripClass.RoundTrip, "unmarked");
        Assert.Equal(1, Run("private=bot", Later, 500).Found.Length);

        Assert.Equal(1, Run("aggregator", Far, 990).Found.Length);
        Assert.Equal(1, Run("", Later, 990).Found.Length);
        Run("aggregator", Later, 990).AssertRoundTrip(RoundTripClass.RoundTrip, "unmarked");
        Assert.Equal(1, Run("aggregator", Later, 1000).Found.Length); // to the unit it is one whatever it went through
    }

    [Fact]
    public void A_loss_after_costs_is_a_failed_sandwich()
    {
        var found = SandwichRun.Of($"""
            slot 101
            {Pool}
            tx atk tip=900000000
            swap P atk 10000000 SOL > TOK
            tx bob
            swap P bob 20000000 SOL > TOK
            tx atk
            swap P atk all TOK > SOL
            """).Single;
        Assert.True(found.Gross > 0 && found.Net < 0);
        Assert.Equal(["failed"], found.Tags.Span.ToArray());
    }

    [Fact]
    public void A_gross_loss_is_a_failed_sandwich_in_one_block_and_a_round_trip_over_several()
    {
        const string Front = "slot 101\ntx atk\nswap P atk 1000000 SOL > 1000 TOK\ntx bob\nswap P bob 2000 SOL > 1 TOK\n";
        const string Back = "tx atk\nswap P atk 1000 TOK > 999999 SOL";
        Assert.Equal(["failed"], SandwichRun.Of(Front + Back).Single.Tags.Span.ToArray());
        SandwichRun.Of(Front + "slot 102\n" + Back).AssertRoundTrip(RoundTripClass.RoundTrip, "gross_negative");
        var found = SandwichRun.Of((Front + "slot 102\n" + Back).Replace("tx atk", "tx atk private=bot", StringComparison.Ordinal)).Single; // a private program is meant to
        Assert.Equal(["failed"], found.Tags.Span.ToArray());
    }

    [Fact]
    public void A_payment_beside_the_swaps_counts_and_rent_does_not()
    {
        var found = SandwichRun.Of($"""
            slot 101
            {Pool}
            tx atk
            swap P atk 10000000 SOL > TOK
            tx bob
            swap P bob 20000000 SOL > TOK
            tx atk
            swap P atk all TOK > SOL
            pay atk > relay 777 SOL
            """).Single;
        Assert.Equal(777, found.OtherPaymentsLamports);
        Assert.Equal(found.Gross - 10_000 - 777, found.Net);
    }

    [Fact]
    public void A_transaction_with_several_legs_pays_its_fee_once_and_with_the_first_finding()
    {
        // The middle transaction sells for one sandwich and buys for the next in another pool.
        var run = SandwichRun.Of($"""
            slot 101
            {Pool}
            pool Q SOL 1000000000 WIF 5000000000
            tx atk
            swap P atk 5000000 SOL > TOK
            swap P atk 5000000 SOL > TOK
            tx bob
            swap P bob 20000000 SOL > TOK
            tx atk fee=6000
            swap P atk all TOK > SOL
            swap Q atk 10000000 SOL > WIF
            tx carol
            swap Q carol 20000000 SOL > WIF
            tx atk
            swap Q atk all WIF > SOL
            """);
        Assert.Equal([11_000UL, 5_000UL], run.Found.ToArray().Select(f => f.FeeLamports).OrderDescending());
    }

    [Fact]
    public void A_mark_that_asked_not_to_be_front_run_is_told()
    {
        var found = SandwichRun.Of($"""
            slot 101
            {Pool}
            tx atk
            swap P atk 10000000 SOL > TOK
            tx bob mark=jitodontfront1
            swap P bob 20000000 SOL > TOK
            tx atk
            swap P atk all TOK > SOL
            """).Single;
        Assert.Equal(["dontfront_violated"], found.Tags.Span.ToArray());
        Assert.Equal(new BlockCase("").Key("jitodontfront1"), found.Victims[0].DontFrontMark);
    }

    [Fact]
    public void Liquidity_of_the_attacker_within_the_span_is_told()
    {
        var found = SandwichRun.Of($"""
            slot 101
            {Pool}
            tx atk
            swap P atk 10000000 SOL > TOK
            tx atk
            add P atk SOL 1000 TOK 5000
            tx bob
            swap P bob 20000000 SOL > TOK
            tx atk
            swap P atk all+5000 TOK > SOL
            """).Single;
        Assert.Contains("jit", found.Tags.Span.ToArray());
    }
}
