using System.Numerics;
using System.Runtime.CompilerServices;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Common;

/// <summary>The swaps of a block, each with the one before that may be of its pool and the one before that may be of its token.</summary>
/// <remarks>
/// A chain holds all swaps whose keys share a place in a table; entries carry a hash that tells most of them apart, and who follows a chain compares the keys. Making the index costs
/// some writes a swap and no look at another one. Looks into the block when it is read, which must stay as it is. Buffers are kept over <see cref="Begin(RecordList{Transaction})"/>. Not thread-safe.
/// </remarks>
internal sealed class BlockSwaps
{
    private const int LeastPlaces = 1_024;

    private int[] _lastOfPool = new int[LeastPlaces], _lastOfToken = new int[LeastPlaces]; // by the upper bits of a key's hash, the newest entry + 1; 0 for none
    private Entry[] _entries = new Entry[256];
    private int[] _firstOf = new int[256]; // first entry of a transaction
    private RecordList<Transaction> _transactions = new();
    private readonly ValueList<int> _found = new();
    private int _shift;

    /// <summary>How many still look into it; who makes indexes of one block after another uses one again when nobody does.</summary>
    public int Users { get; set; }

    /// <summary>Swaps so far.</summary>
    public int Count { get; private set; }

    /// <summary>Transactions of the block.</summary>
    public RecordList<Transaction> Transactions => _transactions;

    /// <summary>A swap by its number, in the order in which they were added.</summary>
    public ref readonly Entry this[int number] => ref _entries[number];

    /// <summary>Turns to a block, whose swaps are given by <see cref="Begin(int)"/> and <see cref="Add"/>.</summary>
    public void Begin(RecordList<Transaction> transactions)
    {
        _transactions = transactions;
        Count = 0;
        var places = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(LeastPlaces, transactions.Count * 2));
        _shift = 32 - BitOperations.Log2((uint)places);
        Clear(ref _lastOfPool, places);
        Clear(ref _lastOfToken, places);
        if (_firstOf.Length < transactions.Count) { _firstOf = new int[transactions.Count * 2]; }
    }

    /// <summary>Turns to the next transaction.</summary>
    /// <param name="position">Its position in the block's list.</param>
    public void Begin(int position) => _firstOf[position] = Count;

    /// <summary>Adds its next swap.</summary>
    /// <param name="position">Position of the transaction in the block's list.</param>
    /// <param name="txIndex">Position in the block.</param>
    /// <param name="index">Which of its swaps.</param>
    /// <param name="swap">The swap.</param>
    /// <param name="token">The one of its mints by which it is looked for.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int position, int txIndex, int index, in Swap swap, in Pubkey token)
    {
        if (Count == _entries.Length) { Array.Resize(ref _entries, Count * 2); }
        var (pool, mint) = ((uint)swap.Pool.GetHashCode(), (uint)token.GetHashCode());
        ref var lastOfPool = ref _lastOfPool[pool >> _shift];
        ref var lastOfToken = ref _lastOfToken[mint >> _shift];
        _entries[Count] = new()
        {
            Position = position,
            TxIndex = txIndex,
            Swap = index,
            BeforeOfPool = lastOfPool - 1,
            BeforeOfToken = lastOfToken - 1,
            PoolHash = pool,
            TokenHash = mint,
        };
        lastOfPool = lastOfToken = ++Count;
    }

    /// <summary>Number of a transaction's first swap.</summary>
    public int FirstOf(int position) => _firstOf[position];

    /// <summary>The swap itself.</summary>
    public ref readonly Swap SwapOf(int number) => ref _transactions[_entries[number].Position].Swaps[_entries[number].Swap];

    /// <summary>Numbers of the swaps whose token may be this one, newest first, good until the next question. Asks memory for all of them at once.</summary>
    public ReadOnlySpan<int> Of(in Pubkey token)
    {
        _found.Clear();
        var hash = (uint)token.GetHashCode();
        for (var i = _lastOfToken[hash >> _shift] - 1; i >= 0; i = _entries[i].BeforeOfToken)
        {
            if (_entries[i].TokenHash == hash) { _found.Add(i); }
        }

        var found = _found.Span;
        foreach (var i in found) { Ahead.FetchFront(in _transactions[_entries[i].Position]); }
        foreach (var i in found) { Ahead.FetchSwaps(in _transactions[_entries[i].Position]); }
        foreach (var i in found) { _transactions[_entries[i].Position].Swaps.Fetch(most: Unsafe.SizeOf<Swap>()); }
        return found;
    }

    private static void Clear(ref int[] table, int places)
    {
        if (table.Length < places) { table = new int[places]; }
        else { Array.Clear(table, 0, places); }
    }

    /// <summary>Where a swap stands, and what stands before it.</summary>
    internal struct Entry
    {
        /// <summary>Position of its transaction in the block's list.</summary>
        public int Position;

        /// <summary>Position of its transaction in the block.</summary>
        public int TxIndex;

        /// <summary>Which of its transaction's swaps.</summary>
        public int Swap;

        /// <summary>The one before whose pool shares the place, or −1.</summary>
        public int BeforeOfPool;

        /// <summary>The one before whose token shares the place, or −1.</summary>
        public int BeforeOfToken;

        /// <summary>Of the pool.</summary>
        public uint PoolHash;

        /// <summary>Of the token.</summary>
        public uint TokenHash;
    }
}
