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
    private PriceBook _current = New();
    private PriceBook _next = New();

    /// <summary>Takes a block, or a neighbour of a group that came as context, and returns the prices to value its findings with.</summary>
    public PriceBook Take(in Block block)
    {
        var values = Begin(block, out var book, out var next);
        if (book is not null || next is not null) { _feed.Give(block, book, next); }
        return values;
    }

    /// <summary>Turns to a block, whose successful transactions are given one by one to the books that are to take it; returns the one to value its findings with.</summary>
    internal PriceBook Begin(in Block block, out PriceBook? book, out PriceBook? next)
    {
        book = next = null;
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

        return _current;
    }

    private static PriceBook New()
    {
        var book = new PriceBook();
        book.BeginGroup(-1);
        return book;
    }
}
