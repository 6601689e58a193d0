using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Sluice.Schemas.Records;

/// <summary>A growing list of records that hands out its slots by reference and keeps them, with their inner lists, when cleared.</summary>
/// <remarks>A reference from <see cref="Add"/> or the indexer is good until the next <see cref="Add"/>. Not thread-safe.</remarks>
public sealed class RecordList<T>
    where T : struct, IRecord
{
    private T[] _items = [];

    /// <summary>Records in the list.</summary>
    public int Count { get; private set; }

    /// <summary>The records, valid until the next <see cref="Add"/>.</summary>
    /// <remarks>The count is never more than the array's length, which is not looked at: where the array is not in the caches, that is what one would wait for.</remarks>
    public Span<T> Span => MemoryMarshal.CreateSpan(ref MemoryMarshal.GetArrayDataReference(_items), Count);

    public ref T this[int index]
    {
        get
        {
            if ((uint)index >= (uint)Count) { ThrowOutside(index); }
            return ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_items), index);
        }
    }

    /// <summary>Appends a record with every field at its default.</summary>
    public ref T Add()
    {
        if (Count == _items.Length) { Array.Resize(ref _items, Math.Max(4, _items.Length * 2)); }
        ref var item = ref _items[Count++];
        item.Reset();
        return ref item;
    }

    /// <summary>Asks memory for the first records and waits for none of it: making a span would wait for the length of the array, which stands with them. Changes nothing else.</summary>
    /// <param name="most">So many bytes of them at most.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Fetch(int most)
    {
        const int Line = 64, Header = 16; // what stands before the first record of an array
        if (!Sse.IsSupported || Count == 0) { return; }
        var array = *(byte**)Unsafe.AsPointer(ref _items);
        var end = array + Header + Math.Min(most, Count * Unsafe.SizeOf<T>());
        for (var line = (byte*)((nuint)array & ~(nuint)(Line - 1)); line < end; line += Line) { Sse.Prefetch0(line); }
    }

    /// <summary>Takes the last record off again.</summary>
    public void RemoveLast() => Count--;

    /// <summary>Empties the list; the slots keep their buffers.</summary>
    public void Clear() => Count = 0;

    [DoesNotReturn]
    private void ThrowOutside(int index) =>
        throw new ArgumentOutOfRangeException(nameof(index), index, $"The list holds {Count} records.");
}
