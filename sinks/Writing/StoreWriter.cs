using System.Globalization;
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

    private readonly StoreRetry _retry;
    private readonly BatchPump<SlotBatch> _pump;
    private readonly HashSet<ulong> _begun = [];

    private ulong _lastSlot = ulong.MaxValue;
    private ulong _batch;
    private long _storedRows;
    private long _storedSlots;

    private StoreWriter(IClickHouse store, StoreWriterOptions options, StoreMetrics? metrics, ILogger? log, TimeProvider? time)
    {
        (_store, _options) = (store, options);
        _metrics = metrics ?? new StoreMetrics();
        _log = log ?? NullLogger.Instance;
        _time = time ?? TimeProvider.System;
        _retry = new StoreRetry(options, _time);
        _pump = new BatchPump<SlotBatch>(
            options, _metrics, _time, StoreAsync, CloseLocked, reason => StoreLog.Stopped(_log, _batch, reason));
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
        lock (_pump.Gate)
        {
            _pump.BeforeAppend();
            Begin(slot);
            _pump.Filling.Append(in row);
        }
    }

    /// <summary>Appends a row that belongs to no slot: a dead letter, a checkpoint. Checkpoints are stored after the blocks of their batch.</summary>
    public void Append<T>(in T row)
        where T : struct, IRecord
    {
        lock (_pump.Gate)
        {
            _pump.BeforeAppend();
            _pump.Filling.Append(in row);
        }
    }

    /// <summary>Says that a slot's stored rows are outdated; they are removed before its new rows are stored. Call before the first row of the slot.</summary>
    public void Replace(ulong slot)
    {
        lock (_pump.Gate)
        {
            _pump.BeforeAppend();
            Begin(slot);
            _pump.Filling.Replaced.Add(slot);
        }
    }

    /// <summary>Appends the row that makes a slot stored, after all its other rows; waits when the store is behind.</summary>
    public ValueTask EndSlotAsync(in BlockRow block, CancellationToken ct = default)
    {
        lock (_pump.Gate)
        {
            var slot = (ulong)block.Slot;
            _pump.BeforeAppend();
            Begin(slot);
            _pump.Filling.Append(in block);
            _begun.Remove(slot);
            _lastSlot = ulong.MaxValue;
        }

        return FlushIfDueAsync(ct);
    }

    /// <summary>Hands the rows over for storing if there are enough of them or they have waited long enough.</summary>
    public ValueTask FlushIfDueAsync(CancellationToken ct = default) => _pump.CloseIfDueAsync(ct);

    /// <summary>Stores every row that was appended before, and waits for it.</summary>
    public Task FlushAsync(CancellationToken ct = default) => _pump.FlushAsync(ct);

    /// <summary>Stores everything and ends the session: the next opening has nothing to look for.</summary>
    public async Task CompleteAsync(CancellationToken ct = default)
    {
        await _pump.CompleteAsync(ct).ConfigureAwait(false);
        if (_batch > 0) { await WriteSessionAsync([], ended: true, ct).ConfigureAwait(false); }
    }

    /// <summary>Stops. What <see cref="CompleteAsync"/> has not stored is broken off, as if the process had ended.</summary>
    public ValueTask DisposeAsync() => _pump.DisposeAsync();

    private void Begin(ulong slot)
    {
        if (slot == _lastSlot) { return; }
        _lastSlot = slot;
        _begun.Add(slot);
        _pump.Filling.Slots.Add(slot);
    }

    private void CloseLocked(SlotBatch full)
    {
        _lastSlot = ulong.MaxValue;
        full.Touched.AddRange(full.Slots);
        foreach (var slot in _begun)
        {
            if (!full.Slots.Contains(slot)) { full.Touched.Add(slot); }
        }
    }

    private async Task StoreAsync(SlotBatch batch, CancellationToken stop)
    {
        _batch++;
        await RetryAsync(StoreTables.Sessions, 1, () => WriteSessionAsync(batch.Touched, ended: false, stop), stop).ConfigureAwait(false);
        if (batch.Replaced.Count > 0)
        {
            await RetryAsync(StoreTables.Blocks, 0, () => StoreRecovery.RemoveAsync(_store, batch.Replaced, stop), stop).ConfigureAwait(false);
        }

        foreach (var table in batch.InOrder)
        {
            if (table.Rows == 0) { continue; }
            var token = string.Create(CultureInfo.InvariantCulture, $"{_session}-{_batch}-{table.Table}");
            var start = _time.GetTimestamp();
            await RetryAsync(
                table.Table,
                table.Rows,
                () => _store.InsertAsync(table.Table, table.Columns, o => table.WriteTo(o, 0, table.Rows), token, stop),
                stop).ConfigureAwait(false);
            _metrics.Inserted(table.Table, table.Rows, _time.GetElapsedTime(start).TotalSeconds);
            Interlocked.Add(ref _storedRows, table.Rows);
            if (table.Table == StoreTables.Blocks) { Interlocked.Add(ref _storedSlots, table.Rows); }
        }

        _metrics.Stored();
    }

    private async Task RetryAsync(string table, int rows, Func<Task> work, CancellationToken stop)
    {
        var attempts = 0;
        try
        {
            await _retry.RunAsync(
                work,
                (e, attempt, _) =>
                {
                    attempts = attempt;
                    if (e is not ClickHouseException { Kind: ClickHouseErrorKind.Retry } || attempt >= _options.MaxAttempts) { return false; }
                    _metrics.Retried(table);
                    StoreLog.Retrying(_log, _batch, table, rows, attempt, e.Message);
                    return true;
                },
                stop).ConfigureAwait(false);
        }
        catch (ClickHouseException e)
        {
            throw new StoreException(
                e.Kind == ClickHouseErrorKind.Retry
                    ? $"ClickHouse did not take {rows} rows of table {table} in {attempts} attempts: {e.Message}"
                    : $"ClickHouse refused {rows} rows of table {table}: {e.Message}",
                e);
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

    /// <summary>A batch that knows its slots.</summary>
    private sealed class SlotBatch : StoreBatch
    {
        /// <summary>Slots that have rows in this batch, or whose old rows it removes.</summary>
        public HashSet<ulong> Slots { get; } = [];

        /// <summary>Slots that are stored already and whose rows are removed before those of this batch are written.</summary>
        public HashSet<ulong> Replaced { get; } = [];

        /// <summary>Slots that the whole writer has begun and not finished when the batch was closed, this batch's included.</summary>
        public List<ulong> Touched { get; } = [];

        public override bool IsEmpty => Rows == 0 && Replaced.Count == 0;

        public override void Clear()
        {
            base.Clear();
            Slots.Clear();
            Replaced.Clear();
            Touched.Clear();
        }
    }
}
