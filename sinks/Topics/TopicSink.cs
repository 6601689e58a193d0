using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sluice.Schemas.Records;
using Sluice.Sinks.Migrations;
using Sluice.Sinks.Rows;
using Sluice.Sinks.Writing;
using Sluice.Streams;
using Sluice.Streams.Kafka;

namespace Sluice.Sinks.Topics;

/// <summary>Takes batches of topics from any partition and makes rows of them. Safe for concurrent use.</summary>
/// <remarks>
/// <para>
/// Any number of sinks may fill one store, each with partitions of its own, and a partition may be read again from any earlier position:
/// rows replace themselves by their content, and a batch of the same positions carries the same deduplication token. Positions are
/// reported only after ClickHouse has acknowledged every row before them.
/// </para>
/// <para>
/// Nothing is dropped. What may pass, and what needs a person (disk full, wrong password), is tried again for ever, and meanwhile
/// <see cref="TakeAsync"/> waits, so that memory is bounded. A row that can never be stored becomes a dead letter.
/// </para>
/// </remarks>
public sealed class TopicSink : ITopicSubscriber, IAsyncDisposable
{
    private const int MigrationAttempts = 5;

    private readonly TopicSinkOptions _options;
    private readonly Func<IReadOnlyList<TopicPosition>, CancellationToken, ValueTask> _onStored;
    private readonly Func<DeadLetter, CancellationToken, ValueTask> _onDead;
    private readonly StoreMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly TableWriter _writer;
    private readonly BatchPump<TopicBatch> _pump;
    private readonly Dictionary<(Topic, int), int> _generations = [];
    private readonly BlockFacts _facts = new();
    private BlockRow _block;

    private TopicSink(
        TopicSinkOptions options, TableWriter writer, StoreMetrics metrics, ILogger log, TimeProvider time,
        Func<IReadOnlyList<TopicPosition>, CancellationToken, ValueTask> onStored, Func<DeadLetter, CancellationToken, ValueTask> onDead)
    {
        (_options, _writer, _metrics, _time, _onStored, _onDead) = (options, writer, metrics, time, onStored, onDead);
        _pump = new BatchPump<TopicBatch>(
            options, metrics, time, StoreAsync, closed: null, reason =>
            {
                _writer.Failed(reason);
                StoreLog.SinkStopped(log, reason);
            });
    }

    /// <summary>How the sink is doing; also the gauge pipeline.sinks.state.</summary>
    public SinkState State => _writer.State;

    /// <summary>What holds the sink up, in one line; null while nothing does.</summary>
    public string? Problem => _writer.Problem;

    /// <summary>Brings the tables up to date, waiting for a store that cannot be reached, and starts.</summary>
    /// <param name="store">The store, which may have other writers.</param>
    /// <param name="onStored">
    /// Called after each stored batch, one call at a time, with what may be committed. A commit that fails needs no repetition, since a later
    /// one covers it; an exception stops the sink.
    /// </param>
    /// <param name="onDead">
    /// Writes a row that can never be stored to sluice.dead and returns when the broker has it. <see cref="IOException"/> and
    /// <see cref="TimeoutException"/> are tried again; any other exception stops the sink.
    /// </param>
    /// <param name="options">Sizes and waits.</param>
    /// <param name="metrics">Where is counted; of its own when null.</param>
    /// <param name="log">Told what a person should know.</param>
    /// <param name="time">Clock of ages and waits.</param>
    /// <param name="ct">Gives up opening.</param>
    /// <exception cref="StoreException">The store is of another version.</exception>
    public static async Task<TopicSink> OpenAsync(
        IClickHouse store,
        Func<IReadOnlyList<TopicPosition>, CancellationToken, ValueTask> onStored,
        Func<DeadLetter, CancellationToken, ValueTask> onDead,
        TopicSinkOptions? options = null,
        StoreMetrics? metrics = null,
        ILogger? log = null,
        TimeProvider? time = null,
        CancellationToken ct = default)
    {
        options ??= new TopicSinkOptions();
        if (new TopicSinkOptionsValidator().Validate(null, options) is { Failed: true } failed)
        {
            throw new OptionsValidationException(nameof(TopicSinkOptions), typeof(TopicSinkOptions), failed.Failures);
        }

        metrics ??= new StoreMetrics();
        log ??= NullLogger.Instance;
        time ??= TimeProvider.System;
        var writer = new TableWriter(store, options, metrics, log, time, onDead);
        metrics.ObserveState(() => (int)writer.State);
        await writer.RunAsync("migrations", () => MigrateAsync(store, log, ct), ct).ConfigureAwait(false);
        return new TopicSink(options, writer, metrics, log, time, onStored, onDead);
    }

