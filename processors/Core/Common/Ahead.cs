using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Common;

/// <summary>
/// Asks for memory of transactions before their turn comes, so that a block which no longer is in the caches is not waited for list by list: first the transaction, then its lists,
/// then what stands in them, since each tells where the next one is. Changes nothing else.
/// </summary>
internal static class Ahead
{
    /// <summary>Transactions between the one that is read and those that are asked for.</summary>
    private const int Items = 6, Lists = 12, Records = 18;

    /// <summary>For those who ask for more by what stands in a transaction's lists: how far ahead these are there.</summary>
    public const int Next = 3;

    /// <summary>The same where only some are read and each is judged: of the ones whose items, lists and records are asked for, each from the one before.</summary>
    private const int Step = 2;

    private const int Line = 64, BytesOfFront = 112, MostBytes = 9 * Line;

    /// <summary>Of a transaction's first swap, with what stands before it: amounts, accounts, mints.</summary>
    public const int BytesOfSwap = 208;

    /// <summary>Asks for what comes after a position.</summary>
    /// <param name="transactions">Transactions of the block, which are read in order.</param>
    /// <param name="at">Position of the one whose turn it is.</param>
    /// <param name="what">What is read of each; a constant.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(ReadOnlySpan<Transaction> transactions, int at, [ConstantExpected] Reads what)
    {
        if (!Sse.IsSupported) { return; }
        if (at + Records < transactions.Length) { FetchRecord(in transactions[at + Records], what); }
        if (at + Lists < transactions.Length) { FetchLists(in transactions[at + Lists], what); }
        if (at + Items < transactions.Length) { FetchItems(in transactions[at + Items], what); }
    }

    /// <summary>The same for some of a block's transactions, of which each takes longer.</summary>
    /// <param name="transactions">Transactions of the block.</param>
    /// <param name="positions">Positions of those that are read, in that order.</param>
    /// <param name="at">Index of the one among them whose turn it is.</param>
    /// <param name="what">What is read of each; a constant.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(ReadOnlySpan<Transaction> transactions, ReadOnlySpan<int> positions, int at, [ConstantExpected] Reads what)
    {
        if (!Sse.IsSupported) { return; }
        if (at + (3 * Step) < positions.Length) { FetchRecord(in transactions[positions[at + (3 * Step)]], what); }
        if (at + (2 * Step) < positions.Length) { FetchLists(in transactions[positions[at + (2 * Step)]], what); }
        if (at + Step < positions.Length) { FetchItems(in transactions[positions[at + Step]], what); }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void FetchRecord(in Transaction tx, Reads what)
    {
        var first = (byte*)Unsafe.AsPointer(ref Unsafe.AsRef(in tx));
        var end = first + ((what & Reads.Record) != 0 ? Unsafe.SizeOf<Transaction>() : BytesOfFront);
        for (var line = (byte*)((nuint)first & ~(nuint)(Line - 1)); line < end; line += Line) { Sse.Prefetch0(line); }
    }

    /// <summary>Asks for the line, or the lines, of a place in memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Fetch<T>(ref readonly T place)
    {
        if (!Sse.IsSupported) { return; }
        var first = (byte*)Unsafe.AsPointer(ref Unsafe.AsRef(in place));
        for (var i = 0; i < Unsafe.SizeOf<T>(); i += Line) { Sse.Prefetch0(first + i); }
    }

    /// <summary>Asks for the place where a list will stand after so many more values: what is written to a line that is not there holds up all later writes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void FetchEnd<T>(ValueList<T> list, int more)
        where T : unmanaged
    {
        if (Sse.IsSupported) { Sse.Prefetch0((byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(list.Span)) + ((long)(list.Count + more) * sizeof(T))); }
    }

    /// <summary>Asks for what tells where a transaction's lists are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FetchFront(in Transaction tx)
    {
        if (Sse.IsSupported) { FetchRecord(tx, Reads.Swaps); }
    }

    /// <summary>When that is there, asks for its list of swaps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FetchSwaps(in Transaction tx)
    {
        if (Sse.IsSupported) { FetchLists(tx, Reads.Swaps); }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FetchLists(in Transaction tx, Reads what)
    {
        if ((what & (Reads.Swaps | Reads.WholeSwaps | Reads.WholeRoutes)) != 0) { FetchObject(tx.Swaps); }
        if ((what & (Reads.BalanceChanges | Reads.WholeRoutes)) != 0) { FetchObject(tx.BalanceChanges); }
        if ((what & Reads.LiquidityChanges) != 0) { FetchObject(tx.LiquidityChanges); }
        if ((what & Reads.Liquidations) != 0) { FetchObject(tx.Liquidations); }
        if ((what & Reads.Transfers) != 0) { FetchObject(tx.Transfers); }
        if ((what & Reads.AuthorityChanges) != 0) { FetchObject(tx.AuthorityChanges); }
        if ((what & Reads.Signers) != 0) { FetchObject(tx.Signers); }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FetchItems(in Transaction tx, Reads what)
    {
        if ((what & Reads.WholeSwaps) != 0) { tx.Swaps.Fetch(MostBytes); }
        else if ((what & Reads.Swaps) != 0) { tx.Swaps.Fetch(BytesOfSwap); }
        if ((what & Reads.BalanceChanges) != 0) { tx.BalanceChanges.Fetch(MostBytes); }
        if ((what & Reads.WholeRoutes) != 0)
        {
            tx.Swaps.Fetch(2 * MostBytes);
            tx.BalanceChanges.Fetch(MostBytes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void FetchObject(object list) => Sse.Prefetch0(*(void**)Unsafe.AsPointer(ref list));
}
