using Sluice.Processors.Core.Common;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Prices;

/// <summary>
/// Price books for blocks that come one after another: the one of the group at hand, and the one that the last slot of a group begins for the next. Whoever values
/// a block's findings right after <see cref="Take(in Block)"/> has the prices of slots 4 · group − 1 to that block, however the blocks were partitioned.
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
    public PriceBook Take(in Block block) => Take(block, out _);

    /// <summary>The same, and gives the index of the block's swaps, good until the next block is taken.</summary>
    internal PriceBook Take(in Block block, out BlockSwaps swaps)
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
        swaps.Begin(block);
        book?.TakeLater(swaps);
        next?.TakeLater(swaps);
        _feed.Begin(block.Transactions, book, next);
        swaps.Fetch(swaps.OfMoney);
        foreach (var number in swaps.OfMoney)
        {
            ref readonly var mark = ref swaps[number];
            if (mark.IsSuccess) { _feed.Take(mark.Position, mark.Index, swaps.SwapOf(number), SwapUnits.Of(mark)); }
        }

        _feed.End();
        return _current;
    }

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
