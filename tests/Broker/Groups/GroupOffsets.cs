namespace Sluice.Tests.Broker.Groups;

/// <summary>A committed offset: the next record to read.</summary>
internal sealed record CommittedOffset(long Offset, int LeaderEpoch, string? Metadata);

/// <summary>A group's offsets: those that count, and those of transactions that have not ended yet.</summary>
internal sealed class GroupOffsets
{
    private readonly Dictionary<(string Topic, int Partition), (CommittedOffset Offset, long Order)> _committed = [];
    private readonly Dictionary<long, Dictionary<(string Topic, int Partition), (CommittedOffset Offset, long Order)>> _pending = [];
    private long _order;

    public IEnumerable<(string Topic, int Partition, CommittedOffset Offset)> All =>
        _committed.Select(pair => (pair.Key.Topic, pair.Key.Partition, pair.Value.Offset));

    public CommittedOffset? Find(string topic, int partition) =>
        _committed.TryGetValue((topic, partition), out var found) ? found.Offset : null;

    /// <summary>Whether a transaction that is still open has an offset of this partition.</summary>
    public bool IsUnstable(string topic, int partition) =>
        _pending.Values.Any(offsets => offsets.ContainsKey((topic, partition)));

    public void Commit(string topic, int partition, CommittedOffset offset) => _committed[(topic, partition)] = (offset, _order++);

    public void CommitPending(long producerId, string topic, int partition, CommittedOffset offset)
    {
        if (!_pending.TryGetValue(producerId, out var offsets)) { _pending[producerId] = offsets = []; }
        offsets[(topic, partition)] = (offset, _order++);
    }

    /// <summary>Makes a producer's pending offsets count, or drops them. An offset written after them stays.</summary>
    public void EndTransaction(long producerId, bool commit)
    {
        if (!_pending.Remove(producerId, out var offsets) || !commit) { return; }
        foreach (var (partition, pending) in offsets)
        {
            if (!_committed.TryGetValue(partition, out var current) || current.Order < pending.Order) { _committed[partition] = pending; }
        }
    }

    public bool Delete(string topic, int partition) => _committed.Remove((topic, partition));

    public void ForgetTopic(string topic)
    {
        foreach (var key in _committed.Keys.Where(key => key.Topic == topic).ToList()) { _committed.Remove(key); }
        foreach (var offsets in _pending.Values)
        {
            foreach (var key in offsets.Keys.Where(key => key.Topic == topic).ToList()) { offsets.Remove(key); }
        }
    }
}
