using System.Threading.Channels;

namespace Sluice.Sinks.Writing;

/// <summary>One batch fills while others are stored, in order, one at a time. Safe for concurrent use.</summary>
/// <remarks>
/// When no batch is free, closing one waits: nothing is dropped and memory is bounded. When storing throws, the pump stops and every
/// further call throws.
/// </remarks>
internal sealed class BatchPump<TBatch> : IAsyncDisposable
    where TBatch : StoreBatch, new()
{
    private readonly BatchOptions _options;
    private readonly StoreMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly Func<TBatch, CancellationToken, Task> _store;
    private readonly Action<TBatch>? _closed;
    private readonly Action<string> _stopped;
    private readonly SemaphoreSlim _closing = new(1, 1);
    private readonly Channel<TBatch> _free;
    private readonly Channel<TBatch> _full;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _storing;
    private readonly ITimer _timer;

    private Task _last = Task.CompletedTask;
    private volatile StoreException? _failure;
    private volatile bool _completed;

    /// <param name="options">Size and age of a batch, and how many there are.</param>
    /// <param name="metrics">Where waiting is counted.</param>
    /// <param name="time">Clock of the age.</param>
    /// <param name="store">Stores a batch; what it throws stops the pump.</param>
    /// <param name="closed">Called under <see cref="Gate"/> with a batch that takes no more rows.</param>
    /// <param name="stopped">Called once with the reason when storing has thrown.</param>
    public BatchPump(
        BatchOptions options, StoreMetrics metrics, TimeProvider time, Func<TBatch, CancellationToken, Task> store, Action<TBatch>? closed,
        Action<string> stopped)
    {
        (_options, _metrics, _time, _store, _closed, _stopped) = (options, metrics, time, store, closed, stopped);
        _free = Channel.CreateBounded<TBatch>(options.Batches);
        _full = Channel.CreateBounded<TBatch>(options.Batches);
        for (var i = 1; i < options.Batches; i++) { _free.Writer.TryWrite(new TBatch()); }
        _storing = Task.Run(StoreAllAsync);
        _timer = _time.CreateTimer(_ => _ = CloseOldAsync(), null, options.BatchAge, options.BatchAge / 2);
    }

    /// <summary>Held while <see cref="Filling"/> is used.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The batch that takes rows.</summary>
    public TBatch Filling { get; private set; } = new();

    /// <summary>Why the pump has stopped, or null.</summary>
    public StoreException? Failure => _failure;

    /// <summary>Called under <see cref="Gate"/> before anything is put into <see cref="Filling"/>: its age counts from the first thing.</summary>
    public void BeforeAppend()
    {
        ThrowIfStopped();
        if (Filling.IsEmpty) { Filling.FirstRowAt = _time.GetTimestamp(); }
    }

    /// <summary>Hands the batch over for storing if it is full or old enough.</summary>
    public ValueTask CloseIfDueAsync(CancellationToken ct)
    {
        ThrowIfStopped();
        return IsDue() ? new ValueTask(CloseAsync(whenDue: true, ct)) : ValueTask.CompletedTask;
    }

    /// <summary>Hands the batch over for storing, however small it is.</summary>
    public Task CloseAsync(CancellationToken ct) => CloseAsync(whenDue: false, ct);

    /// <summary>Stores everything that was put in before, and waits for it.</summary>
    public async Task FlushAsync(CancellationToken ct)
    {
        ThrowIfStopped();
        await CloseAsync(whenDue: false, ct).ConfigureAwait(false);
        Task last;
        lock (Gate) { last = _last; }
        await last.WaitAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Stores everything; nothing can be put in any more.</summary>
    public async Task CompleteAsync(CancellationToken ct)
    {
        await FlushAsync(ct).ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        _completed = true;
        _full.Writer.TryComplete();
        await _storing.ConfigureAwait(false);
    }

    /// <summary>Stops; what is not stored is given up.</summary>
    public async ValueTask DisposeAsync()
    {
        _completed = true;
        await _timer.DisposeAsync().ConfigureAwait(false);
        _full.Writer.TryComplete();
        await _stop.CancelAsync().ConfigureAwait(false);
        await _storing.ConfigureAwait(false);
        _stop.Dispose();
    }

    private void ThrowIfStopped()
    {
        if (_failure is { } failure) { throw new StoreException(failure.Message, failure); }
        ObjectDisposedException.ThrowIf(_completed, this);
    }

    private bool IsDue()
    {
        lock (Gate)
        {
            return Filling.Rows >= _options.BatchRows || (!Filling.IsEmpty && (Filling.Bytes >= _options.BatchBytes || IsOld()));
        }
    }

    private bool IsOld() => _time.GetElapsedTime(Filling.FirstRowAt) >= _options.BatchAge;

    private bool IsEmpty()
    {
        lock (Gate) { return Filling.IsEmpty; }
    }

    private async Task CloseAsync(bool whenDue, CancellationToken ct)
    {
        await _closing.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            // Another caller may have closed it meanwhile.
            if (whenDue ? !IsDue() : IsEmpty()) { return; }
            if (!_free.Reader.TryRead(out var next)) { next = await WaitForFreeAsync(ct).ConfigureAwait(false); }
            HandOver(next);
        }
        finally
        {
            _closing.Release();
        }
    }

    private async Task<TBatch> WaitForFreeAsync(CancellationToken ct)
    {
        var start = _time.GetTimestamp();
        try
        {
            return await _free.Reader.ReadAsync(ct).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            ThrowIfStopped();
            throw;
        }
        finally
        {
            _metrics.Waited(_time.GetElapsedTime(start).TotalSeconds);
        }
    }

    /// <summary>Swaps the full batch for an empty one. The queue has a place for every batch, so this never waits.</summary>
    private void HandOver(TBatch next)
    {
        lock (Gate)
        {
            var full = Filling;
            Filling = next;
            _closed?.Invoke(full);
            _last = full.Stored.Task;
            _full.Writer.TryWrite(full);
        }
    }

    /// <summary>For rows that wait while nothing is appended any more.</summary>
    private async Task CloseOldAsync()
    {
        if (_completed || _failure is not null || !await _closing.WaitAsync(0).ConfigureAwait(false)) { return; }
        try
        {
            // Without a free batch the store is busy anyway; the next tick comes soon.
            if (IsDue() && _free.Reader.TryRead(out var next)) { HandOver(next); }
        }
        finally
        {
            _closing.Release();
        }
    }

    private async Task StoreAllAsync()
    {
        await foreach (var batch in _full.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                if (_failure is not null) { throw _failure; }
                await _store(batch, _stop.Token).ConfigureAwait(false);
                batch.Stored.SetResult();
            }
            catch (Exception e)
            {
                Fail(batch, e);
                continue;
            }

            lock (Gate) { batch.Clear(); }
            _free.Writer.TryWrite(batch);
        }
    }

    private void Fail(TBatch batch, Exception e)
    {
        if (_failure is null)
        {
            var reason = e is OperationCanceledException ? "it was stopped" : e.Message.ReplaceLineEndings(" ");
            _failure = e as StoreException ?? new StoreException($"The store takes no more rows: {reason}", e);
            if (e is not OperationCanceledException) { _stopped(reason); }
        }

        batch.Stored.TrySetException(_failure);
        _free.Writer.TryComplete();
    }
}
