using Sluice.Processors.Core.Common;
using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Arbitrage;

/// <summary>Reads a block once for all that its arbitrages ask for: prices, what SOL was traded for in it, and which swaps may have caused one. Not thread-safe.</summary>
public sealed class ArbitrageBlock
{
    private readonly GroupPrices _prices = new();

    /// <summary>What verdicts need to know of the block.</summary>
    public BlockContext Context { get; } = new();

    /// <summary>Finds causes in the block.</summary>
    public CauseFinder Causes { get; } = new(new CauseRules());

    /// <summary>Reads a block, which must stay unchanged while it is judged; of one that is context only prices are kept. Returns the prices to value its findings with.</summary>
    public PriceBook Take(in Block block)
    {
        var values = _prices.Begin(block, out var book, out var next);
        if (!block.IsContext)
        {
            Context.Begin(block, isTold: true);
            Causes.Begin(block, isTold: true);
        }

        ReadOnlySpan<Transaction> transactions = block.Transactions.Span;
        for (var i = 0; i < transactions.Length; i++)
        {
            Ahead.Fetch(transactions, i, Reads.Swaps);
            ref readonly var tx = ref transactions[i];
            if (!block.IsContext)
            {
                Context.Take(tx.Swaps.Span);
                Causes.Take(i, tx.Swaps.Span);
            }

            if (tx.Status == TransactionStatus.Success) { PriceBook.Take(tx.Swaps.Span, block.Slot, book, next); }
        }

        return values;
    }
}
