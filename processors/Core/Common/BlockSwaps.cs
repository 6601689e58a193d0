using System.Numerics;
using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Common;

/// <summary>The swaps of a block, each with the one before that may be of its pool and the one before that may be of its token.</summary>
/// <remarks>
/// A chain holds all swaps whose keys share a place in a table; marks carry hashes that tell most of them apart, and who follows a chain compares the keys. Made of the block's digest, so
/// it looks at no swap; where a block came without, that is made first. Looks into the block when it is read, which must stay as it is. Buffers are kept. Not thread-safe.
/// </remarks>
internal sealed class BlockSwaps
{
    private const int LeastPlaces = 1_024;

    private readonly SwapDigest _own = new();
    private readonly ValueList<int> _found = new();
    private readonly ValueList<int> _money = new();
    private SwapDigest _digest;
    private RecordList<Transaction> _transactions = new();
    private int[] _lastOfPool = new int[LeastPlaces], _lastOfToken = new int[LeastPlaces]; // by the upper bits of a key's hash, the newest swap + 1; 0 for none
    private Chained[] _chained = new Chained[256];
    private int _shift;

    public BlockSwaps() => _digest = _own;

    /// <summary>How many still look into it; who makes indexes of one block after another uses one again when nobody does.</summary>
    public int Users { get; set; }

    /// <summary>Transactions of the block.</summary>
    public RecordList<Transaction> Transactions => _transactions;

    /// <summary>The digest it was made of.</summary>
    public SwapDigest Digest => _digest;

    /// <summary>Numbers of the swaps of one unit for another, such as SOL for dollars, in their order.</summary>
    public ReadOnlySpan<int> OfMoney => _money.Span;

    /// <summary>A swap by its number, in the order in which they stand in the block.</summary>
    public ref readonly SwapMark this[int number] => ref _digest.Marks[number];

    /// <summary>Turns to a block.</summary>
    public void Begin(in Block block)
    {
        _transactions = block.Transactions;
        _digest = block.Digest ?? Read(block.Transactions.Span);
        var marks = _digest.Marks;
        var places = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(LeastPlaces, marks.Length));
        _shift = 32 - BitOperations.Log2((uint)places);
        Clear(ref _lastOfPool, places);
        Clear(ref _lastOfToken, places);
        if (_chained.Length < marks.Length) { _chained = new Chained[marks.Length * 2]; }
        _money.Clear();
        Chain(marks);
    }

    /// <summary>Number of a transaction's first swap.</summary>
    /// <param name="position">Position of the transaction in the block's list.</param>
    public int FirstOf(int position) => _digest.FirstOf(position);

    /// <summary>The swap itself.</summary>
    public ref readonly Swap SwapOf(int number)
    {
        ref readonly var mark = ref this[number];
        return ref _transactions[mark.Position].Swaps[mark.Index];
    }

    /// <summary>The one before whose pool shares the place, or −1.</summary>
    public int BeforeOfPool(int number) => _chained[number].BeforeOfPool;

    /// <summary>Numbers of the swaps whose token may be this one, newest first, good until the next question. Asks memory for all of them at once.</summary>
    public ReadOnlySpan<int> Of(in Pubkey token)
    {
        _found.Clear();
        var hash = (uint)token.GetHashCode();
        for (var i = _lastOfToken[hash >> _shift] - 1; i >= 0; i = _chained[i].BeforeOfToken)
        {
            if (_chained[i].TokenHash == hash) { _found.Add(i); }
        }

        Fetch(_found.Span);
        return _found.Span;
    }

    /// <summary>Asks memory for swaps.</summary>
    public void Fetch(ReadOnlySpan<int> numbers)
    {
        var marks = _digest.Marks;
        foreach (var i in numbers) { Ahead.FetchFront(in _transactions[marks[i].Position]); }
        foreach (var i in numbers) { Ahead.FetchSwaps(in _transactions[marks[i].Position]); }
        foreach (var i in numbers) { _transactions[marks[i].Position].Swaps.Fetch(Ahead.BytesOfSwap); }
    }

    private SwapDigest Read(ReadOnlySpan<Transaction> transactions)
    {
        _own.Clear();
        for (var i = 0; i < transactions.Length; i++)
        {
            Ahead.Fetch(transactions, i, Reads.Swaps);
            _own.Take(transactions[i]);
        }

        return _own;
    }

    private void Chain(ReadOnlySpan<SwapMark> marks)
    {
        var (lastOfPool, lastOfToken, chained, shift) = (_lastOfPool, _lastOfToken, _chained, _shift);
        for (var i = 0; i < marks.Length; i++)
        {
            ref readonly var mark = ref marks[i];
            var units = SwapUnits.Of(mark);
            var token = units.BaseOf(mark);
            ref var ofPool = ref lastOfPool[mark.PoolHash >> shift];
            ref var ofToken = ref lastOfToken[token >> shift];
            chained[i] = new() { BeforeOfPool = ofPool - 1, BeforeOfToken = ofToken - 1, TokenHash = token };
            ofPool = ofToken = i + 1;
            if (units.IsMoney) { _money.Add(i); }
        }
    }

    private static void Clear(ref int[] table, int places)
    {
        if (table.Length < places) { table = new int[places]; }
        else { Array.Clear(table, 0, places); }
    }

    /// <summary>What stands before a swap.</summary>
    private struct Chained
    {
        /// <summary>The one before whose pool shares the place, or −1.</summary>
        public int BeforeOfPool;

        /// <summary>The one before whose token shares the place, or −1.</summary>
        public int BeforeOfToken;

        /// <summary>Of the token by which the swap is looked for: what is priced by the other one.</summary>
        public uint TokenHash;
    }
}
