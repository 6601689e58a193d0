using Sluice.Schemas.Records;

namespace Sluice.Streams;

/// <summary>State of one task. Two kinds: <see cref="KeyValueStore{TKey,TValue}"/> is kept, <see cref="WindowStore{T}"/> is replayable.</summary>
public interface IStateStore
{
    /// <summary>Name within the topology.</summary>
    string Name { get; }
}

/// <summary>State that survives in a changelog topic.</summary>
internal interface IKeptStore : IStateStore
{
    /// <summary>Takes a change from the changelog, before the first record.</summary>
    void Restore(in ChangelogRecord change);

    /// <summary>Whether changes are ignored, see <see cref="KeyValueStore{TKey,TValue}"/>.</summary>
    void Freeze(bool isFrozen);

    /// <summary>Writes what changed since the last call, each key once with its newest value.</summary>
    void Flush(RecordList<ChangelogRecord> changes);
}

/// <summary>State that is rebuilt by reading the input again from <see cref="OldestOpen"/>.</summary>
internal interface IReplayableStore : IStateStore
{
    /// <summary>Place of the oldest input that is still needed, or null.</summary>
    WindowStart? OldestOpen { get; }

    /// <summary>Tells which input batch is being processed.</summary>
    void Begin(long position);

    /// <summary>Closes the slots that stream time has left behind.</summary>
    void Advance(long streamTime);
}

/// <summary>Where reading must begin to rebuild a window.</summary>
/// <param name="Position">Position in the source partition.</param>
/// <param name="Slot">Slot there.</param>
internal readonly record struct WindowStart(long Position, long Slot);
