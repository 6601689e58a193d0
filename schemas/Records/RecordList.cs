using System.Diagnostics.CodeAnalysis;

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
    public Span<T> Span => _items.AsSpan(0, Count);

    public ref T this[int index]
    {
        get
        {
            if ((uint)index >= (uint)Count) { ThrowOutside(index); }
            return ref _items[index];
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

    /// <summary>Takes the last record off again.</summary>
    public void RemoveLast() => Count--;

    /// <summary>Empties the list; the slots keep their buffers.</summary>
    public void Clear() => Count = 0;

    [DoesNotReturn]
    private void ThrowOutside(int index) =>
        throw new ArgumentOutOfRangeException(nameof(index), index, $"The list holds {Count} records.");
}
