using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sluice.Schemas.Records;

/// <summary>A growing list of plain values (numbers, keys, texts) that keeps its buffer when cleared. Not thread-safe.</summary>
public sealed class ValueList<T>
{
    private T[] _items;

    public ValueList(int capacity = 0) => _items = capacity == 0 ? [] : new T[capacity];

    /// <summary>Values in the list.</summary>
    public int Count { get; private set; }

    /// <summary>The values, valid until the next append.</summary>
    public Span<T> Span => MemoryMarshal.CreateSpan(ref MemoryMarshal.GetArrayDataReference(_items), Count);

    public ref T this[int index]
    {
        get
        {
            if ((uint)index >= (uint)Count) { ThrowOutside(index); }
            return ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_items), index);
        }
    }

    /// <summary>Appends a value.</summary>
    public void Add(T value)
    {
        if (Count == _items.Length) { Grow(Count + 1); }
        _items[Count++] = value;
    }

    /// <summary>Appends values.</summary>
    public void AddRange(ReadOnlySpan<T> values) => values.CopyTo(Reserve(values.Length));

    /// <summary>Appends <paramref name="count"/> slots of unspecified content and hands them out to be filled.</summary>
    public Span<T> Reserve(int count)
    {
        if (Count + count > _items.Length) { Grow(Count + count); }
        var span = _items.AsSpan(Count, count);
        Count += count;
        return span;
    }

    /// <summary>Cuts the list down to <paramref name="count"/> values.</summary>
    public void Truncate(int count)
    {
        if ((uint)count > (uint)Count) { ThrowOutside(count); }
        Count = count;
    }

    /// <summary>Empties the list; the buffer stays.</summary>
    public void Clear() => Count = 0;

    private void Grow(int needed) => Array.Resize(ref _items, Math.Max(Math.Max(4, needed), _items.Length * 2));

    [DoesNotReturn]
    private void ThrowOutside(int index) =>
        throw new ArgumentOutOfRangeException(nameof(index), index, $"The list holds {Count} values.");
}
