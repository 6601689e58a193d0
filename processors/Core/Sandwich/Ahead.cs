using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Sandwich;

/// <summary>Asks for memory of a transaction before its turn comes, so that a block which no longer is in the caches is not waited for list by list. Changes nothing else.</summary>
internal static class Ahead
{
    /// <summary>Transactions between the one that is read and the one that is asked for.</summary>
    public const int Distance = 4;

    private const int Line = 64, MostLines = 8;

    public static void Fetch(in Transaction tx)
    {
        if (!Sse.IsSupported || tx.Swaps.Count == 0) { return; }
        Fetch(tx.Swaps.Span);
        Fetch(tx.BalanceChanges.Span);
    }

    private static unsafe void Fetch<T>(Span<T> items)
    {
        var first = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(items));
        var lines = Math.Min(MostLines, (items.Length * Unsafe.SizeOf<T>() / Line) + 1);
        for (var i = 0; i < lines; i++) { Sse.Prefetch0(first + (i * Line)); }
    }
}
