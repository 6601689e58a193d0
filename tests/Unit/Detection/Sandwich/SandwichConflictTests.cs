using System.Text;
using Sluice.Schemas.Records;
using Sluice.Tests.Unit.Detection.Cases;
using Finding = Sluice.Schemas.Records.Sandwich;

namespace Sluice.Tests.Unit.Detection.Sandwich;

/// <summary>Who gets which leg and which victim; rings; layers.</summary>
public class SandwichConflictTests
{
    private const string Pool = "pool P SOL 1000000000000 TOK 5000000000000 fee=25\n";

    /// <summary>Three wallets of one template buy, a bystander buys, and they sell a share of what they bought.</summary>
    private static string Ring(string template, int wallets, string sell, string bystander = "tx bob\nswap P bob 2000000 SOL > TOK\n")
    {
        var text = new StringBuilder("slot 101\n" + Pool);
        for (var i = 0; i < wallets; i++) { text.Append($"tx w{i} {template}\nswap P w{i} {1000000 + (i * 1000)} SOL > TOK\n"); }
        text.Append(bystander);
        for (var i = 0; i < wallets; i++) { text.Append($"tx w{i} {template}\nswap P w{i} {sell} TOK > SOL\n"); }
        return text.ToString();
    }

    [Theory]
    [InlineData("fee=110169 ixs=7 cu=90000 cuprice=3", "all-50000")] // a telling template, 0.99 of what was bought
    [InlineData("", "all-50000")] // a bare one
    [InlineData("fee=110169 ixs=7 cu=90000 cuprice=3", "all")] // to the unit
    [InlineData("fee=110169 ixs=7 cu=90000 cuprice=3", "all+40000")] // more than was bought, as the ring that is known
    public void Three_wallets_of_one_template_are_a_ring(string template, string sell)
    {
        var run = SandwichRun.Of(Ring(template, 3, sell));
        run.AssertRoundTrip(RoundTripClass.WashVolume, "wash_ring");
        Assert.Contains(run.RoundTrips[0].Evidence.Span.ToArray(), e => e.StartsWith("3 wallets", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_wallets_are_no_ring_nor_are_bare_templates_that_close_to_the_unit()
    {
        Assert.Equal(1, SandwichRun.Of(Ring("fee=110169 ixs=7 cu=90000 cuprice=3", 2, "all")).Found.Length);
        Assert.Equal(1, SandwichRun.Of(Ring("", 3, "all")).Found.Length);
    }

    [Fact]
    public void Wallets_that_sell_very_different_shares_are_no_ring()
    {
        // 0.96, 0.98 and all: further apart than two in a hundred.
        var text = Ring("fee=110169 ixs=7 cu=90000 cuprice=3", 3, "all").Replace("swap P w0 all TOK", "swap P w0 all-200000 TOK", StringComparison.Ordinal);
        Assert.NotEqual(0, SandwichRun.Of(text).Found.Length);
    }

    [Fact]
    public void A_ring_of_which_one_round_trip_is_seen_is_known_by_its_twins()
    {
        const string Template = "fee=110169 ixs=7 cu=90000 cuprice=3";
        var text = $"slot 101\n{Pool}tx w1 {Template}\nswap P w1 1000000 SOL > TOK\ntx w2 {Template}\nswap P w2 5000000 SOL > TOK\ntx w1 fee=105169 ixs=5\nswap P w1 all+40000 TOK > SOL";
        SandwichRun.Of(text).AssertRoundTrip(RoundTripClass.WashVolume, "wash_ring");
        SandwichRun.Of(text.Replace("tx w2 " + Template, "tx w2", StringComparison.Ordinal)).AssertRoundTrip(RoundTripClass.RoundTrip, "inventory_exceeded");
    }

    [Fact]
    public void Who_attacks_is_nobodys_victim()
    {
        // Two bots around one buyer: neither is the other's victim, and the buyer is one's only.
        var run = SandwichRun.Of($"""
            slot 101
            {Pool}
            tx a1
            swap P a1 1000000 SOL > TOK
            tx a2
            swap P a2 1000000 SOL > TOK
            tx bob
            swap P bob 90000000000 SOL > TOK
            tx a2
            swap P a2 all TOK > SOL
            tx a1
            swap P a1 all TOK > SOL
            """);
        var victim = Assert.Single(run.Single.Victims.Span.ToArray());
        Assert.Equal(new BlockCase("").Key("bob"), victim.Signer);
        Assert.Equal(1, run.RejectedBy("victim_taken"));
    }

    [Fact]
    public void Those_who_only_attack_each_other_are_named()
    {
        var run = SandwichRun.Of($"""
            slot 101
            {Pool}
            tx a1
            swap P a1 1000000 SOL > TOK
            tx a2
            swap P a2 1000000 SOL > TOK
            tx a3
            swap P a3 1000000 SOL > TOK
            tx a1
            swap P a1 all TOK > SOL
            tx b
            swap P b 1000 SOL > TOK
            tx a2
            swap P a2 all TOK > SOL
            tx a3
            swap P a3 all TOK > SOL
            """);

        // b is the victim of the one with most others; the rest trade around each other.
        Assert.Equal(1, run.Found.Length);
        Assert.All(run.Found[0].Victims.Span.ToArray(), v => Assert.Equal(new BlockCase("").Key("b"), v.Signer));
    }

    [Fact]
    public void Most_victims_win_then_profit_then_the_shorter_span()
    {
        const string Nested = """
            tx a1
            swap P a1 1000000 SOL > 1000 TOK
            tx v1
            swap P v1 2000000 SOL > 1900 TOK
            tx a2
            swap P a2 1000000 SOL > 900 TOK
            tx v2
            swap P v2 2000000 SOL > 1600 TOK
            tx a2
            swap P a2 900 TOK > 1200000 SOL
            tx a1
            swap P a1 1000 TOK > 1200000 SOL
            """;
        var outer = SandwichRun.Of("slot 101\n" + Nested).Single;
        Assert.Equal((2, new BlockCase("").Key("a1")), (outer.Victims.Count, outer.Attacker));

        const string Crossing = """
            slot 101
            tx a1
            swap P a1 1000000 SOL > 1000 TOK
            tx a2
            swap P a2 1000000 SOL > 900 TOK
            tx v
            swap P v 2000000 SOL > 1600 TOK
            tx a1
            swap P a1 1000 TOK > FIRST SOL
            tx a2
            swap P a2 900 TOK > SECOND SOL
            """;
        string Attacker(string first, string second) => SandwichRun.Of(Crossing.Replace("FIRST", first, StringComparison.Ordinal).Replace("SECOND", second, StringComparison.Ordinal)).Single.Attacker.ToString();
        var names = new BlockCase("");
        Assert.Equal(names.Key("a1").ToString(), Attacker("1300000", "1200000")); // one more other in between: the second bot's front leg
        Assert.Equal(names.Key("a1").ToString(), Attacker("1200000", "1300000"));
    }

    [Fact]
    public void A_leg_serves_one_finding()
    {
        // Sold and bought again to the unit around a seller: the sale in the middle cannot serve twice.
        var run = SandwichRun.Of("""
            slot 101
            tx atk
            swap P atk 1000000 SOL > 1000 TOK
            tx v1
            swap P v1 2000000 SOL > 1500 TOK
            tx v2
            swap P v2 2000000 SOL > 1400 TOK
            tx atk
            swap P atk 1000 TOK > 1200000 SOL
            tx v3
            swap P v3 1000 TOK > 1000000 SOL
            tx atk
            swap P atk 1200000 SOL > 1100 TOK
            """);
        Assert.Equal(2, run.Single.Victims.Count);
        Assert.Equal(1, run.RejectedBy("leg_taken"));
    }

    [Theory]
    [InlineData(33)]
    [InlineData(1000)]
    public void Layers_of_one_actor_are_one_finding_with_every_leg_once(int layers)
    {
        var text = new StringBuilder("slot 101\n" + Pool);
        for (var i = 0; i < layers; i++) { text.Append($"tx atk\nswap P atk {1000 + i} SOL > TOK\n"); }
        text.Append("tx bob\nswap P bob 50000000 SOL > TOK\n");
        for (var i = 0; i < layers; i++) { text.Append(i == layers - 1 ? "tx atk\nswap P atk all TOK > SOL\n" : "tx atk\nswap P atk 4000 TOK > SOL\n"); }
        var found = SandwichRun.Of(text.ToString()).Single;
        Assert.Equal((layers * 2, 1), (found.Legs.Count, found.Victims.Count));
        Assert.Equal(layers * 2, found.Legs.Span.ToArray().Select(l => l.TxIndex).Distinct().Count());
        Assert.Equal(found.FrontOut, found.BackIn);
    }

    [Theory]
    [InlineData(33)]
    [InlineData(700)]
    public void Layers_of_many_actors_share_no_leg_and_no_victim(int layers)
    {
        // a0 v0 a1 v1 … and back again from the inside.
        var text = new StringBuilder("slot 101\n" + Pool);
        for (var i = 0; i < layers; i++) { text.Append($"tx a{i}\nswap P a{i} {100000 + i} SOL > TOK\ntx v{i}\nswap P v{i} {2000000 + i} SOL > TOK\n"); }
        for (var i = layers - 1; i >= 0; i--) { text.Append($"tx a{i}\nswap P a{i} all TOK > SOL\n"); }
        var run = SandwichRun.Of(text.ToString());
        AssertDisjoint(run.Found);
        Assert.Equal(layers, run.Found.ToArray().Sum(f => f.Victims.Count));
        Assert.Equal(layers, run.Single.Victims.Count); // the outermost has the most
        Assert.Equal(layers - 1, run.RejectedBy("victim_taken"));
    }

    [Fact]
    public void A_bundle_is_told_from_legs_apart()
    {
        var text = $"slot 101\n{Pool}tx atk private=bot\nswap P atk 1000000 SOL > TOK\ntx bob\nswap P bob 2000000 SOL > TOK\ntx atk tip=5000 private=bot\nswap P atk all TOK > SOL";
        var bundle = SandwichRun.Of(text).Single;
        Assert.Equal(LandingKind.Bundle, bundle.Landing);
        Assert.InRange(bundle.BundleConfidence, 0.1, 0.99);
        Assert.Equal(LandingKind.Organic, SandwichRun.Of(text.Replace(" tip=5000", "", StringComparison.Ordinal)).Single.Landing);
        var spanning = SandwichRun.Of(text.Replace("tx atk tip=5000", "tx atk index=9", StringComparison.Ordinal).Replace("tx bob", "tx bob tip=5000", StringComparison.Ordinal)).Single;
        Assert.Equal(LandingKind.Spanning, spanning.Landing);
        Assert.Equal(LandingKind.Unknown, SandwichRun.Of(text.Replace(" tip=5000", "", StringComparison.Ordinal).Replace("slot 101", "slot 101 partial", StringComparison.Ordinal)).Single.Landing);
    }

    private static void AssertDisjoint(ReadOnlySpan<Finding> found)
    {
        var seen = new HashSet<string>();
        foreach (ref readonly var finding in found)
        {
            foreach (ref readonly var leg in finding.Legs.Span) { Assert.True(seen.Add($"{leg.Slot} {leg.TxIndex} {leg.IxIndex} {leg.InnerIxIndex} {leg.LegIndex}")); }
            foreach (ref readonly var victim in finding.Victims.Span) { Assert.True(seen.Add($"{victim.Slot} {victim.TxIndex} {victim.IxIndex} {victim.InnerIxIndex} {victim.LegIndex}")); }
        }
    }
}