    /// <summary>Makes rows of a batch, which may be released afterwards; waits when the store is behind.</summary>
    /// <param name="batch">Batch of any topic of <see cref="Streams.Topics.All"/>.</param>
    /// <param name="ct">Gives up waiting; the rows were taken all the same.</param>
    public ValueTask TakeAsync(RecordBatch batch, CancellationToken ct = default)
    {
        lock (_pump.Gate)
        {
            _pump.BeforeAppend();
            var filling = _pump.Filling;
            var mark = batch switch
            {
                RecordBatch<Block> blocks => Take(blocks, filling),
                RecordBatch<PoolSwap> swaps => Take(swaps, filling, static (in s) => Start(s.Signature.Bytes)),
                RecordBatch<ValidatorObservation> seen => Take(seen, filling, static (in v) => Start(v.VoteAccount.Bytes) + (ulong)v.Slot),
                RecordBatch<Arbitrage> findings => Take(findings, filling, static (in f) => Start(f.Signature.Bytes)),
                RecordBatch<Sandwich> findings => Take(findings, filling, static (in f) => Start(f.Pool.Bytes) + (ulong)f.LastSlot),
                RecordBatch<RoundTrip> findings => Take(findings, filling, static (in f) => Start(f.Actor.Bytes) + (ulong)f.Slot),
                RecordBatch<JitLiquidity> findings => Take(findings, filling, static (in f) => Start(f.Provider.Bytes) + (ulong)f.LastSlot),
                RecordBatch<Liquidation> findings => Take(findings, filling, static (in f) => Start(f.Signature.Bytes)),
                RecordBatch<FailedAttempt> attempts => Take(attempts, filling, static (in a) => Start(a.Signature.Bytes)),
                RecordBatch<Bundle> bundles => Take(bundles, filling, static (in b) => (ulong)(b.Slot + b.FirstTxIndex)),
                RecordBatch<Rejection> rejections => Take(rejections, filling, static (in r) => (ulong)(r.Slot + r.Count)),
                RecordBatch<DeadLetter> letters => Take(letters, filling, static (in l) => (ulong)l.PayloadLength),
                _ => throw new ArgumentException($"Topic {batch.Topic.Name} has no table.", nameof(batch)),
            };
            filling.Took(batch, _generations.GetValueOrDefault((batch.Topic, batch.Partition)), mark);
            if (batch.ArrivalUnixMicros > 0) { filling.Arrivals.Add((batch.Topic, batch.ArrivalUnixMicros)); }
        }

        return _pump.CloseIfDueAsync(ct);
    }

    /// <summary>Says that a partition was taken away: its rows are still stored, its positions are reported no more.</summary>
    public void Forget(Topic topic, int partition)
    {
        lock (_pump.Gate) { _generations[(topic, partition)] = _generations.GetValueOrDefault((topic, partition)) + 1; }
    }

    /// <summary>Stores everything that was taken before and reports it; waits as long as that takes.</summary>
    public Task FlushAsync(CancellationToken ct = default) => _pump.FlushAsync(ct);

    /// <summary>Stores and reports everything; nothing can be taken any more.</summary>
    public Task CompleteAsync(CancellationToken ct = default) => _pump.CompleteAsync(ct);

    /// <summary>Stops. What was not reported comes again from the topics.</summary>
    public ValueTask DisposeAsync() => _pump.DisposeAsync();

    /// <summary>Sinks that start together change the same tables; what one of them is refused for that reason is done when it looks again.</summary>
    private static async Task MigrateAsync(IClickHouse store, ILogger log, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var applied = await SchemaMigrations.ApplyAsync(store, ct).ConfigureAwait(false);
                if (applied > 0) { StoreLog.Migrated(log, store.Database, applied); }
                return;
            }
            catch (ClickHouseException e) when (e.Kind == ClickHouseErrorKind.Reject && attempt < MigrationAttempts)
            {
                // Every statement can be repeated, and what the other one has recorded is left out.
            }
        }
    }

    private static ulong Start(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt64LittleEndian(bytes);

    private ulong Take(RecordBatch<Block> blocks, TopicBatch filling)
    {
        var rows = new FittingRows(filling, _metrics);
        var mark = 0UL;
        foreach (ref readonly var block in blocks.Records.Span)
        {
            mark += Start(block.Blockhash.Bytes);
            if (block.IsContext) { continue; }
            _facts.Write(in block, rows);
            BlockRows.Fill(in block, ref _block);
            rows.Append(in _block);
        }

        return mark;
    }

    private ulong Take<T>(RecordBatch<T> records, TopicBatch filling, Mark<T> markOf)
        where T : struct, IRecord
    {
        var rows = new FittingRows(filling, _metrics);
        var mark = 0UL;
        foreach (ref readonly var record in records.Records.Span)
        {
            mark += markOf(in record);
            rows.Append(in record);
        }

        return mark;
    }

    private async Task StoreAsync(TopicBatch batch, CancellationToken stop)
    {
        foreach (var letter in batch.Unfit)
        {
            await _writer.RunAsync("sluice.dead", () => _onDead(letter, stop).AsTask(), stop).ConfigureAwait(false);
        }

        var token = batch.Token(_options.Group);
        foreach (var table in batch.InOrder)
        {
            if (table.Rows > 0) { await _writer.StoreAsync(table, token, stop).ConfigureAwait(false); }
        }

        _metrics.Stored();
        var now = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        foreach (var (topic, arrival) in batch.Arrivals) { _metrics.EndToEnd(topic.Name, Math.Max(0, now - arrival) / 1e6); }
        await _onStored(PositionsOf(batch), stop).ConfigureAwait(false);
    }

    private IReadOnlyList<TopicPosition> PositionsOf(TopicBatch batch)
    {
        lock (_pump.Gate)
        {
            return batch.Positions((topic, partition, generation) => _generations.GetValueOrDefault((topic, partition)) == generation);
        }
    }

    private delegate ulong Mark<T>(in T record)
        where T : struct, IRecord;

    /// <summary>Rows on their way into a batch; one that its columns cannot hold is put aside.</summary>
    private readonly struct FittingRows(TopicBatch batch, StoreMetrics metrics) : IRowTarget
    {
        public void Append<T>(in T row)
            where T : struct, IRecord
        {
            try
            {
                batch.Append(in row);
            }
            catch (Exception e) when (e is OverflowException or ArgumentOutOfRangeException)
            {
                PutAside(in row, e);
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private void PutAside<T>(in T row, Exception failure)
            where T : struct, IRecord
        {
            metrics.Refused(Tables.All.First(t => t.Record == typeof(T)).Name, DeadRow.Unfit);
            batch.Unfit.Add(DeadRow.OfUnfit(in row, failure));
        }
    }
}
