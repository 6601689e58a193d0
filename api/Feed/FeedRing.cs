namespace Sluice.Api.Feed;

/// <summary>The newest events, bounded by count and bytes. One thread appends; any may read, without waiting for it or for each other.</summary>
/// <remarks>
/// All readers read the same events here, each from a place of its own, so a reader costs no queue, and one that stays behind costs nobody anything:
/// what it has not read in time is overwritten, and it learns so.
/// </remarks>
internal sealed class FeedRing
{
    private readonly FeedEvent?[] _events;
    private readonly long _mask;
    private readonly long _maxBytes;
    private readonly Dictionary<(FeedChannel Channel, string Key), FeedEvent> _byKey = [];
    private long _newest;
    private long _oldest = 1;
    private long _bytes;

    /// <param name="events">Events at most; a power of two.</param>
    /// <param name="bytes">Bytes of messages at most; the newest event is kept whatever it has.</param>
    public FeedRing(int events, long bytes)
    {
        if (!int.IsPow2(events)) { throw new ArgumentOutOfRangeException(nameof(events), events, "a power of two is asked for"); }
        (_events, _mask, _maxBytes) = (new FeedEvent?[events], events - 1, bytes);
    }

    /// <summary>Number of the newest event; 0 before the first.</summary>
    public long Newest => Volatile.Read(ref _newest);

    /// <summary>Number of the oldest event that is kept, or of the next one where none is.</summary>
    public long Oldest => Volatile.Read(ref _oldest);

    /// <summary>Bytes of the messages that are kept.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>The event of a key that counts, where it is kept; for the thread that appends.</summary>
    public FeedEvent? Find(FeedChannel channel, string key) => _byKey.GetValueOrDefault((channel, key));

    /// <summary>Appends the event of the next number.</summary>
    public void Append(FeedEvent next)
    {
        var sequence = _newest + 1;
        if (next.Sequence != sequence) { throw new ArgumentException("not the event's turn", nameof(next)); }
        if (_byKey.TryGetValue((next.Channel, next.Key), out var before)) { before.IsOutdated = true; }
        _byKey[(next.Channel, next.Key)] = next;
        Volatile.Write(ref _bytes, _bytes + next.Message.Length);
        while (_oldest < sequence && (sequence - _oldest > _mask || _bytes > _maxBytes)) { DropOldest(); }
        Volatile.Write(ref _events[sequence & _mask], next);
        Volatile.Write(ref _newest, sequence);
    }

    /// <summary>Passes over a number whose event could not be made; whoever has not read all before it has lost something.</summary>
    public void Skip()
    {
        while (_oldest <= _newest) { DropOldest(); }
        Volatile.Write(ref _oldest, _newest + 2);
        Volatile.Write(ref _newest, _newest + 1);
    }

    /// <summary>The event of a number; null where it is not kept any more, or not there yet.</summary>
    public FeedEvent? Read(long sequence)
    {
        var found = Volatile.Read(ref _events[sequence & _mask]);
        return found?.Sequence == sequence ? found : null;
    }

    private void DropOldest()
    {
        ref var place = ref _events[_oldest & _mask];
        if (place is { } dropped)
        {
            Volatile.Write(ref place, null);
            Volatile.Write(ref _bytes, _bytes - dropped.Message.Length);
            if (_byKey.GetValueOrDefault((dropped.Channel, dropped.Key)) == dropped) { _byKey.Remove((dropped.Channel, dropped.Key)); }
        }

        Volatile.Write(ref _oldest, _oldest + 1);
    }
}
