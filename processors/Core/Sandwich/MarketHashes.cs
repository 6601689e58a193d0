using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Sandwich;

/// <summary>Hashes of the markets of transactions' first swaps, made once some transactions before they are read. Not thread-safe.</summary>
internal sealed class MarketHashes
{
    /// <summary>Transactions between the one that is read and the one whose hash is made.</summary>
    public const int Ahead = 4;

    private readonly uint[] _hashes = new uint[Ahead * 2];

    /// <summary>Of a transaction from the one that is read on, <see cref="Ahead"/> at most behind it; anything where it has no swap.</summary>
    public uint this[int position] => _hashes[position % _hashes.Length];

    /// <summary>Turns to a block.</summary>
    public void Begin(ReadOnlySpan<Transaction> transactions)
    {
        for (var position = 0; position < Ahead; position++) { Make(transactions, position); }
    }

    /// <summary>Goes on to a transaction of the block.</summary>
    public void Next(ReadOnlySpan<Transaction> transactions, int at) => Make(transactions, at + Ahead);

    private void Make(ReadOnlySpan<Transaction> transactions, int position)
    {
        if (position < transactions.Length && transactions[position].Swaps is { Count: > 0 } swaps) { _hashes[position % _hashes.Length] = Markets.HashOf(swaps[0]); }
    }
}
