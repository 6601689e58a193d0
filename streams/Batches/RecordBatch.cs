using System.Diagnostics.CodeAnalysis;
using Sluice.Schemas.Records;

namespace Sluice.Streams;

/// <summary>Records of one topic partition that travel together on the in-process bus, by reference.</summary>
/// <remarks>
/// A batch is rented from a pool with one reference. Publishing hands that reference to the bus; a consumer that keeps a batch
/// beyond its handler calls <see cref="Retain"/> and later <see cref="Release"/>. At the last release the batch goes back to its
/// pool with the buffers of its records, so nothing may be read from it afterwards. Published batches are read-only: several
/// consumers read the same one at the same time.
/// </remarks>
public abstract class RecordBatch
{
    /// <summary>The <see cref="Sequence"/> of what topologies give out when a bounded input has ended; such batches are never empty.</summary>
    public const long EndOfInput = -1;

    private int _references;

    /// <summary>Topic it belongs to.</summary>
    public abstract Topic Topic { get; }

    /// <summary>Records in the batch; 0 is meaningful: nothing came of this <see cref="Sequence"/>.</summary>
    public abstract int Count { get; }

    /// <summary>Partition of the topic, set when it is published.</summary>
    public int Partition { get; internal set; }

    /// <summary>Place in the partition, ascending from 0, set when it is published; on Kafka, the offset of the first record.</summary>
    public long Position { get; internal set; }

    /// <summary>Place of what comes after this batch; on Kafka, the offset after the last record.</summary>
    public long NextPosition { get; internal set; }

    /// <summary>When the bytes of the block that this comes from arrived, Unix time in microseconds; 0 where unknown.</summary>
    public long ArrivalUnixMicros { get; set; }

    /// <summary>W3C trace context of the block that this comes from, or null.</summary>
    public string? TraceParent { get; set; }

    /// <summary>
    /// Number of the ingest unit (one published source batch) that this comes from. Every topology answers an input batch by
    /// exactly one batch for each output topic partition it may write to, under the same number.
    /// </summary>
    public long Sequence { get; set; }

    /// <summary>Slot of the records, and the stream time they bring.</summary>
    public long Slot { get; set; }

    /// <summary>On Kafka the offset of each record, for messages about one of them; empty elsewhere.</summary>
    internal List<long> Offsets { get; } = [];

    /// <summary>References held. 0 when the batch lies in its pool.</summary>
    internal int References => Volatile.Read(ref _references);

    /// <summary>Takes one more reference.</summary>
    public void Retain()
    {
        if (Interlocked.Increment(ref _references) <= 1) { ThrowReleased(); }
    }

    /// <summary>Gives a reference back; the last one returns the batch to its pool.</summary>
    public void Release()
    {
        var left = Interlocked.Decrement(ref _references);
        if (left == 0) { ReturnToPool(); }
        else if (left < 0) { ThrowReleased(); }
    }

    private protected void Acquire() => Volatile.Write(ref _references, 1);

    private protected abstract void ReturnToPool();

    [DoesNotReturn]
    private protected void ThrowReleased() =>
        throw new ObjectDisposedException(nameof(RecordBatch), $"A batch of {Topic.Name} was used after its last release.");
}

/// <inheritdoc/>
public sealed class RecordBatch<T> : RecordBatch
    where T : struct, IRecord
{
    private readonly RecordBatchPool<T> _pool;
    private readonly RecordList<T> _records = new();

    internal RecordBatch(RecordBatchPool<T> pool) => _pool = pool;

    /// <inheritdoc/>
    public override Topic Topic => _pool.Topic;

    /// <inheritdoc/>
    public override int Count => Records.Count;

    /// <summary>The records.</summary>
    public RecordList<T> Records
    {
        get
        {
            if (References == 0) { ThrowReleased(); }
            return _records;
        }
    }

    internal RecordList<T> Slots => _records;

    /// <summary>Times that it was rented.</summary>
    internal int Uses { get; private set; }

    internal void Rent()
    {
        Acquire();
        Uses++;
        _records.Clear();
        Partition = 0;
        Position = NextPosition = Sequence = Slot = ArrivalUnixMicros = 0;
        TraceParent = null;
        Offsets.Clear();
    }

    private protected override void ReturnToPool() => _pool.Return(this);
}
