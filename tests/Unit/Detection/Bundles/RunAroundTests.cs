using Sluice.Processors.Core.Bundles;
using Sluice.Processors.Core.Sandwich;

namespace Sluice.Tests.Unit.Detection.Bundles;

/// <summary>The run around one transaction, looked for alone, is the one that reading the whole block finds.</summary>
public class RunAroundTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_is_the_run_of_the_whole_block(int seed)
    {
        var random = new Random(seed);
        var runs = 0;
        for (var round = 0; round < 200; round++)
        {
            var lines = Enumerable.Range(0, 40).Select(_ =>
                $"tx {(char)('a' + random.Next(3))}{(random.Next(4) == 0 ? " tip 5" : "")}{(random.Next(15) == 0 ? " failed" : "")}\n swap P{random.Next(30)} x{random.Next(1000)} 1 SOL > 2 M{random.Next(30)}");
            ref var block = ref new BlockText(string.Join('\n', lines)).Block;
            var transactions = block.Transactions.Span;
            var whole = new BundleFinder();
            whole.Read(block);
            runs += whole.Count;
            var around = new RunAround();
            foreach (var at in Enumerable.Range(0, transactions.Length).OrderBy(_ => random.Next()).ToArray())
            {
                var number = whole.RunOf(transactions[at].Index);
                Assert.Equal(number >= 0, around.TryFind(round, transactions, at, out var run));
                if (number >= 0) { Assert.Equal(whole.Runs[number], run); }
            }
        }

        Assert.True(runs > 400, $"{runs} runs");
    }
}
