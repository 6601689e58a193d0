using Sluice.Tests.Broker.Protocol;

namespace Sluice.Tests.Broker.Log;

/// <summary>What one partition knows of the idempotent and transactional producers that wrote to it.</summary>
/// <remarks>
/// A batch must carry the sequence number after the one before it, of the same producer and epoch; a new epoch starts
/// at 0. The last five batches of a producer are remembered, so that a batch sent again is answered with the offset it
/// already has. A producer the partition has never seen may start anywhere. Source: KIP-98, KIP-360.
/// </remarks>
internal sealed class ProducerStates
{
    private const int RememberedBatches = 5;
    private const short NoEpoch = -1;

    private readonly Dictionary<long, Producer> _producers = [];
    private readonly SortedDictionary<long, long> _openByFirstOffset = [];

    /// <summary>First offset of the oldest transaction that is still open, or null.</summary>
    public long? FirstOpenOffset
    {
        get
        {
            foreach (var (firstOffset, _) in _openByFirstOffset) { return firstOffset; }
            return null;
        }
    }

    /// <summary>Producers with an open transaction in this partition, with the offset of their first record.</summary>
    public IEnumerable<(long ProducerId, long FirstOffset)> Open => _openByFirstOffset.Select(pair => (pair.Value, pair.Key));

    /// <summary>Checks a batch before it is appended.</summary>
    /// <param name="duplicateOffset">Base offset the batch already has when it was appended before.</param>
    public ErrorCode Check(in BatchHeader batch, out long? duplicateOffset)
    {
        duplicateOffset = null;
        var known = _producers.GetValueOrDefault(batch.ProducerId);
        if (known is null) { return ErrorCode.None; }
        if (batch.ProducerEpoch < known.Epoch) { return ErrorCode.InvalidProducerEpoch; }
        if (known.FirstOpenOffset is not null && !batch.IsTransactional) { return ErrorCode.InvalidTxnState; }
        if (batch.ProducerEpoch > known.Epoch)
        {
            return batch.BaseSequence == 0 || known.Epoch == NoEpoch ? ErrorCode.None : ErrorCode.OutOfOrderSequenceNumber;
        }

        foreach (var appended in known.Batches)
        {
            if (appended.First != batch.BaseSequence || appended.Last != batch.LastSequence) { continue; }
            duplicateOffset = appended.BaseOffset;
            return ErrorCode.None;
        }

        var expected = known.Batches.Count == 0 ? 0 : (int)(((long)known.LastSequence + 1) & int.MaxValue);
        return batch.BaseSequence == expected ? ErrorCode.None : ErrorCode.OutOfOrderSequenceNumber;
    }

    /// <summary>Notes a batch that was checked and has its offset now.</summary>
    public void Appended(in BatchHeader batch)
    {
        if (!_producers.TryGetValue(batch.ProducerId, out var producer))
        {
            _producers[batch.ProducerId] = producer = new Producer { Epoch = batch.ProducerEpoch };
        }

        producer.Enter(batch.ProducerEpoch);
        if (producer.Batches.Count == RememberedBatches) { producer.Batches.Dequeue(); }
        producer.Batches.Enqueue((batch.BaseSequence, batch.LastSequence, batch.BaseOffset));
        producer.LastSequence = batch.LastSequence;
        if (batch.IsTransactional && producer.FirstOpenOffset is null)
        {
            producer.FirstOpenOffset = batch.BaseOffset;
            _openByFirstOffset.Add(batch.BaseOffset, batch.ProducerId);
        }
    }

    /// <summary>Ends a producer's transaction here; answers the offset of its first record, or null when it wrote none.</summary>
    public long? End(long producerId, short epoch)
    {
        if (!_producers.TryGetValue(producerId, out var producer)) { _producers[producerId] = producer = new Producer { Epoch = epoch }; }
        producer.Enter(epoch);
        var firstOffset = producer.FirstOpenOffset;
        producer.FirstOpenOffset = null;
        if (firstOffset is { } first) { _openByFirstOffset.Remove(first); }
        return firstOffset;
    }

    private sealed class Producer
    {
        public short Epoch { get; set; }

        public int LastSequence { get; set; } = -1;

        public long? FirstOpenOffset { get; set; }

        public Queue<(int First, int Last, long BaseOffset)> Batches { get; } = [];

        public void Enter(short epoch)
        {
            if (epoch <= Epoch) { return; }
            Epoch = epoch;
            LastSequence = -1;
            Batches.Clear();
        }
    }
}
