using Sluice.Processors.Core.Common;
using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Arbitrage;

/// <summary>
/// Reads a block once for all that its arbitrages ask for: which transactions may be one, prices, what SOL was traded for in it, and which swaps may have caused one. Not thread-safe.
/// </summary>
public sealed class ArbitrageBlock
{
    private readonly GroupPrices _prices = new();
    private readonly ArbitrageDetector _detector = new();
    private readonly ValueList<int> _routes = new();
    private RecordList<Transaction>? _transactions;

    /// <summary>Positions in the block's list of the transactions that succeeded and swap at least twice: all that may be an arbitrage. None for a block that is context only.</summary>
    public ReadOnlySpan<int> Routes => _routes.Span;

    /// <summary>The other transactions that swap or failed, by the quick rule which turns them down: <see cref="ArbitrageVerdict.FailedTransaction"/>.</summary>
    public int Failed { get; private set; }

    /// <summary>Likewise <see cref="ArbitrageVerdict.FewerThanTwoSwaps"/>.</summary>
    public int WithOneSwap { get; private set; }

    /// <summary>Slot from which on the blocks that were taken must stay as they are, but for the last one, which must anyway: prices may still be asked of them; greater than any where none may.</summary>
    public long First => _prices.First;

    /// <summary>What verdicts need to know of the block.</summary>
    public BlockContext Context { get; } = new();

    /// <summary>Finds causes in the block.</summary>
    public CauseFinder Causes { get; } = new(new CauseRules());

    /// <summary>Reads a block, which must stay unchanged while it is judged; of one that is context only prices are kept. Returns the prices to value its findings with.</summary>
    public PriceBook Take(in Block block)
    {
        _transactions = block.Transactions;
        _routes.Clear();
        Failed = WithOneSwap = 0;
        if (block.IsContext) { return _prices.Take(block); }
        var values = _prices.Begin(block, out var swaps);
        Context.Begin(block, isTold: true, swaps);
        Causes.Begin(block, swaps);
        TakeAll(block, swaps);
        return values;
    }

    /// <summary>Judges one of <see cref="Routes"/>, which are judged one after the other, and fills <paramref name="finding"/> when it is an arbitrage; else the finding stays as it is.</summary>
    /// <param name="route">Index in <see cref="Routes"/>.</param>
    /// <param name="finding">An empty record.</param>
    public ArbitrageVerdict Judge(int route, ref Schemas.Records.Arbitrage finding)
    {
        ReadOnlySpan<Transaction> transactions = _transactions!.Span;
        Ahead.Fetch(transactions, _routes.Span, route, Reads.Record | Reads.WholeRoutes);
        return _detector.Judge(transactions[_routes[route]], Context, ref finding);
    }

    private void TakeAll(in Block block, BlockSwaps index)
    {
        ReadOnlySpan<Transaction> transactions = block.Transactions.Span;
        for (var i = 0; i < transactions.Length; i++)
        {
            Ahead.Fetch(transactions, i, Reads.Swaps);
            ref readonly var tx = ref transactions[i];
            var swaps = tx.Swaps.Span;
            if (tx.Status != TransactionStatus.Success) { Failed++; }
            else if (swaps.Length == 1) { WithOneSwap++; }
            else if (swaps.Length > 1) { _routes.Add(i); }

            index.Begin(i);
            for (var s = 0; s < swaps.Length; s++)
            {
                ref readonly var swap = ref swaps[s];
                var units = SwapUnits.Of(swap);
                _prices.Add(i, s, tx, swap, units, index);
                if (units.IsSolForDollar && swap.AmountIn > 0 && swap.AmountOut > 0) { Context.TakeSolForDollar(swap); }
            }
        }

        _prices.End();
    }
}
