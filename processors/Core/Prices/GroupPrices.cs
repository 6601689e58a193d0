using System.Runtime.CompilerServices;
using Sluice.Processors.Core.Common;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Prices;

/// <summary>
/// Price books for blocks that come one after another: the one of the group at hand, and the one that the last slot of a group begins for the next. Whoever values
/// a block's findings right after <see cref="Take"/> has the prices of slots 4 · group − 1 to that block, however the blocks were partitioned.
/// </summary>
public sealed class GroupPrices
{
    /// <summary>Slots that are held at most: a group's, and the one before.</summary>
    public const int Slots = 5;

    private readonly PriceFeed _feed = new();
    private readonly List<BlockSwaps> _indexes = [];
    private PriceBook _current = New();
    private PriceBook _next = New();

    /// <summary>Slot from which on blocks must stay as they are, since a question may still make the prices look into them; greater than any where there are none.</summary>
    public long First => Math.Min(_current.FirstLater, _next.FirstLater);

    /// <summary>Takes a block, or a neighbour of a group that came as context, and returns the prices to value its findings with.</summary>
    public PriceBook Take(in Block block)
    {
        var values = Begin(block, out var swaps);
        ReadOnlySpan<Transaction> transactions = block.Transactions.Span;
        for (var i = 0; i < transactions.Length; i++)
        {
            Ahead.Fetch(transactions, i, Reads.Swaps);
            ref readonly var tx = ref transactions[i];
            swaps.Begin(i);
            for (var s = 0; s < tx.Swaps.Count; s++) { Add(i, s, tx, tx.Swaps[s], SwapUnits.Of(tx.Swaps[s]), swaps); }
        }

        End();
        return values;
    }

    /// <summary>Turns to a block, whose swaps are given one by one by <see cref="Add"/>, transaction by transaction; returns the prices to value its findings with.</summary>
    /// <param name="swaps">Index of the block's swaps, which turned to it.</param>
    internal PriceBook Begin(in Block block, out BlockSwaps swaps)
    {
        PriceBook? book = null, next = null;
        var group = block.Slot >> 2;
        if (!block.IsContext)
        {
            // Blocks that come once more, from further back, are valued as the first time: at what was known then.
            if (_current.Group != group || block.Slot < _current.Newest)
            {
                if (_next.Group == group) { (_current, _next) = (_next, _current); }
                else { _current.BeginGroup(group); }
            }

            if (_current.TryBeginBlock(block.Slot)) { book = _current; }
        }

        if ((block.Slot & 3) == 3)
        {
            if (_next.Group != group + 1 || block.Slot < _next.Newest) { _next.BeginGroup(group + 1); }
            if (_next.TryBeginBlock(block.Slot)) { next = _next; }
        }

        swaps = Free();
        swaps.Begin(block.Transactions);
        book?.TakeLater(swaps);
        next?.TakeLater(swaps);
        _feed.Begin(block.Transactions, book, next);
        return _current;
    }

    /// <summary>Takes the next swap of the block.</summary>
    /// <param name="position">Position of its transaction in the block's list.</param>
    /// <param name="index">Which of the transaction's swaps.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Add(int position, int index, in Transaction tx, in Swap swap, SwapUnits units, BlockSwaps swaps)
    {
        swaps.Add(position, tx.Index, index, swap, units.BaseOf(swap));
        if (units.IsMoney) { AddMoney(position, index, tx, swap, units); }
    }

    /// <summary>Apart, since it is rare: what most swaps go through stays short.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddMoney(int position, int index, in Transaction tx, in Swap swap, SwapUnits units)
    {
        if (tx.Status == TransactionStatus.Success) { _feed.Take(position, index, swap, units); }
    }

    /// <summary>The block has no more.</summary>
    internal void End() => _feed.End();

    private BlockSwaps Free()
    {
        foreach (var swaps in _indexes)
        {
            if (swaps.Users == 0) { return swaps; }
        }

        _indexes.Add(new());
        return _indexes[^1];
    }

    private static PriceBook New()
    {
        var book = new PriceBook();
        book.BeginGroup(-1);
        return book;
    }
}
