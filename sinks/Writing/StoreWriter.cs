using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sluice.Schemas.Records;
using Sluice.Sinks.Migrations;

namespace Sluice.Sinks.Writing;

/// <summary>Writes rows to ClickHouse in batches: one batch fills while another is stored. Safe for concurrent use.</summary>
/// <remarks>
/// The rows of a slot come by <see cref="Append{T}(ulong, in T)"/>, then its row of <c>blocks</c> by <see cref="EndSlotAsync"/>;
/// in the store too that row comes last, and a slot counts as stored when it is there. What was broken off is removed on the next
/// opening. When no batch is free, <see cref="EndSlotAsync"/> waits: nothing is dropped. When ClickHouse refuses rows or stays
/// unreachable, the writer stops and every further call throws a <see cref="StoreException"/>; slots that were not stored are
/// then simply not stored, and the same run again stores them.
/// </remarks>
public sealed class StoreWriter : IAsyncDisposable
{
    private readonly IClickHouse _store;
    private readonly StoreWriterOptions _options;
    private readonly StoreMetrics _metrics;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly string _session = Guid.NewGuid().ToString();

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _closing = new(1, 1);
    private readonly Channel<StoreBatch> _free;
    private readonly Channel<StoreBatch> _full;
    private readonly HashSet<ulong> _begun = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _storing;
    private readonly ITimer _timer;

    private StoreBatch _filling = new();
    private Task _last = Task.CompletedTask;
    private ulong _lastSlot = ulong.MaxValue;
    private ulong _batch;
    private long _storedRows;
    private long _storedSlots;
    private volatile StoreException? _failure;
    private volatile bool _completed;

    private StoreWriter(IClickHouse store, StoreWriterOptions options, StoreMetrics? metrics, ILogger? log, TimeProvider? time)
    {
        (_store, _options) = (store, options);
        _metrics = metrics ?? new StoreMetrics();
        _log = log ?? NullLogger.Instance;
        _time = time ?? TimeProvider.System;
        _free = Channel.CreateBounded<StoreBatch>(options.Batches);
        _full = Channel.CreateBounded<StoreBatch>(options.Batches);
        for (var i = 1; i < options.Batches; i++) { _free.Writer.TryWrite(new StoreBatch()); }
        _storing = Task.Run(StoreAllAsync);
        _timer = _time.CreateTimer(_ => _ = FlushOldAsync(), null, options.BatchAge, options.BatchAge / 2);
    }

    /// <summary>What opening removed.</summary>
    public RecoveryResult Recovery { get; private set; } = RecoveryResult.Clean;

    /// <summary>Rows stored so far, over all tables.</summary>
    public long StoredRows => Interlocked.Read(ref _storedRows);

    /// <summary>Slots stored so far.</summary>
    public long StoredSlots => Interlocked.Read(ref _storedSlots);

    /// <summary>Brings the tables up to date, removes what a broken-off run left, and begins a session.</summary>
    /// <exception cref="StoreException">The store is of another version.</exception>
    public static async Task<StoreWriter> OpenAsync(
        IClickHouse store,
        StoreWriterOptions? options = null,
        StoreMetrics? metrics = null,
        ILogger? log = null,
        TimeProvider? time = null,
        CancellationToken ct = default)
    {
        options ??= new StoreWriterOptions();
        if (new StoreWriterOptionsValidator().Validate(null, options) is { Failed: true } failed)
        {
            throw new OptionsValidationException(nameof(StoreWriterOptions), typeof(StoreWriterOptions), failed.Failures);
        }

        var migrations = await SchemaMigrations.ApplyAsync(store, ct).ConfigureAwait(false);
        var recovery = await StoreRecovery.RunAsync(store, ct).ConfigureAwait(false);
        var writer = new StoreWriter(store, options, metrics, log, time) { Recovery = recovery };
        if (migrations > 0) { StoreLog.Migrated(writer._log, store.Database, migrations); }
        if (recovery.Slots.Count > 0) { StoreLog.Recovered(writer._log, store.Database, recovery.Rows, recovery.Slots.Count); }
        return writer;
    }

