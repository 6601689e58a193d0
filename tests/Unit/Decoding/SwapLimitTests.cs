using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Decoding;

/// <summary>The trader's own limit, from the arguments of the instruction.</summary>
public sealed class SwapLimitTests
{
    private const ulong Greatest = ulong.MaxValue;

    [Theory]
    [InlineData("raydium-amm-v4", "09+u64:7+u64:5", 5UL, false)]
    [InlineData("raydium-amm-v4", "0b+u64:7+u64:5", 7UL, true)]
    [InlineData("raydium-amm-v4", "09+u64:7+u64:0", 0UL, false)]
    [InlineData("raydium-amm-v4", "0b+u64:18446744073709551615+u64:5", Greatest, true)]
    [InlineData("raydium-amm-v4", "09+u64:7", null, false)] // cut short: none, and no failure
    [InlineData("raydium-cpmm", "8fbe5adac41e33de+u64:7+u64:5", 5UL, false)]
    [InlineData("raydium-cpmm", "37d96256a34ab4ad+u64:7+u64:5", 7UL, true)]
    [InlineData("raydium-clmm", "f8c69e91e17587c8+u64:7+u64:5+u128:0+01", 5UL, false)]
    [InlineData("raydium-clmm", "f8c69e91e17587c8+u64:7+u64:5+u128:0+00", 5UL, true)]
    [InlineData("raydium-clmm", "f8c69e91e17587c8+u64:7+u64:5+u128:0", null, false)] // the mode is cut off
    [InlineData("orca-whirlpool", "f8c69e91e17587c8+u64:7+u64:5+u128:0+01+00", 5UL, false)]
    [InlineData("orca-whirlpool", "f8c69e91e17587c8+u64:7+u64:5+u128:0+00+01", 5UL, true)]
    [InlineData("meteora-dlmm", "f8c69e91e17587c8+u64:7+u64:5", 5UL, false)]
    [InlineData("meteora-dlmm", "414b3f4ceb5b5b88+u64:7+u64:5+zero:4", 5UL, false)]
    [InlineData("meteora-dlmm", "fa49652126cf4bb8+u64:7+u64:5", 7UL, true)]
    [InlineData("meteora-dlmm", "2bd7f784893cf351+u64:7+u64:5+zero:4", 7UL, true)]
    [InlineData("meteora-dlmm", "38ade6d0ade49ccd+u64:7+00+6400", null, false)] // limits the price, not the amount
    [InlineData("meteora-dlmm", "4a62c0d6b1334b33+u64:7+00+6400+zero:4", null, false)]
    [InlineData("meteora-damm-v2", "414b3f4ceb5b5b88+u64:7+u64:5+00", 5UL, false)]
    [InlineData("meteora-damm-v2", "414b3f4ceb5b5b88+u64:7+u64:5+01", 5UL, false)] // partial fill
    [InlineData("meteora-damm-v2", "414b3f4ceb5b5b88+u64:7+u64:5+02", 5UL, true)]
    [InlineData("saros-dlmm", "f8c69e91e17587c8+u64:7+u64:5+01+01", 5UL, true)]
    public void The_limit_and_the_fixed_side_are_those_of_the_arguments(string venue, string data, ulong? limit, bool isExactOut)
    {
        var swap = Assert.Single(Decode($"{venue} {data}").Swaps.Span.ToArray());
        Assert.Equal(venue, swap.Venue);
        Assert.Equal((limit, isExactOut), (swap.LimitAmount, swap.IsExactOut));
    }

    [Fact]
    public void A_swap_of_a_program_without_a_layout_has_no_limit()
    {
        var swap = Assert.Single(Decode("stranger f8c69e91e17587c8+u64:7+u64:5").Swaps.Span.ToArray());
        Assert.Equal((null, false), (swap.LimitAmount, swap.IsExactOut));
    }

    /// <summary>A swap whose vaults stand at every index at which one of the venues has them.</summary>
    private static Transaction Decode(string call)
    {
        string[] accounts = call.Split(' ')[0] switch
        {
            "raydium-amm-v4" => ["_", "pool", "_", "_", "va", "vb"],
            "raydium-cpmm" => ["_", "_", "_", "pool", "_", "_", "va", "vb"],
            "raydium-clmm" => ["_", "_", "pool", "_", "_", "va", "vb"],
            "orca-whirlpool" => ["_", "_", "pool", "_", "va", "_", "vb"],
            "meteora-dlmm" => ["pool", "_", "va", "vb"],
            "meteora-damm-v2" => ["_", "pool", "_", "_", "va", "vb"],
            _ => ["pool", "_", "_", "_", "_", "va", "vb"],
        };
        var padded = string.Join(' ', accounts.Concat(Enumerable.Repeat("_", 17 - accounts.Length)));
        return SwapText.Decode(Scenario.Read($"""
            signer alice
            token alice-a mint-a alice 1000
            token alice-b mint-b alice 0
            token va mint-a pool 5000
            token vb mint-b pool 5000
            call {call} {padded}
              transfer alice-a va alice 7
              transfer vb alice-b pool 5
            """).Block).Transactions[0];
    }
}
