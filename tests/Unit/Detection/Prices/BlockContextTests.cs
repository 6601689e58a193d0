using Sluice.Processors.Core.Arbitrage;
using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Records;
using static Sluice.Tests.Unit.Detection.ArbitrageCase;

namespace Sluice.Tests.Unit.Detection.Prices;

/// <summary>What SOL was traded for in a block.</summary>
public class BlockContextTests
{
    [Fact]
    public void Prices_are_sums_of_a_blocks_swaps_and_a_dollar_without_swaps_has_that_of_the_others()
    {
        var context = new BlockContext();
        context.Begin(BlockOf("swap P1 alice 1000 SOL > 20 TOK", "swap P2 bob 10 TOK > 600 SOL", "swap P3 bob 300 SOL > 45 USDC", "swap P4 bob 5 TOK > 7 USDC", "swap P5 bob 0 SOL > 7 TOK")[0]);
        Assert.Equal((1_600, 30), Told(context, "TOK"));
        Assert.Equal((300, 45), Told(context, "USDC"));
        Assert.Equal((300, 45), Told(context, "USDT"));
        Assert.Equal((0, 0), Told(context, "WIF"));
    }

    [Fact]
    public void They_are_the_same_where_the_block_is_read_once_for_all()
    {
        string[] tokens = ["TOK", "WIF", "JITOSOL", "USDC", "USDT", "SOL"];
        var random = new Random(5);
        var once = new ArbitrageBlock();
        for (var slot = 1; slot < 100; slot++)
        {
            var swaps = new List<string>();
            for (var i = random.Next(10); i > 0; i--)
            {
                var (paid, got) = (random.Next(6), random.Next(6));
                if (paid != got) { swaps.Add($"swap P{i} alice {random.Next(3)} {tokens[paid]} > {random.Next(3)} {tokens[got]}"); }
            }

            var block = BlockOf([.. swaps]);
            block[0].Slot = slot;
            once.Take(block[0]);
            var context = new BlockContext();
            context.Begin(block[0]);
            random.Shuffle(tokens);
            foreach (var token in tokens) { Assert.Equal(Told(context, token), Told(once.Context, token)); }
            Array.Sort(tokens);
        }
    }

    private static (int Lamports, int Tokens) Told(BlockContext context, string token) =>
        context.PriceOf(MintOf(token)) is var price && price.IsKnown ? ((int)price.Lamports, (int)price.Tokens) : (0, 0);

    private static RecordList<Block> BlockOf(params string[] cases)
    {
        var list = new RecordList<Block>();
        ref var block = ref list.Add();
        foreach (var text in cases) { block.Transactions.Add() = new ArbitrageCase(text).Tx; }
        return list;
    }
}
