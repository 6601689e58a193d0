using System.Diagnostics.CodeAnalysis;
using Sluice.Schemas.Records;

namespace Sluice.Streams;

/// <summary>One change of a kept store: the key, and its new value or nothing. The newest record of a key counts (compacted topic).</summary>
public struct ChangelogRecord : IRecord
{
    /// <summary>Key as bytes.</summary>
    public ValueList<byte> Key;

    /// <summary>Value as bytes; empty when deleted.</summary>
    public ValueList<byte> Value;

    /// <summary>True when the key was deleted.</summary>
    public bool IsTombstone;

    /// <summary>The changelog topic of a store.</summary>
    public static Topic<ChangelogRecord> TopicOf(string topology, string store) => new(
        $"{topology}-{store}-changelog", "store key", "order of the changes within a key",
        static (in c, key) =>
        {
            c.Key.Span.CopyTo(key);
            return c.Key.Count;
        });

    /// <inheritdoc/>
    [MemberNotNull(nameof(Key), nameof(Value))]
    public void Reset()
    {
        if (Key is null) { Key = new(); } else { Key.Clear(); }
        if (Value is null) { Value = new(); } else { Value.Clear(); }
        IsTombstone = false;
    }
}
