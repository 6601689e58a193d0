using Sluice.Schemas.Records;

namespace Sluice.Streams;

/// <summary>Idle batches of one topic. Last in, first out, so that warm buffers are used again. Thread-safe.</summary>
/// <remarks>
/// What lies idle does not only grow: batches that nobody needed during the last <see cref="RentsBetweenLooks"/> rents are left to the collector, half of them at a time, so that a peak is forgotten;
/// and so is a batch after <see cref="MostUses"/> uses, since each of its lists stays as long as the longest that ever stood in its place.
/// </remarks>
public sealed class RecordBatchPool<T>
    where T : struct, IRecord
{
    /// <summary>Uses of a batch before it is made anew.</summary>
    public const int MostUses = 64;

    /// <summary>Rents between two looks at what lies idle.</summary>
    public const int RentsBetweenLooks = 256;

    private readonly Lock _lock = new();
    private readonly RecordBatch<T>[] _idle;
    private int _count, _least, _rents;

    /// <param name="topic">Topic of the batches.</param>
    /// <param name="capacity">Idle batches that are kept; those beyond are left to the collector.</param>
    public RecordBatchPool(Topic<T> topic, int capacity = 256)
    {
        Topic = topic;
        _idle = new RecordBatch<T>[capacity];
    }

    public Topic<T> Topic { get; }

    /// <summary>Batches made so far; in steady state one for each <see cref="MostUses"/> rents.</summary>
    public long Created { get; private set; }

    /// <summary>Batches that lie idle.</summary>
    internal int Idle
    {
        get { lock (_lock) { return _count; } }
    }

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
            if (++_rents == RentsBetweenLooks) { Look(); }
            if (_count > 0)
            {
                batch = _idle[--_count];
                _idle[_count] = null!; // it may not come back
                _least = Math.Min(_least, _count);
            }
            else
            {
                Created++;
                batch = new RecordBatch<T>(this);
            }
        }

        batch.Rent();
        return batch;
    }

    /// <summary>Leaves half of those that have lain idle since the last look to the collector: they are the lowest.</summary>
    private void Look()
    {
        var left = (_least + 1) / 2;
        Array.Copy(_idle, left, _idle, 0, _count - left);
        Array.Clear(_idle, _count - left, left);
        _count -= left;
        (_least, _rents) = (_count, 0);
    }

    internal void Return(RecordBatch<T> batch)
    {
        Poison?.Invoke(batch.Slots);
        lock (_lock)
        {
            Outstanding--;
            if (_count < _idle.Length && batch.Uses < MostUses) { _idle[_count++] = batch; }
        }
    }
}
