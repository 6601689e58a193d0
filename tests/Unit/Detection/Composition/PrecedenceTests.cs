using Sluice.Processors.Core.Arbitrage;
using Sluice.Processors.Core.Composition;
using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Detection.Composition;

public class PrecedenceTests
{
    private const string Cycle = """
        swap P1 alice 1000000 SOL > 150000 USDC
        swap P2 alice 150000 USDC > 1100000 SOL
        """;

    [Fact]
    public void The_stronger_claim_comes_first()
    {
        Assert.Equal(
            [LegClaim.Liquidation, LegClaim.Arbitrage, LegClaim.SandwichLeg, LegClaim.SandwichVictim, LegClaim.None],
            Enum.GetValues<LegClaim>().Order());
    }

    [Fact]
    public void An_arbitrage_explains_its_swaps()
    {
        var (precedence, block) = Judge(Cycle, out var tx);
        Assert.Equal(LegClaim.Arbitrage, precedence.ClaimOf(tx, block));
        Assert.True(precedence.Explains(tx, block));
    }

    [Theory]
    [InlineData("swap P1 alice 1000000 SOL > 150000 USDC")]
    [InlineData(Cycle + "\nfailed")]
    [InlineData("swap P1 alice 1000000 SOL > 150000 USDC\nswap P2 alice 150000 USDC > 900000 SOL")]
    public void Trades_losses_and_failed_transactions_explain_nothing(string text)
    {
        var (precedence, block) = Judge(text, out var tx);
        Assert.Equal(LegClaim.None, precedence.ClaimOf(tx, block));
        Assert.False(precedence.Explains(tx, block));
    }

    [Fact]
    public void A_liquidation_explains_its_swaps_and_is_no_arbitrage()
    {
        var (precedence, block) = Judge(Cycle, out var tx, liquidates: true);
        Assert.Equal(LegClaim.Liquidation, precedence.ClaimOf(tx, block));
        Assert.Equal(ArbitrageVerdict.Liquidation, new ArbitrageDetector().Judge(tx, block));
        Assert.Equal("liquidation", ArbitrageRuleNames.NameOf(ArbitrageVerdict.Liquidation));
    }

    [Fact]
    public void A_failed_liquidation_explains_nothing()
    {
        var (precedence, block) = Judge(Cycle + "\nfailed", out var tx, liquidates: true);
        Assert.Equal(LegClaim.None, precedence.ClaimOf(tx, block));
    }

    private static (Precedence Precedence, BlockContext Block) Judge(string text, out Transaction tx, bool liquidates = false)
    {
        var blocks = new RecordList<Block>();
        ref var block = ref blocks.Add();
        ref var added = ref block.Transactions.Add();
        added = new ArbitrageCase(text).Tx;
        if (liquidates) { added.Liquidations.Add(); }
        tx = added;
        var context = new BlockContext();
        context.Begin(block);
        return (new Precedence(), context);
    }
}
