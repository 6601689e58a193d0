using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Decoding;

public sealed class GenericDetectorTests
{
    private const string Accounts = """
        signer alice
        token alice-a mint-a alice 1000000
        token alice-b mint-b alice 1000000
        token vault-a mint-a pool 5000000
        token vault-b mint-b pool 5000000

        """;

    [Fact]
    public void A_program_nobody_knows_swaps_under_its_own_name()
    {
        var swap = Assert.Single(Swaps("""
            call stranger ff alice pool alice-a alice-b vault-a vault-b
              transfer alice-a vault-a alice 100
              transfer vault-b alice-b pool 50
            """));
        Assert.Equal($"unknown({Scenario.Key("stranger")})", swap.Venue);
        Assert.Equal((100UL, 50UL), (swap.AmountIn, swap.AmountOut));
        Assert.Equal(Scenario.Key("alice"), swap.Trader);
        Assert.Equal(Scenario.Key("vault-a"), swap.VaultIn);
        Assert.Equal((5_000_000UL, 5_000_000UL), (swap.ReserveIn, swap.ReserveOut));
        Assert.Equal(SwapSource.Generic, swap.Source);
    }

    [Fact]
    public void Its_pool_is_the_same_in_both_directions_and_another_with_other_vaults()
    {
        var there = Assert.Single(Swaps("call stranger ff\n  transfer alice-a vault-a alice 100\n  transfer vault-b alice-b pool 50"));
        var back = Assert.Single(Swaps("call stranger ff\n  transfer alice-b vault-b alice 50\n  transfer vault-a alice-a pool 100"));
        var elsewhere = Assert.Single(Swaps("token vault-c mint-b pool 5000\ncall stranger ff\n  transfer alice-a vault-a alice 100\n  transfer vault-c alice-b pool 50"));
        Assert.Equal(there.Pool, back.Pool);
        Assert.NotEqual(there.Pool, elsewhere.Pool);
    }

    [Fact]
    public void Fees_to_third_parties_do_not_count()
    {
        var swap = Assert.Single(Swaps("""
            token fees-a mint-a treasury 0
            call stranger ff
              transfer alice-a fees-a alice 3
              transfer alice-a vault-a alice 100
              transfer vault-b alice-b pool 50
            """));
        Assert.Equal((100UL, 50UL), (swap.AmountIn, swap.AmountOut));
    }

    [Fact]
    public void Transfers_of_an_unknown_programs_helpers_bubble_up_to_it()
    {
        var swap = Assert.Single(Swaps("""
            call stranger ff
              call vault-keeper 01
                transfer alice-a vault-a alice 100
              call vault-keeper 02
                transfer vault-b alice-b pool 50
            """));
        Assert.Equal(Scenario.Key("stranger"), swap.Program);
    }

    [Fact]
    public void Nothing_bubbles_beyond_an_aggregator() => Assert.Empty(Swaps("""
        call stranger ff
          call jupiter-v6 e517cb977ae3ad2a
            call one 01
              transfer alice-a vault-a alice 100
            call two 02
              transfer vault-b alice-b pool 50
        """));

    [Fact]
    public void Liquidity_moved_from_one_position_to_another_is_no_swap() => Assert.Empty(Swaps("""
        token vault-b2 mint-b pool2 5000000
        token vault-a2 mint-a pool2 5000000
        call rebalancer ff
          call orca-whirlpool 3a7fbc3e4f52c460
            transfer vault-b alice-b pool 50
          call orca-whirlpool 851d59df45eeb00a
            transfer alice-a vault-a2 alice 100
        """));

    [Theory]
    [InlineData("adding liquidity", "transfer alice-a vault-a alice 100|transfer alice-b vault-b alice 50|mint shares alice-shares 70")]
    [InlineData("taking liquidity out", "burn shares alice-shares 70|transfer vault-a alice-a pool 100|transfer vault-b alice-b pool 50")]
    [InlineData("a deposit for a minted receipt", "transfer alice-a vault-a alice 100|mint shares alice-shares 70")]
    [InlineData("claiming two rewards", "transfer vault-a alice-a pool 100|transfer vault-b alice-b pool 50")]
    [InlineData("claiming a reward for a fee in SOL", "lamports alice treasury 5000|transfer vault-b alice-b pool 50")]
    [InlineData("wrapping SOL beside a payment", "lamports alice alice-sol 5000|transfer alice-a vault-a alice 100")]
    [InlineData("selling an NFT", "transfer alice-nft bob-nft alice 1|transfer bob-a alice-a bob 100")]
    [InlineData("buying items of a game", "transfer shop-items alice-items shop 40|transfer alice-a shop-a alice 100")]
    [InlineData("paying and being paid back in one token", "transfer alice-a vault-a alice 100|transfer vault-a alice-a pool 40")]
    public void Look_alikes_are_no_swaps(string what, string movements)
    {
        var lines = string.Join('\n', movements.Split('|').Select(m => "  " + m));
        Assert.True(Swaps($"""
            token alice-shares shares alice 1000
            token alice-sol sol alice 0
            token alice-nft nft alice 1 decimals:0
            token bob-nft nft bob 0 decimals:0
            token bob-a mint-a bob 1000
            token shop-items items shop 900 decimals:0
            token alice-items items alice 0 decimals:0
            token shop-a mint-a shop 0
            call stranger ff
            {lines}
            """).Length == 0, what);
    }

