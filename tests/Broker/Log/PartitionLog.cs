using Sluice.Tests.Broker.Protocol;

namespace Sluice.Tests.Broker.Log;

/// <summary>A batch as it lies in the log.</summary>
internal readonly record struct StoredBatch(long BaseOffset, long LastOffset, long MaxTimestamp, ReadOnlyMemory<byte> Bytes);

/// <summary>A transaction that was aborted: its records lie between the two offsets; the last is its marker.</summary>
internal readonly record struct AbortedTransaction(long ProducerId, long FirstOffset, long LastOffset);

/// <summary>One partition: raw record batches in memory, in the order of their offsets.</summary>
/// <remarks>Guarded by the broker's lock. Bytes of an appended batch never change, so readers may copy them outside of it.</remarks>
internal sealed class PartitionLog(string topic, int partition)
{
    public const int LeaderEpoch = 0;

    private readonly List<TaskCompletionSource> _waiting = [];
    private readonly List<AbortedTransaction> _aborted = [];
    private List<StoredBatch> _batches = [];

    public string Topic { get; } = topic;

    public int Partition { get; } = partition;

    public ProducerStates Producers { get; private set; } = new();

    /// <summary>Offset of the first record that may be read.</summary>
    public long StartOffset { get; private set; }

    /// <summary>Offset of the next record; with one broker also the high watermark.</summary>
    public long EndOffset { get; private set; }

    /// <summary>Offset up to which every transaction has ended: what a read_committed reader may see.</summary>
    public long LastStableOffset => Producers.FirstOpenOffset ?? EndOffset;

    public IReadOnlyList<StoredBatch> Batches => _batches;

    /// <summary>Appends one batch of a producer, whose bytes become the log's own.</summary>
    public (ErrorCode Error, long BaseOffset) Append(Memory<byte> bytes, BatchHeader header)
    {
        if (header.HasProducer)
        {
            var error = Producers.Check(header, out var duplicateOffset);
            if (error != ErrorCode.None) { return (error, -1); }
            if (duplicateOffset is { } offset) { return (ErrorCode.None, offset); }
        }

        header = Store(bytes, header);
        if (header.HasProducer) { Producers.Appended(header); }
        Wake();
        return (ErrorCode.None, header.BaseOffset);
    }

    /// <summary>Writes the marker that ends a producer's transaction.</summary>
    public void EndTransaction(long producerId, short epoch, bool commit, long unixMs)
    {
        var marker = ControlBatch.Create(producerId, epoch, commit, unixMs);
        _ = BatchHeader.TryRead(marker, out var header);
        header = Store(marker, header);
        var firstOffset = Producers.End(producerId, epoch);
        if (!commit && firstOffset is { } first) { _aborted.Add(new AbortedTransaction(producerId, first, header.BaseOffset)); }
        Wake();
    }

    /// <summary>Index of the batch that holds <paramref name="offset"/>, or of the next one after it.</summary>
    public int IndexOf(long offset)
    {
        int low = 0, high = _batches.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_batches[middle].LastOffset < offset) { low = middle + 1; } else { high = middle; }
        }

        return low;
    }

    /// <summary>Aborted transactions with records or marker in the range; a reader drops what is theirs.</summary>
    public List<AbortedTransaction> AbortedBetween(long fromOffset, long toOffset) =>
        _aborted.FindAll(aborted => aborted.LastOffset >= fromOffset && aborted.FirstOffset < toOffset);

    /// <summary>Forgets what lies below <paramref name="offset"/>.</summary>
    public void DeleteBefore(long offset)
    {
        StartOffset = Math.Max(StartOffset, offset);
        _batches.RemoveRange(0, IndexOf(StartOffset));
        _aborted.RemoveAll(aborted => aborted.LastOffset < StartOffset);
    }

    /// <summary>Puts other batches in the place of those below <paramref name="offset"/>; offsets stay as they were.</summary>
    public void ReplaceBefore(long offset, IEnumerable<StoredBatch> batches)
    {
        var kept = _batches.GetRange(IndexOf(offset), _batches.Count - IndexOf(offset));
        _batches = [.. batches, .. kept];
    }

    /// <summary>Completes <paramref name="waiter"/> at the next change of this log.</summary>
    public void Await(TaskCompletionSource waiter) => _waiting.Add(waiter);

    public void StopAwaiting(TaskCompletionSource waiter) => _waiting.Remove(waiter);

    /// <summary>Completes everybody who waits for a change.</summary>
    public void Wake()
    {
        foreach (var waiter in _waiting) { _ = waiter.TrySetResult(); }
        _waiting.Clear();
    }

    private BatchHeader Store(Memory<byte> bytes, BatchHeader header)
    {
        header = header with { BaseOffset = EndOffset };
        BatchHeader.SetOffset(bytes.Span, EndOffset, LeaderEpoch);
        _batches.Add(new StoredBatch(EndOffset, header.LastOffset, header.MaxTimestamp, bytes));
        EndOffset = header.LastOffset + 1;
        return header;
    }
}
