using Sluice.Processors.Core.Common;
using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Arbitrage;

/// <summary>
/// Makes one index of a block for all that its arbitrages ask for: which transactions may be one, prices, what SOL was traded for in it, and which swaps may have caused one. Not thread-safe.
/// </summary>
public sealed class ArbitrageBlock
{
    private readonly GroupPrices _prices = new();
    private readonly ArbitrageDetector _detector = new();
    private RecordList<Transaction>? _transactions;
    private SwapDigest? _digest; // none where the block is context only

    /// <summary>Positions in the block's list of the transactions that succeeded and swap at least twice: all that may be an arbitrage. None for a block that is context only.</summary>
    public ReadOnlySpan<int> Routes => _digest is null ? [] : _digest.Routes;

    /// <summary>The other transactions that swap or failed, by the quick rule which turns them down: <see cref="ArbitrageVerdict.FailedTransaction"/>.</summary>
    public int Failed => _digest?.Failed ?? 0;

    /// <summary>Likewise <see cref="ArbitrageVerdict.FewerThanTwoSwaps"/>.</summary>
    public int WithOneSwap => _digest?.WithOneSwap ?? 0;

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
        var values = _prices.Take(block, out var swaps);
        _digest = block.IsContext ? null : swaps.Digest;
        Context.Begin(block, swaps);
        Causes.Begin(swaps);
        return values;
    }

    /// <summary>Judges one of <see cref="Routes"/>, which are judged one after the other, and fills <paramref name="finding"/> when it is an arbitrage; else the finding stays as it is.</summary>
    /// <param name="route">Index in <see cref="Routes"/>.</param>
    /// <param name="finding">An empty record.</param>
    public ArbitrageVerdict Judge(int route, ref Schemas.Records.Arbitrage finding)
    {
        ReadOnlySpan<Transaction> transactions = _transactions!.Span;
        var routes = _digest!.Routes;
        Ahead.Fetch(transactions, routes, route, Reads.Record | Reads.WholeRoutes);
        return _detector.Judge(transactions[routes[route]], Context, ref finding);
    }
}
