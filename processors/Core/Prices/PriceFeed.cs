using System.Runtime.CompilerServices;
using Sluice.Processors.Core.Common;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Prices;

/// <summary>Gives the swaps of a block that tell a price to one or two books.</summary>
/// <remarks>
/// Some at a time, in three steps: as each comes its place in the books is asked for, then what stands there, then it is entered. So a book is never waited for, however large it is.
/// Not thread-safe.
/// </remarks>
internal sealed class PriceFeed
{
    private const int Most = 32;

    private readonly Entry[] _entries = new Entry[Most];
    private RecordList<Transaction>? _transactions;
    private PriceBook? _book, _other;
    private int _count;

    /// <summary>Turns to a block, whose swaps are given by <see cref="Take"/> up to <see cref="End"/>.</summary>
    /// <param name="block">The block's transactions.</param>
    /// <param name="book">A book that has turned to it, if any.</param>
    /// <param name="other">Another one, if any.</param>
    public void Begin(RecordList<Transaction> block, PriceBook? book, PriceBook? other)
    {
        (_book, _other) = book is null ? (other, null) : (book, other);
        _transactions = block;
        _count = 0;
    }

    /// <summary>Takes a swap of a successful transaction.</summary>
    /// <param name="position">Position of the transaction in the block's list.</param>
    /// <param name="index">Which of its swaps.</param>
    /// <param name="swap">The swap.</param>
    /// <param name="units">Its units.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Take(int position, int index, in Swap swap, SwapUnits units)
    {
        if (!units.HasQuote || _book is null) { return; }
        var quote = units.QuoteOf(swap.AmountIn, swap.AmountOut);
        if (quote < units.Dust || swap.AmountIn == 0 || swap.AmountOut == 0 || !PriceBook.IsSource(swap.Source, swap.Venue)) { return; }
        ref var entry = ref _entries[_count];
        (entry.Position, entry.Index, entry.Quote, entry.QuoteIsIn) = (position, index, quote, units.QuoteIsIn);
        ref readonly var coin = ref units.BaseOf(swap);
        ref readonly var money = ref units.QuoteOf(swap);

        // Field by field, each in one go: what is put together elsewhere first and copied as a whole is waited for.
        entry.Pair.Pool = swap.Pool;
        entry.Pair.Base = coin;
        entry.Pair.Quote = money;
        if (units.HasDollar)
        {
            entry.Pair.Base = PriceBook.Canonical(coin);
            entry.Pair.Quote = PriceBook.Canonical(money);
        }

        entry.Hash = KeyIndex<PoolPair>.HashOf(entry.Pair);
        _book.FetchPlace(entry.Hash);
        _other?.FetchPlace(entry.Hash);
        if (++_count == Most) { Enter(); }
    }

    /// <summary>The block has no more.</summary>
    public void End() => Enter();

    /// <summary>Gives all swaps of a block.</summary>
    public void Give(in Block block, PriceBook book)
    {
        Begin(block.Transactions, book, null);
        ReadOnlySpan<Transaction> transactions = block.Transactions.Span;
        for (var i = 0; i < transactions.Length; i++)
        {
            Ahead.Fetch(transactions, i, Reads.Swaps);
            ref readonly var tx = ref transactions[i];
            if (tx.Status != TransactionStatus.Success) { continue; }
            var swaps = tx.Swaps.Span;
            for (var s = 0; s < swaps.Length; s++) { Take(i, s, swaps[s], SwapUnits.Of(swaps[s])); }
        }

        End();
    }

    private void Enter()
    {
        if (_count == 0) { return; }
        Enter(_book!);
        if (_other is not null) { Enter(_other); }
        _count = 0;
    }

    private void Enter(PriceBook book)
    {
        ReadOnlySpan<Entry> entries = _entries.AsSpan(0, _count);
        foreach (ref readonly var entry in entries) { book.FetchPool(entry.Hash); }
        foreach (ref readonly var entry in entries)
        {
            book.Take(_transactions![entry.Position].Swaps[entry.Index], entry.Pair, entry.Hash, entry.QuoteIsIn, entry.Quote);
        }
    }

    private struct Entry
    {
        public PoolPair Pair;
        public ulong Quote;
        public uint Hash;
        public int Position, Index;
        public bool QuoteIsIn;
    }
}
