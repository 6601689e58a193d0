namespace Sluice.Schemas.Records;

/// <summary>What a block's swaps trade, side by side: who looks for some of them need not go to every transaction for its list. Not thread-safe.</summary>
/// <remarks>
/// Follows from the block's transactions, which must not change after they were taken; topics do not carry it. Whoever makes a block takes each transaction when it is finished and still in the
/// caches, which costs little there, and much later. Buffers are kept over <see cref="Clear"/>.
/// </remarks>
public sealed class SwapDigest
{
    private readonly ValueList<SwapMark> _marks = new();
    private readonly ValueList<int> _first = new();
    private readonly ValueList<int> _routes = new();

    /// <summary>Transactions that were taken.</summary>
    public int Transactions => _first.Count;

    /// <summary>The swaps, transaction by transaction, in execution order.</summary>
    public ReadOnlySpan<SwapMark> Marks => _marks.Span;

    /// <summary>Positions, in the block's list, of transactions that succeeded and swap at least twice.</summary>
    public ReadOnlySpan<int> Routes => _routes.Span;

    /// <summary>Transactions that succeeded and swap once.</summary>
    public int WithOneSwap { get; private set; }

    /// <summary>Transactions that failed.</summary>
    public int Failed { get; private set; }

    /// <summary>Index in <see cref="Marks"/> of a transaction's first swap, or where it would stand.</summary>
    /// <param name="position">Position of the transaction in the block's list.</param>
    public int FirstOf(int position) => _first[position];

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        _marks.Clear();
        _first.Clear();
        _routes.Clear();
        WithOneSwap = Failed = 0;
    }

    /// <summary>Takes the next transaction of the block's list.</summary>
    public void Take(in Transaction tx)
    {
        var position = _first.Count;
        _first.Add(_marks.Count);
        var swaps = tx.Swaps.Span;
        if (tx.Status != TransactionStatus.Success) { Failed++; }
        else if (swaps.Length == 1) { WithOneSwap++; }
        else if (swaps.Length > 1) { _routes.Add(position); }
        for (var i = 0; i < swaps.Length; i++) { _marks.Add(new(position, i, tx, swaps[i])); }
    }
}