    /// <summary>Appends a row of a slot that has not ended: a transaction, a swap, a finding, a count.</summary>
    public void Append<T>(ulong slot, in T row)
        where T : struct, IRecord
    {
        lock (_gate)
        {
            Begin(slot);
            AppendLocked(in row);
        }
    }

    /// <summary>Appends a row that belongs to no slot: a dead letter, a checkpoint. Checkpoints are stored after the blocks of their batch.</summary>
    public void Append<T>(in T row)
        where T : struct, IRecord
    {
        lock (_gate) { AppendLocked(in row); }
    }

    /// <summary>Says that a slot's stored rows are outdated; they are removed before its new rows are stored. Call before the first row of the slot.</summary>
    public void Replace(ulong slot)
    {
        lock (_gate)
        {
            Begin(slot);
            _filling.Replaced.Add(slot);
        }
    }

    /// <summary>Appends the row that makes a slot stored, after all its other rows; waits when the store is behind.</summary>
    public ValueTask EndSlotAsync(in BlockRow block, CancellationToken ct = default)
    {
        lock (_gate)
        {
            var slot = (ulong)block.Slot;
            Begin(slot);
            AppendLocked(in block);
            _begun.Remove(slot);
            _lastSlot = ulong.MaxValue;
        }

        return FlushIfDueAsync(ct);
    }

    /// <summary>Hands the rows over for storing if there are enough of them or they have waited long enough.</summary>
    public ValueTask FlushIfDueAsync(CancellationToken ct = default)
    {
        ThrowIfStopped();
        return IsDue() ? new ValueTask(CloseBatchAsync(whenDue: true, ct)) : ValueTask.CompletedTask;
    }

    /// <summary>Stores every row that was appended before, and waits for it.</summary>
    public async Task FlushAsync(CancellationToken ct = default)
    {
        ThrowIfStopped();
        await CloseBatchAsync(whenDue: false, ct).ConfigureAwait(false);
        Task last;
        lock (_gate) { last = _last; }
        await last.WaitAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Stores everything and ends the session: the next opening has nothing to look for.</summary>
    public async Task CompleteAsync(CancellationToken ct = default)
    {
        await FlushAsync(ct).ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        _completed = true;
        _full.Writer.TryComplete();
        await _storing.ConfigureAwait(false);
        if (_batch > 0) { await WriteSessionAsync([], ended: true, ct).ConfigureAwait(false); }
    }

    /// <summary>Stops. What <see cref="CompleteAsync"/> has not stored is broken off, as if the process had ended.</summary>
    public async ValueTask DisposeAsync()
    {
        _completed = true;
        await _timer.DisposeAsync().ConfigureAwait(false);
        _full.Writer.TryComplete();
        await _stop.CancelAsync().ConfigureAwait(false);
        await _storing.ConfigureAwait(false);
        _stop.Dispose();
    }

    private void Begin(ulong slot)
    {
        if (slot == _lastSlot) { return; }
        _lastSlot = slot;
        _begun.Add(slot);
        _filling.Slots.Add(slot);
    }

    private void AppendLocked<T>(in T row)
        where T : struct, IRecord
    {
        ThrowIfStopped();
        if (_filling.Rows == 0) { _filling.FirstRowAt = _time.GetTimestamp(); }
        _filling.Append(in row);
    }

    private bool IsDue()
    {
        lock (_gate)
        {
            return _filling.Rows >= _options.BatchRows
                || (_filling.Rows > 0 && (_filling.Bytes >= _options.BatchBytes || IsOld()));
        }
    }

    private bool IsOld() => _time.GetElapsedTime(_filling.FirstRowAt) >= _options.BatchAge;

    private async Task CloseBatchAsync(bool whenDue, CancellationToken ct)
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

    private async Task<StoreBatch> WaitForFreeAsync(CancellationToken ct)
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
    private void HandOver(StoreBatch next)
    {
        lock (_gate)
        {
            var full = _filling;
            _filling = next;
            _lastSlot = ulong.MaxValue;
            full.Touched.AddRange(full.Slots);
            foreach (var slot in _begun)
            {
                if (!full.Slots.Contains(slot)) { full.Touched.Add(slot); }
            }

            _last = full.Stored.Task;
            _full.Writer.TryWrite(full);
        }
    }

    private bool IsEmpty()
    {
        lock (_gate) { return _filling.Rows == 0 && _filling.Replaced.Count == 0; }
    }

    /// <summary>For rows that wait while nothing is appended any more.</summary>
    private async Task FlushOldAsync()
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
                await StoreAsync(batch).ConfigureAwait(false);
                batch.Stored.SetResult();
            }
            catch (Exception e)
            {
                Fail(batch, e);
                continue;
            }

