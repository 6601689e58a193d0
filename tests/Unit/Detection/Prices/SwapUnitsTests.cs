using Sluice.Processors.Core.Common;
using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Detection.Prices;

public class SwapUnitsTests
{
    private const string Staked = "J1toso1uCk3RLmjorhTtrVwY9HJ7X8V9yYac6Y7kGCPn", Token = "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263";

    public static TheoryData<string, MintUnit> Units => new()
    {
        { WellKnown.WrappedSol.ToString(), MintUnit.Sol },
        { WellKnown.Usdc.ToString(), MintUnit.Dollar },
        { WellKnown.Usdt.ToString(), MintUnit.Dollar },
        { Staked, MintUnit.StakedSol },
        { "mSoLzYCxHdYgdzU16g5QSh3i5K3z3KZK7ytfqcJm7So", MintUnit.StakedSol },
        { "USDSwr9ApdHk5bvJKMjzff41FfuX8bSxdKcR81vTwcA", MintUnit.Dollar },
        { Token, MintUnit.None },
    };

    [Theory, MemberData(nameof(Units))]
    public void A_unit_is_that_of_the_whole_key(string text, MintUnit unit)
    {
        var mint = Pubkey.Parse(text);
        Assert.Equal(unit, KnownMints.UnitOf(mint));
        var bytes = mint.Bytes.ToArray();
        bytes[0] ^= 1;
        Assert.Equal(MintUnit.None, KnownMints.UnitOf(new Pubkey(bytes)));
    }

    [Theory]
    [InlineData(Token, null, true)] // null stands for wrapped SOL
    [InlineData(Staked, null, true)]
    [InlineData(Token, Staked, true)]
    [InlineData(Token, Token, false)]
    [InlineData(null, null, false)]
    public void The_higher_unit_is_the_quote_in_either_direction(string? coin, string? quote, bool hasQuote)
    {
        var (priced, money) = (Mint(coin), Mint(quote));
        foreach (var quoteIsIn in (bool[])[true, false])
        {
            var swap = new Swap { AmountIn = quoteIsIn ? 7UL : 5UL, AmountOut = quoteIsIn ? 5UL : 7UL };
            (swap.MintIn, swap.MintOut) = quoteIsIn ? (money, priced) : (priced, money);
            var units = SwapUnits.Of(swap);
            Assert.Equal(hasQuote, units.HasQuote);
            if (!hasQuote) { continue; }
            Assert.Equal(quoteIsIn, units.QuoteIsIn);
            Assert.Equal(7UL, units.QuoteOf(swap.AmountIn, swap.AmountOut));
            Assert.Equal(money, units.QuoteOf(swap));
            Assert.Equal(priced, units.BaseOf(swap));
            Assert.Equal(PriceRules.DustLamports, units.Dust);
        }
    }

    private static Pubkey Mint(string? text) => text is null ? WellKnown.WrappedSol : Pubkey.Parse(text);
}
