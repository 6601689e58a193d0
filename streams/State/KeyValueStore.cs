using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Sluice.Schemas.Records;

namespace Sluice.Streams;

/// <summary>Kept state: a table from key to value. Changes go to the changelog with the outputs of the input that made them.</summary>
/// <remarks>
/// Keys and values are plain memory: the changelog holds their bytes, little-endian as this machine lays them out. While a task
/// rebuilds a window by reading old input again, changes are ignored: the restored table holds them already.
/// </remarks>
public sealed class KeyValueStore<TKey, TValue> : IKeptStore
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    private readonly Dictionary<TKey, TValue> _values = [];
    private readonly HashSet<TKey> _changed = [];
    private bool _isFrozen;

    internal KeyValueStore(string name, Topic<ChangelogRecord> changelog)
    {
        Name = name;
        Changelog = changelog;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Topic of the changes.</summary>
    public Topic<ChangelogRecord> Changelog { get; }

    /// <summary>Keys in the table.</summary>
    public int Count => _values.Count;

    public bool TryGet(in TKey key, [MaybeNullWhen(false)] out TValue value) => _values.TryGetValue(key, out value);

    public void Put(in TKey key, in TValue value)
    {
        if (_isFrozen) { return; }
        _values[key] = value;
        _changed.Add(key);
    }

    /// <summary>Removes the key; false when nothing was removed.</summary>
    public bool Delete(in TKey key)
    {
        if (_isFrozen || !_values.Remove(key)) { return false; }
        _changed.Add(key);
        return true;
    }

    /// <summary>Every entry, in no order.</summary>
    public Dictionary<TKey, TValue>.Enumerator GetEnumerator() => _values.GetEnumerator();

    void IKeptStore.Restore(in ChangelogRecord change)
    {
        var key = MemoryMarshal.Read<TKey>(change.Key.Span);
        if (change.IsTombstone) { _values.Remove(key); }
        else { _values[key] = MemoryMarshal.Read<TValue>(change.Value.Span); }
    }

    void IKeptStore.Freeze(bool isFrozen) => _isFrozen = isFrozen;

    void IKeptStore.Flush(RecordList<ChangelogRecord> changes)
    {
        foreach (var key in _changed)
        {
            ref var change = ref changes.Add();
            change.Key.AddRange(MemoryMarshal.AsBytes(new ReadOnlySpan<TKey>(in key)));
            change.IsTombstone = !_values.TryGetValue(key, out var value);
            if (!change.IsTombstone) { change.Value.AddRange(MemoryMarshal.AsBytes(new ReadOnlySpan<TValue>(in value))); }
        }

        _changed.Clear();
    }
}
