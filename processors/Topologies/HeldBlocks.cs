using Sluice.Streams;

namespace Sluice.Processors.Topologies;

/// <summary>Batches of blocks that an open window still looks into. A few at a time; nothing is allocated once the list has grown. Not thread-safe.</summary>
internal sealed class HeldBlocks
{
    private readonly List<(long Slot, RecordBatch Batch)> _held = [];

    /// <summary>Takes over a batch that was held.</summary>
    public void Add(long slot, RecordBatch batch) => _held.Add((slot, batch));

    /// <summary>Releases the batches of earlier slots.</summary>
    public void ReleaseBefore(long slot)
    {
        var kept = 0;
        for (var i = 0; i < _held.Count; i++)
        {
            if (_held[i].Slot < slot) { _held[i].Batch.Release(); }
            else { _held[kept++] = _held[i]; }
        }

        _held.RemoveRange(kept, _held.Count - kept);
    }
}
