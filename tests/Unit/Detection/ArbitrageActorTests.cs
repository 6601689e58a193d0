using Sluice.Processors.Core.Arbitrage;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Detection;

/// <summary>Whose swaps and whose balances count.</summary>
public class ArbitrageActorTests
{
    [Fact]
    public void A_programs_vault_that_trades_for_the_signer_is_linked()
    {
        var (verdict, finding) = new ArbitrageCase("""
            swap P1 vault 1000000 SOL > 150000 USDC
            swap P2 vault 150000 USDC > 1020000 SOL
            tip 1000
            """).Judge();
        Assert.Equal(ArbitrageVerdict.Arbitrage, verdict);
        Assert.Equal(20_000, finding.Gross);
        Assert.Equal(14_000, finding.Net);
        Assert.Equal([ArbitrageCase.Key("vault")], finding.LinkedAccounts.Span.ToArray());
    }

    [Fact]
    public void A_co_signer_is_linked()
    {
        var (verdict, finding) = new ArbitrageCase("""
            cosigner bob
            swap P1 alice 1000000 SOL > 150000 USDC
            move alice > bob 150000 USDC
            swap P2 bob 150000 USDC > 1020000 SOL
            """).Judge();
        Assert.Equal(ArbitrageVerdict.Arbitrage, verdict);
        Assert.Equal(20_000, finding.Gross);
        Assert.Equal([ArbitrageCase.Key("bob")], finding.LinkedAccounts.Span.ToArray());
    }

    [Fact]
    public void What_a_co_signer_paid_counts_too() => Assert.Equal(ArbitrageVerdict.StartDiffersFromEnd, new ArbitrageCase("""
        cosigner bob
        swap P1 bob 150000 USDC > 1000000 SOL
        swap P2 bob 1000000 SOL > 777 BONK
        move bob > alice 700 BONK
        """).Judge().Verdict);

    [Fact]
    public void A_routers_shared_accounts_carry_the_signers_legs_and_keep_their_own_crumbs()
    {
        var (verdict, finding) = new ArbitrageCase("""
            move alice > router 1000000 SOL
            swap P1 router 1000000 SOL > 150000 USDC
            swap P2 router 149990 USDC > 1020000 SOL
            move router > alice 1019990 SOL
            aggregator
            """).Judge();
        Assert.Equal(ArbitrageVerdict.Arbitrage, verdict);
        Assert.Equal(19_990, finding.Gross);
        Assert.Equal(0, finding.LinkedAccounts.Count);
        Assert.Equal(2, finding.Legs.Count);
    }

    [Fact]
    public void A_stranger_who_trades_in_the_same_transaction_changes_nothing()
    {
        const string own = """
            swap P1 alice 1000000 SOL > 150000 USDC
            swap P2 alice 150000 USDC > 1020000 SOL
            """;
        var (verdict, finding) = new ArbitrageCase(own + "\nswap P3 stranger 500 BONK > 70 WIF\nswap P4 stranger 70 WIF > 900 SOL").Judge();
        Assert.Equal(ArbitrageVerdict.Arbitrage, verdict);
        Assert.Equal(ArbitrageClass.Cyclic, finding.Class);
        Assert.Equal(2, finding.Legs.Count);
        Assert.Equal(new ArbitrageCase(own).Judge().Finding.Gross, finding.Gross);
        Assert.Equal(0, finding.LinkedAccounts.Count);
    }

    [Fact]
    public void A_strangers_swaps_do_not_make_a_pair_with_the_actors_one() => Assert.Equal(ArbitrageVerdict.FewerThanTwoSwaps, new ArbitrageCase("""
        swap P1 alice 1000000 SOL > 150000 USDC
        swap P2 stranger 150000 USDC > 1020000 SOL
        """).Judge().Verdict);

    [Fact]
    public void A_pool_is_never_linked()
    {
        // A pool's own account stands as trader of a leg that the venue made inside; no signer trades, so a vault would be linked.
        var (verdict, finding) = AsPool(
            new ArbitrageCase("""
                swap P1 vault 1000000 SOL > 150000 USDC
                swap P2 vault 150000 USDC > 1020000 SOL
                swap P3 inner 10 SOL > 10 USDC
                """),
            "inner",
            "pool P2").Judge();
        Assert.Equal(ArbitrageVerdict.Arbitrage, verdict);
        Assert.Equal(20_000, finding.Gross);
        Assert.Equal([ArbitrageCase.Key("vault")], finding.LinkedAccounts.Span.ToArray());
        Assert.Equal(2, finding.Legs.Count);
    }

    [Fact]
    public void A_tip_is_a_cost_and_no_loss()
    {
        var (verdict, finding) = new ArbitrageCase("""
            swap P1 alice 1000000 USDC > 7000000 SOL
            swap P2 alice 7000000 SOL > 1005000 USDC
            tip 7000
            """).Judge();
        Assert.Equal(ArbitrageVerdict.Arbitrage, verdict);
        Assert.Equal(5_000, finding.Gross);

        // 12,000 lamports at 14,000,000 lamports for 2,005,000 units, rounded up.
        Assert.Equal(1_719, finding.CostInProfitMint);
        Assert.Equal(3_281, finding.Net);
    }

    [Fact]
    public void Without_own_legs_in_SOL_the_blocks_swaps_price_the_costs()
    {
        const string text = """
            swap P1 alice 1000000 USDC > 900 WIF
            swap P2 alice 900 WIF > 1005000 USDC
            """;
        Assert.Null(new ArbitrageCase(text).Judge().Finding.Net);
        var (_, finding) = new ArbitrageCase(text) { Market = "swap M bob 10000 SOL > 3000 USDC" }.Judge();
        Assert.Equal(1_500, finding.CostInProfitMint);
        Assert.Equal(3_500, finding.Net);

        // A dollar prices another one.
        (_, finding) = new ArbitrageCase(text) { Market = "swap M bob 10000 SOL > 3000 USDT" }.Judge();
        Assert.Equal(1_500, finding.CostInProfitMint);
    }

    private static ArbitrageCase AsPool(ArbitrageCase with, string trader, string pool)
    {
        foreach (ref var swap in with.Tx.Swaps.Span)
        {
            if (swap.Trader == ArbitrageCase.Key(trader)) { swap.Trader = ArbitrageCase.Key(pool); }
        }

        foreach (ref var change in with.Tx.BalanceChanges.Span)
        {
            if (change.Owner == ArbitrageCase.Key(trader)) { change.Owner = ArbitrageCase.Key(pool); }
        }

        return with;
    }
}