    [Fact]
    public void Two_hops_in_one_instruction_are_two_swaps()
    {
        var swaps = Swaps("""
            token vault-b2 mint-b pool2 5000000
            token vault-c2 mint-c pool2 5000000
            token alice-c mint-c alice 0
            call stranger ff
              transfer alice-a vault-a alice 100
              transfer vault-b vault-b2 pool 50
              transfer vault-c2 alice-c pool2 25
            """);
        Assert.Equal([(100UL, 50UL), (50UL, 25UL)], swaps.Select(s => (s.AmountIn, s.AmountOut)));
        Assert.Equal([0, 1], swaps.Select(s => s.LegIndex));
    }

    [Fact]
    public void An_account_opened_and_closed_inside_takes_its_mint_from_its_opening()
    {
        var swap = Assert.Single(Swaps("""
            call spl-token 00
            open alice temporary 2039280
            init temporary mint-c alice
            token vault-c mint-c pool 5000000
            call stranger ff
              transfer alice-a vault-a alice 100
              transfer vault-c temporary pool 50
            close temporary alice
            """));
        Assert.Equal(Scenario.Key("mint-c"), swap.MintOut);
        Assert.Equal(Scenario.Key("alice"), swap.Trader);
    }

    [Fact]
    public void Owners_that_were_not_recorded_are_told_by_who_signed_for_the_accounts()
    {
        var block = SwapText.Decode(Scenario.Read("""
            height unknown
            signer alice
            token alice-a mint-a ? 1000
            token alice-b mint-b ? 0
            token vault-a mint-a ? 5000
            token vault-b mint-b ? 5000
            call stranger ff alice alice-a alice-b vault-a vault-b pool
              transfer alice-a vault-a alice 100
              transfer vault-b alice-b pool 50
            """).Block);
        var swap = Assert.Single(block.Transactions[0].Swaps.Span.ToArray());
        Assert.Equal((100UL, 50UL), (swap.AmountIn, swap.AmountOut));
        Assert.Equal(Scenario.Key("alice"), swap.Trader);
    }

    /// <summary>A router trades from accounts of its own, nobody in the frame signed, and the pool pays first.</summary>
    [Theory]
    [InlineData("humidifi", "router pool vault-a vault-b router-a router-b", "transfer alice-a router-a alice 100", true)]
    [InlineData("humidifi", "router pool vault-a vault-b router-a router-b", "", true)]
    [InlineData("stranger", "router pool vault-a vault-b router-a router-b", "transfer alice-a router-a alice 100", true)]
    [InlineData("stranger", "router pool vault-a vault-b router-a router-b", "", false)]
    public void A_routers_own_accounts_are_the_traders_where_anything_tells_them_from_the_pool(string program, string accounts, string before, bool isTold)
    {
        var swap = Assert.Single(Swaps($"""
            token router-a mint-a router 500
            token router-b mint-b router 500
            {before}
            call jupiter-v6 c1209b3341d69c81
              call {program} ff {accounts}
                transfer vault-b router-b pool 50
                transfer router-a vault-a router 100
            """));
        Assert.Equal(isTold ? ("router", 100UL, 50UL) : ("pool", 50UL, 100UL), (swap.Trader == Scenario.Key("router") ? "router" : "pool", swap.AmountIn, swap.AmountOut));
    }

    [Fact]
    public void A_failed_transaction_has_no_swaps()
    {
        var block = SwapText.Decode(Scenario.Read(Accounts + "failed\ncall stranger ff\n  transfer alice-a vault-a alice 100\n  transfer vault-b alice-b pool 50").Block);
        Assert.Equal(0, block.Transactions[0].Swaps.Count);
        Assert.Equal((1, 1), (block.TransactionCount, block.FailedCount));
    }

    private static Swap[] Swaps(string text) => SwapText.Decode(Scenario.Read(Accounts + text).Block).Transactions[0].Swaps.Span.ToArray();
}
