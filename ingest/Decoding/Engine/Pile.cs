using System.Runtime.CompilerServices;

namespace Sluice.Ingest.Decoding.Engine;

/// <summary>Scratch list of structs that keeps its buffer; items are handed out by reference.</summary>
internal sealed class Pile<T>
    where T : struct
{
    private T[] _items = new T[64];

    public int Count { get; private set; }

    public Span<T> Span => _items.AsSpan(0, Count);

    public ref T this[int index] => ref _items[index];

    /// <summary>Appends an item of unspecified content.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref T Add()
    {
        if (Count == _items.Length) { Array.Resize(ref _items, _items.Length * 2); }
        return ref _items[Count++];
    }

    /// <summary>Makes room for exactly this many items of unspecified content.</summary>
    public Span<T> Resize(int count)
    {
        if (count > _items.Length) { Array.Resize(ref _items, Math.Max(count, _items.Length * 2)); }
        Count = count;
        return _items.AsSpan(0, count);
    }

    public void Clear() => Count = 0;
}
