namespace Sluice.Ingest.Live;

/// <summary>Blocks that sources pushed and nobody has asked for yet. Safe for concurrent use.</summary>
/// <remarks>
/// Blocks up to the last one that was taken are of no use any more and go at once; beyond that, the newest go first when there is too much: what is
/// dropped here is fetched like any other block.
/// </remarks>
public sealed class PushedBlocks : IBlockPushTaker
{
    private const int MostBlocks = 32;
    private const long MostBytes = 128L << 20;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<ulong, PushedBlock> _blocks = [];
    private readonly Dictionary<ulong, TaskCompletionSource> _awaited = [];
    private readonly HashSet<string> _connected = [];
    private TaskCompletionSource _news = NewSignal();
    private long _bytes;
    private ulong _floor;
    private ulong _newest;
    private ulong _newestBlock;
    private bool _isEnded;

    /// <summary>Is told when a source's connection comes and goes; the text says why it went, and is null when it came.</summary>
    public Action<string, string?>? Changed { get; init; }

    /// <summary>Ends at the next push after it was asked for.</summary>
    public Task News
    {
        get { lock (_gate) { return _news.Task; } }
    }

    /// <summary>The newest slot that was told.</summary>
    public ulong Newest
    {
        get { lock (_gate) { return _newest; } }
    }

    /// <summary>Whether a source is connected that has pushed a block near the newest slot: then blocks are expected to come by themselves.</summary>
    public bool IsDelivering
    {
        get { lock (_gate) { return _connected.Count > 0 && _newestBlock > 0 && _newestBlock + 8 >= _newest; } }
    }

    /// <summary>Takes the lowest block that is later than a slot, if its parent is not: the one that follows.</summary>
    /// <param name="slot">The last slot that is known.</param>
    /// <param name="block">The block.</param>
    /// <param name="isHole">Whether there is a later block, and something before it was left out.</param>
    public bool TryTakeNext(ulong slot, out PushedBlock block, out bool isHole)
    {
        (block, isHole) = (default, false);
        lock (_gate)
        {
            foreach (var (later, next) in _blocks)
            {
                if (later <= slot) { continue; }
                isHole = next.Header.ParentSlot > slot;
                if (isHole) { return false; }
                block = next;
                Forget(later);
                return true;
            }
        }

        return false;
    }

    /// <summary>Drops what came, or still comes, of slots up to this one.</summary>
    public void DropUpTo(ulong slot)
    {
        lock (_gate) { DropTo(slot); }
    }

    /// <summary>Takes the block of a slot.</summary>
    public bool TryTake(ulong slot, out PushedBlock block)
    {
        lock (_gate)
        {
            if (!_blocks.TryGetValue(slot, out block)) { return false; }
            Forget(slot);
            return true;
        }
    }

    /// <summary>Ends when the block of a slot is here, to be taken.</summary>
    public Task ArrivalOf(ulong slot)
    {
        lock (_gate)
        {
            if (_blocks.ContainsKey(slot)) { return Task.CompletedTask; }
            if (!_awaited.TryGetValue(slot, out var awaited)) { _awaited.Add(slot, awaited = NewSignal()); }
            return awaited.Task;
        }
    }

    public void TakeSlot(ulong slot)
    {
        lock (_gate)
        {
            if (slot <= _newest) { return; }
            _newest = slot;
            Signal();
        }
    }

    public void TakeBlock(in PushedBlock block)
    {
        lock (_gate)
        {
            if (_isEnded || block.Slot <= _floor)
            {
                block.Body.Dispose();
                return;
            }

            // What comes later knows better: a fork's blocks are pushed first.
            Forget(block.Slot)?.Dispose();
            _blocks.Add(block.Slot, block);
            _bytes += block.Body.Bytes.Length;
            _newest = Math.Max(_newest, block.Slot);
            _newestBlock = Math.Max(_newestBlock, block.Slot);
            while (_blocks.Count > MostBlocks || (_bytes > MostBytes && _blocks.Count > 1))
            {
                Forget(_blocks.Keys.Last())?.Dispose();
            }

            if (_awaited.Remove(block.Slot, out var awaited)) { awaited.TrySetResult(); }
            Signal();
        }
    }

    public void Connected(string source)
    {
        lock (_gate) { _connected.Add(source); }
        Changed?.Invoke(source, null);
    }

    public void Disconnected(string source, string why)
    {
        lock (_gate) { _connected.Remove(source); }
        Changed?.Invoke(source, why);
    }

    /// <summary>Gives back what is left, and what still comes.</summary>
    public void End()
    {
        lock (_gate)
        {
            _isEnded = true;
            DropTo(ulong.MaxValue);
        }
    }

    private void DropTo(ulong slot)
    {
        _floor = Math.Max(_floor, slot);
        while (_blocks.Count > 0 && _blocks.Keys.First() is var first && first <= _floor) { Forget(first)?.Dispose(); }

        if (_awaited.Count == 0) { return; }
        foreach (var old in _awaited.Keys.Where(s => s <= _floor).ToArray()) { _awaited.Remove(old); }
    }

    private BlockBody? Forget(ulong slot)
    {
        if (!_blocks.Remove(slot, out var block)) { return null; }
        _bytes -= block.Body.Bytes.Length;
        return block.Body;
    }

    private void Signal()
    {
        _news.TrySetResult();
        _news = NewSignal();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
