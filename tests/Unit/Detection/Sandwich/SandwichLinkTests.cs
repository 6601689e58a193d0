using Sluice.Schemas.Records;
using Sluice.Tests.Unit.Detection.Cases;
using Finding = Sluice.Schemas.Records.Sandwich;

namespace Sluice.Tests.Unit.Detection.Sandwich;

/// <summary>How front and back legs are known to have one actor, and how strangers are kept apart.</summary>
public class SandwichLinkTests
{
    private const string Front = """
        slot 101
        tx atk
        swap P atk 1000000 SOL > 1000 TOK
        tx bob
        swap P bob 2000000 SOL > 1500 TOK

        """;

    private static void AssertLink(Finding found, LinkKind kind, string from, string to, double weight)
    {
        var names = new BlockCase("");
        Assert.Equal(1, found.Links.Count);
        var link = found.Links[0];
        Assert.Equal((kind, names.Key(from), names.Key(to), weight), (link.Kind, link.From, link.To, link.Weight));
        if (kind != LinkKind.Wrapper) { Assert.Contains(names.Key(to), found.Attackers.Span.ToArray()); }
    }

    [Fact]
    public void The_same_fee_payer() =>
        AssertLink(SandwichRun.Of(Front + "tx atk\nswap P atk 1000 TOK > 1200000 SOL").Single, LinkKind.Signer, "atk", "atk", 1);

    [Fact]
    public void The_same_owner_with_another_fee_payer() =>
        AssertLink(SandwichRun.Of(Front + "tx payer cosigner=atk\nswap P atk 1000 TOK > 1200000 SOL").Single, LinkKind.Owner, "atk", "atk", 0.95);

    [Fact]
    public void One_vault_moved_by_two_wallets()
    {
        var found = SandwichRun.Of("""
            slot 101
            tx one
            swap P vault 1000000 SOL > 1000 TOK
            tx bob
            swap P bob 2000000 SOL > 1500 TOK
            tx two
            swap P vault 1000 TOK > 1200000 SOL
            """).Single;
        AssertLink(found, LinkKind.Owner, "vault", "vault", 0.95);
        Assert.Equal(3, found.Attackers.Count);
    }

    [Fact]
    public void Two_vaults_moved_by_one_signer_must_close_to_the_unit()
    {
        const string Vaults = """
            slot 101
            tx one cosigner=atk
            swap P vault1 1000000 SOL > 1000 TOK
            tx bob
            swap P bob 2000000 SOL > 1500 TOK
            tx two cosigner=atk

            """;
        AssertLink(SandwichRun.Of(Vaults + "swap P vault2 1000 TOK > 1200000 SOL").Single, LinkKind.Signer, "atk", "atk", 0.6);
        SandwichRun.Of(Vaults + "swap P vault2 990 TOK > 1200000 SOL").AssertRejected("weak_link");
    }

    [Theory]
    [InlineData("tx atk\nswap P atk 1000000 SOL > 1000 TOK\nsend atk > mule 1000 TOK", "", "")] // in the front transaction
    [InlineData("tx atk\nswap P atk 1000000 SOL > 1000 TOK", "tx atk\nsend atk > mule 1000 TOK\n", "")] // between
    [InlineData("tx atk\nswap P atk 1000000 SOL > 1000 TOK", "", "send atk > mule 1000 TOK\n")] // in the back transaction
    public void A_transfer_of_the_position(string front, string between, string inBack)
    {
        var found = SandwichRun.Of($"slot 101\n{front}\ntx bob\nswap P bob 2000000 SOL > 1500 TOK\n{between}tx mule cosigner=atk\n{inBack}swap P mule 1000 TOK > 1200000 SOL").Single;
        AssertLink(found, LinkKind.Transfer, "atk", "mule", 0.85);
        Assert.NotNull(found.Links[0].Signature);
    }

    [Fact]
    public void A_transfer_over_two_wallets()
    {
        var found = SandwichRun.Of(Front + "tx atk\nsend atk > mid 1000 TOK\ntx mid\nsend mid > mule 1000 TOK\ntx mule\nswap P mule 1000 TOK > 1200000 SOL").Single;
        AssertLink(found, LinkKind.Transfer, "mid", "mule", 0.85);
    }

    [Fact]
    public void A_transfer_that_a_transfer_fee_lessens()
    {
        // 10 % of every transfer is withheld: on the way out of the pool, from wallet to wallet, and into the pool.
        var found = SandwichRun.Of("""
            slot 101
            tx atk
            swap P atk 1000000 SOL > 1000 TOK feeout=100
            tx bob
            swap P bob 2000000 SOL > 1500 TOK feeout=150
            tx atk
            send atk > mule 900 TOK arrives=810
            tx mule
            swap P mule 810 TOK > 1300000 SOL feein=81
            """).Single;
        Assert.Equal(((Int128)900, (Int128)810, 1.0, (Int128)0), (found.FrontOut, found.BackIn, found.Closure, found.Remainder));
        Assert.Equal((Int128)300_000, found.Gross);
    }

