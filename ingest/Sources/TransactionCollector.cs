namespace Sluice.Ingest.Sources;

/// <summary>Gathers getTransaction replies of one slot, so that they are handed out as one partial block.</summary>
/// <remarks>Replies are few and small. They are kept until a later slot begins, at most <see cref="MaxBytes"/> of them.</remarks>
internal sealed class TransactionCollector
{
    /// <summary>Beyond this the lowest slot is handed out, complete or not.</summary>
    public const int MaxBytes = 256 * 1024 * 1024;

    private readonly SortedDictionary<ulong, List<Reply>> _slots = [];
    private long _bytes;

    /// <summary>Keeps a copy of the item's bytes.</summary>
    public void Add(ulong slot, ulong? index, SourceItem item)
    {
        if (!_slots.TryGetValue(slot, out var replies)) { _slots[slot] = replies = []; }
        replies.Add(new Reply(index, item.File, item.Line, item.Offset, item.Bytes.ToArray()));
        _bytes += item.Bytes.Length;
    }

    /// <summary>Takes out the lowest slot when it is below <paramref name="slot"/>, or when too much is kept.</summary>
    public SourceItem? TakeBelow(ulong slot)
    {
        if (_slots.Count == 0) { return null; }
        var (lowest, replies) = _slots.First();
        if (lowest >= slot && _bytes <= MaxBytes) { return null; }
        _slots.Remove(lowest);
        return Join(lowest, replies);
    }

    /// <summary>Takes out the lowest slot, or null when none is left.</summary>
    public SourceItem? Take()
    {
        if (_slots.Count == 0) { return null; }
        var (lowest, replies) = _slots.First();
        _slots.Remove(lowest);
        return Join(lowest, replies);
    }

    private SourceItem Join(ulong slot, List<Reply> replies)
    {
        // By position in the block where it is known, then as they came; the sort is stable.
        var ordered = replies.OrderBy(r => r.Index ?? ulong.MaxValue).ToList();
        var length = ordered.Sum(r => r.Bytes.Length + 1);
        var buffer = SharedBuffer.Rent(length);
        var at = 0;
        foreach (var reply in ordered)
        {
            reply.Bytes.CopyTo(buffer.Bytes, at);
            at += reply.Bytes.Length;
            buffer.Bytes[at++] = (byte)'\n';
            _bytes -= reply.Bytes.Length;
        }

        var first = replies[0];
        var file = replies.Count == 1 ? first.File : $"{first.File} and {replies.Count - 1} more";
        var item = new SourceItem(SourceFormat.Json, file, replies.Count == 1 ? first.Line : 0, first.Offset, slot, buffer, 0, length);
        buffer.Release();
        return item;
    }

    private sealed record Reply(ulong? Index, string File, long Line, long Offset, byte[] Bytes);
}
