using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Decoding;

/// <summary>What Token-2022 mints withhold on the way into and out of a pool.</summary>
public sealed class TransferFeeTests
{
    private const string Accounts = """
        signer alice
        token alice-a mint-a alice 100000 token-2022
        token alice-b mint-b alice 0 token-2022{0}
        token va mint-a pool 500000 token-2022{1}
        token vb mint-b pool 500000 token-2022

        """;

    [Theory]
    [InlineData("raydium-cpmm 8fbe5adac41e33de+u64:1000+u64:1 alice _ _ pool alice-a alice-b va vb _ _ mint-a mint-b _")]
    [InlineData("stranger ff")] // seen by the generic detector alone
    public void A_fee_that_no_instruction_states_is_what_did_not_arrive(string call)
    {
        var swap = Swap(string.Format(Accounts, " withheld:30", " withheld:20") + $"""
            call {call}
              checked alice-a mint-a va alice 1000 token-2022
              checked vb mint-b alice-b pool 600 token-2022
            """);
        Assert.Equal((980UL, 600UL, 20UL, 30UL), (swap.AmountIn, swap.AmountOut, swap.TransferFeeIn, swap.TransferFeeOut));
    }

    [Fact]
    public void A_fee_that_the_instruction_states_is_taken_from_there()
    {
        // TransferCheckedWithFee: tag 26 and 1, amount, decimals, fee. The vault's balance is not recorded.
        var swap = Swap("""
            signer alice
            token alice-a mint-a alice 100000 token-2022
            token alice-b mint-b alice 0 token-2022
            token vb mint-b pool 500000 token-2022
            call raydium-cpmm 8fbe5adac41e33de+u64:1000+u64:1 alice _ _ pool alice-a alice-b va vb _ _ mint-a mint-b _
              call token-2022 1a01+u64:1000+06+u64:20 alice-a mint-a va alice
              checked vb mint-b alice-b pool 600 token-2022
            """);
        Assert.Equal((980UL, 600UL, 20UL), (swap.AmountIn, swap.AmountOut, swap.TransferFeeIn));
    }

    [Fact]
    public void Tokens_without_a_fee_have_none()
    {
        var swap = Swap(string.Format(Accounts, "", "") + """
            call stranger ff
              checked alice-a mint-a va alice 1000 token-2022
              checked vb mint-b alice-b pool 600 token-2022
            """);
        Assert.Equal((1000UL, null, null), (swap.AmountIn, swap.TransferFeeIn, swap.TransferFeeOut));
    }

    private static Swap Swap(string text) => Assert.Single(SwapText.Decode(Scenario.Read(text).Block).Transactions[0].Swaps.Span.ToArray());
}