    [Fact]
    public void Fronts_of_several_wallets_that_are_gathered_in_one()
    {
        var found = SandwichRun.Of("""
            slot 101
            tx one
            swap P one 1000000 SOL > 1000 TOK
            tx two
            swap P two 1000000 SOL > 900 TOK
            tx bob
            swap P bob 2000000 SOL > 1500 TOK
            tx one
            send one > two 1000 TOK
            tx two
            swap P two 1900 TOK > 2400000 SOL
            """).Single;
        Assert.Equal(3, found.Legs.Count);
        Assert.Equal([LinkKind.Transfer, LinkKind.Signer], found.Links.Span.ToArray().Select(l => l.Kind));
    }

    [Fact]
    public void A_position_split_over_two_wallets()
    {
        var found = SandwichRun.Of(Front + """
            tx atk
            send atk > m1 600 TOK
            send atk > m2 400 TOK
            tx m1
            swap P m1 600 TOK > 700000 SOL
            tx m2
            swap P m2 400 TOK > 400000 SOL
            """).Single;
        Assert.Equal((3, 2), (found.Legs.Count, found.Links.Count));
    }

    [Fact]
    public void A_token_account_that_changes_hands()
    {
        var found = SandwichRun.Of(Front + "tx atk\nhand acc atk > mule TOK\ntx mule\nswap P mule 1000 TOK > 1200000 SOL").Single;
        AssertLink(found, LinkKind.Authority, "atk", "mule", 0.85);
    }

    [Fact]
    public void A_private_program_and_the_inventory_to_the_unit()
    {
        const string Case = """
            slot 101
            tx one FRONT
            swap P one 1000000 SOL > 1000 TOK
            tx bob
            swap P bob 2000000 SOL > 1500 TOK
            tx two BACK
            swap P two AMOUNT TOK > 1200000 SOL
            """;
        string Text(string front, string back, string amount) =>
            Case.Replace("FRONT", front, StringComparison.Ordinal).Replace("BACK", back, StringComparison.Ordinal).Replace("AMOUNT", amount, StringComparison.Ordinal);
        var found = SandwichRun.Of(Text("private=bot", "private=bot", "1000")).Single;
        AssertLink(found, LinkKind.Wrapper, "program bot", "program bot", 0.3);
        Assert.True(found.Confidence < 0.75);
        Assert.Equal(0, SandwichRun.Of(Text("private=bot", "private=bot", "999")).Found.Length);
        Assert.Equal(0, SandwichRun.Of(Text("private=bot", "private=other", "1000")).Found.Length);
        Assert.Equal(0, SandwichRun.Of(Text("wrapper=jupiter-v6", "wrapper=jupiter-v6", "1000")).Found.Length);
        Assert.Equal(0, SandwichRun.Of(Text("private=raydium-amm-v4", "private=raydium-amm-v4", "1000")).Found.Length); // the venue called directly
        Assert.Equal(0, SandwichRun.Of(Text("private=bot aggregator", "private=bot aggregator", "1000")).Found.Length);
    }

    [Fact]
    public void Two_users_of_one_router_are_not_one_actor()
    {
        // The router trades through accounts of its own, by chance the same amount twice.
        var run = SandwichRun.Of("""
            slot 101
            tx alice aggregator
            send alice > router 1000000 SOL
            swap P router 1000000 SOL > 1000 TOK
            send router > alice 1000 TOK
            tx bob
            swap P bob 2000000 SOL > 1500 TOK
            tx carol aggregator
            send carol > router 1000 TOK
            swap P router 1000 TOK > 1200000 SOL
            send router > carol 1200000 SOL
            """);
        Assert.Equal(0, run.Found.Length + run.RoundTrips.Length + run.Rejected.Count);
    }

    [Fact]
    public void One_user_of_a_router_is_one_actor()
    {
        var found = SandwichRun.Of("""
            slot 101
            tx alice aggregator
            send alice > router 1000000 SOL
            swap P router 1000000 SOL > 1000 TOK
            send router > alice 1000 TOK
            tx bob
            swap P bob 2000000 SOL > 1500 TOK
            tx alice aggregator
            send alice > router 1000 TOK
            swap P router 1000 TOK > 1200000 SOL
            send router > alice 1200000 SOL
            """).Single;
        Assert.Equal([new BlockCase("").Key("alice")], found.Attackers.Span.ToArray());
        Assert.Equal(0, found.OtherPaymentsLamports);
    }

