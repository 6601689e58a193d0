using Sluice.Schemas.Records;

namespace Sluice.Streams;

/// <summary>Idle batches of one topic. Last in, first out, so that warm buffers are used again. Thread-safe.</summary>
public sealed class RecordBatchPool<T>
    where T : struct, IRecord
{
    private readonly Lock _lock = new();
    private readonly RecordBatch<T>[] _idle;
    private int _count;

    /// <param name="topic">Topic of the batches.</param>
    /// <param name="capacity">Idle batches that are kept; those beyond are left to the collector.</param>
    public RecordBatchPool(Topic<T> topic, int capacity = 256)
    {
        Topic = topic;
        _idle = new RecordBatch<T>[capacity];
    }

    public Topic<T> Topic { get; }

    /// <summary>Batches made so far; stands still in steady state.</summary>
    public long Created { get; private set; }

    /// <summary>Batches that are out.</summary>
    public int Outstanding { get; private set; }

    /// <summary>Called with the slots of a batch on its way back: tests write garbage there, to find what reads too late.</summary>
    internal Action<RecordList<T>>? Poison { get; set; }

    /// <summary>Takes an empty batch, with one reference.</summary>
    public RecordBatch<T> Rent()
    {
        RecordBatch<T> batch;
        lock (_lock)
        {
            Outstanding++;
            if (_count > 0) { batch = _idle[--_count]; }
            else
            {
                Created++;
                batch = new RecordBatch<T>(this);
            }
        }

        batch.Rent();
        return batch;
    }

    internal void Return(RecordBatch<T> batch)
    {
        Poison?.Invoke(batch.Slots);
        lock (_lock)
        {
            Outstanding--;
            if (_count < _idle.Length) { _idle[_count++] = batch; }
        }
    }
}