            lock (_gate) { batch.Clear(); }
            _free.Writer.TryWrite(batch);
        }
    }

    private void Fail(StoreBatch batch, Exception e)
    {
        if (_failure is null)
        {
            var reason = e is OperationCanceledException ? "it was stopped" : e.Message.ReplaceLineEndings(" ");
            _failure = e as StoreException ?? new StoreException($"The store takes no more rows: {reason}", e);
            if (e is not OperationCanceledException) { StoreLog.Stopped(_log, _batch, reason); }
        }

        batch.Stored.TrySetException(_failure);
        _free.Writer.TryComplete();
    }

    private async Task StoreAsync(StoreBatch batch)
    {
        _batch++;
        await RetryAsync(StoreTables.Sessions, 1, () => WriteSessionAsync(batch.Touched, ended: false, _stop.Token)).ConfigureAwait(false);
        if (batch.Replaced.Count > 0)
        {
            await RetryAsync(StoreTables.Blocks, 0, () => StoreRecovery.RemoveAsync(_store, batch.Replaced, _stop.Token)).ConfigureAwait(false);
        }

        foreach (var table in batch.InOrder)
        {
            if (table.Rows == 0) { continue; }
            var token = string.Create(CultureInfo.InvariantCulture, $"{_session}-{_batch}-{table.Table}");
            var start = _time.GetTimestamp();
            await RetryAsync(
                table.Table, table.Rows, () => _store.InsertAsync(table.Table, table.Columns, table.WriteTo, token, _stop.Token)).ConfigureAwait(false);
            _metrics.Inserted(table.Table, table.Rows, _time.GetElapsedTime(start).TotalSeconds);
            Interlocked.Add(ref _storedRows, table.Rows);
            if (table.Table == StoreTables.Blocks) { Interlocked.Add(ref _storedSlots, table.Rows); }
        }

        _metrics.Stored();
    }

    private async Task RetryAsync(string table, int rows, Func<Task> work)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await work().ConfigureAwait(false);
                return;
            }
            catch (ClickHouseException e) when (e.Kind == ClickHouseErrorKind.Retry && attempt < _options.MaxAttempts)
            {
                _metrics.Retried(table);
                StoreLog.Retrying(_log, _batch, table, rows, attempt, e.Message);
                var delay = Math.Min(_options.MaxRetryDelay.TotalSeconds, _options.FirstRetryDelay.TotalSeconds * Math.Pow(2, attempt - 1));
                await Task.Delay(TimeSpan.FromSeconds(delay), _time, _stop.Token).ConfigureAwait(false);
            }
            catch (ClickHouseException e)
            {
                throw new StoreException(
                    e.Kind == ClickHouseErrorKind.Retry
                        ? $"ClickHouse did not take {rows} rows of table {table} in {attempt} attempts: {e.Message}"
                        : $"ClickHouse refused {rows} rows of table {table}: {e.Message}",
                    e);
            }
        }
    }

    private Task WriteSessionAsync(IReadOnlyList<ulong> slots, bool ended, CancellationToken ct)
    {
        var batch = ended ? _batch + 1 : _batch;
        return _store.ExecuteAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"INSERT INTO {StoreTables.Sessions} (id, started, batch, slots, ended) VALUES ('{_session}', now64(3), {batch}, [{StoreRecovery.List(slots)}], {(ended ? "now64(3)" : "NULL")})"),
            ct);
    }

    private void ThrowIfStopped()
    {
        if (_failure is { } failure) { throw new StoreException(failure.Message, failure); }
        ObjectDisposedException.ThrowIf(_completed, this);
    }
}