    [Fact]
    public void Two_traders_whose_fees_one_sponsor_pays_are_not_one_actor()
    {
        var run = SandwichRun.Of("""
            slot 101
            tx sponsor cosigner=alice
            swap P alice 1000000 SOL > 1000 TOK
            tx bob
            swap P bob 2000000 SOL > 1500 TOK
            tx sponsor cosigner=carol
            swap P carol 1000 TOK > 1200000 SOL
            """);
        Assert.Equal(0, run.Found.Length + run.RoundTrips.Length + run.Rejected.Count);
    }

    [Fact]
    public void A_victim_whose_fee_the_same_sponsor_pays_is_still_a_victim()
    {
        var found = SandwichRun.Of("""
            slot 101
            tx sponsor cosigner=atk
            swap P atk 1000000 SOL > 1000 TOK
            tx sponsor cosigner=bob
            swap P bob 2000000 SOL > 1500 TOK
            tx sponsor cosigner=atk
            swap P atk 1000 TOK > 1200000 SOL
            """).Single;
        Assert.Equal(1, found.Victims.Count);
        Assert.Equal([new BlockCase("").Key("atk")], found.Attackers.Span.ToArray());
    }

    [Theory]
    [InlineData("send atk > hub 400 TOK", "swap P hub 400 TOK > 500000 SOL")] // a deposit, and the hub sells as much
    [InlineData("send atk > hub 1000 TOK", "swap P hub 300 TOK > 400000 SOL")] // all of it, and the hub sells something else
    public void A_hub_that_sells_another_amount_joins_nobody(string deposit, string sale) =>
        SandwichRun.Of($"{Front}tx atk\n{deposit}\ntx hub\n{sale}").AssertRejected("weak_link");

    [Fact]
    public void A_part_of_what_was_handed_on_is_sold_by_the_same_private_program_or_by_nobody_known()
    {
        const string Case = "slot 101\ntx atk private=bot\nswap P atk 1000000 SOL > 1000 TOK\ntx bob\nswap P bob 2000000 SOL > 1500 TOK\ntx atk\nsend atk > mule 1000 TOK\ntx mule SELLER\n"
            + "swap P mule 300 TOK > 400000 SOL";
        SandwichRun Of(string seller) => SandwichRun.Of(Case.Replace("SELLER", seller, StringComparison.Ordinal));
        Assert.Equal(["partial"], Of("private=bot").Single.Tags.Span.ToArray());
        Of("").AssertRejected("weak_link");
        Of("private=other").AssertRejected("weak_link");
        SandwichRun.Of(Case.Replace(" private=bot", "", StringComparison.Ordinal).Replace(" SELLER", "", StringComparison.Ordinal)).AssertRejected("weak_link");
    }

    [Fact]
    public void A_hub_that_sells_other_than_it_was_sent_is_no_candidate()
    {
        var run = SandwichRun.Of(Front + "tx atk\nsend atk > hub 400 TOK\ntx hub\nswap P hub 1000 TOK > 1100000 SOL");
        Assert.Equal(0, run.Found.Length + run.RoundTrips.Length + run.Rejected.Count);
    }

    [Fact]
    public void What_was_handed_to_a_hub_does_not_go_on_in_parts()
    {
        // The hub pays out 300 to somebody who sells them: not the position, and too little to close it.
        var run = SandwichRun.Of(Front + "tx atk\nsend atk > hub 1000 TOK\ntx hub\nsend hub > eve 300 TOK\ntx eve\nswap P eve 300 TOK > 400000 SOL");
        Assert.Equal(0, run.Found.Length);
    }

    [Fact]
    public void More_than_was_bought_is_accepted_only_with_a_path_and_little_confidence()
    {
        SandwichRun.Of(Front + "tx atk\nswap P atk 1020 TOK > 1300000 SOL").AssertRoundTrip(RoundTripClass.RoundTrip, "inventory_exceeded");
        const string Path = Front + "tx atk\nsend atk > mule 1000 TOK\ntx mule\n";
        var found = SandwichRun.Of(Path + "swap P mule 1020 TOK > 1300000 SOL").Single;
        Assert.Contains("exceeds_inventory", found.Tags.Span.ToArray());
        Assert.DoesNotContain("closed_to_the_unit", found.RulesPassed.Span.ToArray());
        Assert.True(found.Confidence <= 0.6);
        Assert.Equal(-20, found.Remainder);
        SandwichRun.Of(Path + "swap P mule 1100 TOK > 1300000 SOL").AssertRoundTrip(RoundTripClass.RoundTrip, "inventory_exceeded");
    }
}
