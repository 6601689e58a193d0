using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using Sluice.Schemas.Records;
using Sluice.Sinks;
using Sluice.Sinks.Migrations;
using Sluice.Sinks.Topics;
using Sluice.Sinks.Writing;
using Sluice.Streams;

namespace Sluice.Tests.Unit.Sinks;

public sealed class TopicSinkTests
{
    private static readonly TopicSinkOptions Large = new() { BatchAge = TimeSpan.FromHours(1) };

    private readonly MemoryClickHouse _store = new();
    private readonly ManualTime _time = new();
    private readonly List<DeadLetter> _dead = [];
    private readonly Dictionary<(Topic, int), long> _committed = [];
    private int _reports;

    [Fact]
    public async Task Blocks_come_after_the_facts_and_positions_after_both()
    {
        var log = TopicLog.OfSlots(2, 5, 9);
        var reportedEarly = false;
        _store.Before = _ =>
        {
            reportedEarly |= _reports > 0;
            return Task.CompletedTask;
        };
        await using var sink = await OpenAsync(Large);
        foreach (var batch in log.All()) { await sink.TakeAsync(batch); }
        await sink.FlushAsync();
        Assert.Equal("blocks", _store.Inserts[^1]);
        Assert.Equal(
            ["arbitrages", "blocks", "data_quality", "failed_attempts", "rejections", "skipped_slots", "swaps", "transactions"], _store.Inserts.Distinct().Order());
        Assert.False(reportedEarly);
        Assert.Equal(log.Partitions.ToDictionary(p => p.Key, p => p.Value[^1].NextPosition), _committed);
        Assert.Equal((SinkState.Running, null), (sink.State, sink.Problem));
    }

    [Theory]
    [InlineData(252, ClickHouseErrorKind.Retry, SinkState.Retrying)] // too many parts
    [InlineData(0, ClickHouseErrorKind.Retry, SinkState.Retrying)] // a lost connection
    [InlineData(243, ClickHouseErrorKind.Stop, SinkState.Waiting)] // disk full
    [InlineData(516, ClickHouseErrorKind.Stop, SinkState.Waiting)] // wrong password
    [InlineData(60, ClickHouseErrorKind.Reject, SinkState.Waiting)] // no such table
    [InlineData(16, ClickHouseErrorKind.Reject, SinkState.Waiting)] // no such column
    public async Task What_may_pass_or_be_mended_is_tried_again_until_it_is_and_nothing_is_lost(
        int code, ClickHouseErrorKind kind, SinkState expected)
    {
        var attempts = 0;
        _store.Before = insert => insert.Table == "swaps" && ++attempts <= 30
            ? throw new ClickHouseException(code, "out of order", kind)
            : Task.CompletedTask;
        await using var sink = await OpenAsync(Large);
        foreach (var batch in TopicLog.OfSlots(1, 5).All()) { await sink.TakeAsync(batch); }
        var flushed = sink.FlushAsync();
        await UntilAsync(() => sink.State == expected);
        Assert.Equal("swaps: out of order", sink.Problem);
        await AdvanceUntilAsync(() => flushed.IsCompleted);
        await flushed;
        Assert.Equal(31, attempts);
        Assert.Equal(Whole(1, 5), _store.Final);
        Assert.Equal((SinkState.Running, null), (sink.State, sink.Problem));
        Assert.Empty(_dead);
        Assert.Equal(4, _committed.Count);
    }

    [Fact]
    public async Task A_lost_acknowledgement_repeats_the_same_token()
    {
        var tokens = new List<string>();
        _store.After = insert =>
        {
            if (insert.Table != "swaps") { return; }
            tokens.Add(insert.Token);
            if (tokens.Count == 1) { throw new HttpRequestException("connection reset by peer"); }
        };
        await using var sink = await OpenAsync(Large);
        foreach (var batch in TopicLog.OfSlots(1, 5).All()) { await sink.TakeAsync(batch); }
        var flushed = sink.FlushAsync();
        await AdvanceUntilAsync(() => flushed.IsCompleted);
        Assert.Equal(2, tokens.Count);
        Assert.Single(tokens.Distinct());
        Assert.Equal(Whole(1, 5), _store.Final);
    }

    [Fact]
    public async Task One_poisonous_row_becomes_a_dead_letter_and_all_others_are_stored()
    {
        var log = TopicLog.OfSlots(3, 5, 11, 17, 23);
        var poison = ((RecordBatch<PoolSwap>)log.All().Last(b => b.Topic == Topics.Swaps)).Records[0];
        Refuse("swaps", row => row["signature"]!.ToString() == poison.Signature.ToString() && row["pool"]!.ToString() == poison.Pool.ToString());
        await using var sink = await OpenAsync(Large);
        foreach (var batch in log.All()) { await sink.TakeAsync(batch); }
        await sink.FlushAsync();
        var letter = Assert.Single(_dead);
        Assert.Equal(
            ("store", DeadRow.Refused, poison.Slot, poison.TxIndex, poison.Signature.ToString()),
            (letter.Topic, letter.Reason, letter.Slot, letter.TxIndex, letter.Signature));
        Assert.Contains("table swaps: ClickHouse refused the row: poison", letter.Message);
        Assert.Contains($"\"pool\":\"{poison.Pool}\"", System.Text.Encoding.UTF8.GetString(letter.Payload!));
        Assert.Equal(Whole(3, 5, 11, 17, 23).Length - 1, _store.Final.Length);
        Assert.Equal(log.Partitions.Count, _committed.Count);

        // The same row again gives the same letter, which replaces the first one in its table.
        var again = _dead[0].Source;
        foreach (var batch in log.All()) { await sink.TakeAsync(batch); }
        await sink.FlushAsync();
        Assert.Equal([again, again], _dead.Select(l => l.Source));
    }

    [Fact]
    public async Task When_every_row_is_refused_it_is_the_table_and_nothing_goes_to_the_dead_letters()
    {
        var slots = Enumerable.Range(1, 40).Select(i => (long)i).ToArray();
        var refusing = true;
        Refuse("transactions", _ => Volatile.Read(ref refusing));
        await using var sink = await OpenAsync(Large);
        foreach (var batch in TopicLog.OfSlots(1, slots).All()) { await sink.TakeAsync(batch); }
        var flushed = sink.FlushAsync();
        await UntilAsync(() => sink.State == SinkState.Waiting);
        Assert.Contains("refuses every row", sink.Problem);
        Volatile.Write(ref refusing, false);
        await AdvanceUntilAsync(() => flushed.IsCompleted);
        await flushed;
        Assert.Empty(_dead);
        Assert.Equal(Whole(1, slots), _store.Final);
    }

    [Fact]
    public async Task A_block_over_too_many_partitions_is_split()
    {
        var slots = Enumerable.Range(1, 90).Select(i => i * 432_000L).ToArray();
        _store.Before = insert => insert.Rows.DistinctBy(r => long.Parse((r["slot"] ?? r["proven_by_slot"])!.ToString()) / 432_000).Count() > 10
            ? throw new ClickHouseException(252, "Too many partitions for single INSERT block (more than 10)", ClickHouseErrorKind.Retry)
            : Task.CompletedTask;
        await using var sink = await OpenAsync(Large);
        foreach (var batch in TopicLog.OfSlots(1, slots).All()) { await sink.TakeAsync(batch); }
        await sink.FlushAsync();
        Assert.Equal(Whole(1, slots), _store.Final);
    }

    [Fact]
    public async Task A_value_that_no_column_holds_is_a_dead_letter_with_the_record_s_bytes()
    {
        var log = new TopicLog(1);
        var batch = log.NewBlock(8);
        ref var bad = ref batch.Records[0].Rejections.Add();
        (bad.Stage, bad.Reason, bad.Count) = ("read", "nonsense", -1);
        ref var good = ref batch.Records[0].Rejections.Add();
        (good.Stage, good.Reason, good.Count) = ("read", "sense", 1);
        log.Add(batch);
        await using var sink = await OpenAsync(Large);
        await sink.TakeAsync(batch);
        await sink.FlushAsync();
        var letter = Assert.Single(_dead);
        Assert.Equal(DeadRow.Unfit, letter.Reason);
        var row = default(Rejection);
        Assert.True(AvroSchemas.CodecOf<Rejection>().ReadSingleObject(letter.Payload, ref row).IsOk);
        Assert.Equal((8L, "nonsense", -1L), (row.Slot, row.Reason, row.Count));
        Assert.Equal((1, 1), (_store.Count("rejections"), _store.Count("blocks")));
    }

    [Fact]
    public async Task A_poisonous_dead_letter_does_not_make_another_one()
    {
        Refuse("dead_letters", row => row["reason"]!.ToString() == "poison");
        var batch = new RecordBatchPool<DeadLetter>(Topics.DeadLetters).Rent();
        foreach (var reason in new[] { "one", "poison", "two" })
        {
            ref var letter = ref batch.Records.Add();
            (letter.Topic, letter.Source, letter.Reason, letter.Message, letter.Payload) = ("chain.blocks", "file", reason, "text", []);
        }

        var log = new TopicLog(1);
        log.Append(batch, 0);
        await using var sink = await OpenAsync(Large);
        await sink.TakeAsync(batch);
        await sink.FlushAsync();
        Assert.Empty(_dead);
        Assert.Equal(2, _store.Count("dead_letters"));
        Assert.Equal(batch.NextPosition, _committed[(Topics.DeadLetters, 0)]);
    }

    [Fact]
    public async Task A_dead_letter_is_written_before_the_position_is_reported()
    {
        Refuse("swaps", row => row["inner_ix_index"]!.ToString() == "1");
        var attempts = 0;
        await using var sink = await OpenAsync(Large, onDead: () => ++attempts <= 5 ? throw new IOException("broker is away") : 0);
        foreach (var batch in TopicLog.OfSlots(1, 6).All()) { await sink.TakeAsync(batch); }
        var flushed = sink.FlushAsync();
        await UntilAsync(() => sink.State == SinkState.Retrying);
        Assert.Equal("sluice.dead: broker is away", sink.Problem);
        Assert.Empty(_committed);
        await AdvanceUntilAsync(() => flushed.IsCompleted);
        Assert.NotEmpty(_dead);
        Assert.Equal(5 + _dead.Count, attempts);
        Assert.NotEmpty(_committed);
    }

    [Fact]
    public async Task Context_blocks_give_no_rows_and_their_positions_are_reported()
    {
        var log = new TopicLog(1);
        var batch = log.NewBlock(7);
        batch.Records[0].IsContext = true;
        log.Add(batch);
        await using var sink = await OpenAsync(Large);
        foreach (var taken in log.All()) { await sink.TakeAsync(taken); }
        await sink.FlushAsync();
        Assert.Empty(_store.Final);
        Assert.Equal(batch.NextPosition, _committed[(Topics.Blocks, 0)]);
    }

    [Fact]
    public async Task A_slow_store_makes_taking_wait()
    {
        var gate = new TaskCompletionSource();
        _store.Before = _ => gate.Task;
        await using var sink = await OpenAsync(new TopicSinkOptions { BatchRows = 1, BatchAge = TimeSpan.FromHours(1) });
        var batches = TopicLog.OfSlots(1, 1, 2, 3).Partitions[(Topics.Blocks, 0)];
        await sink.TakeAsync(batches[0]);
        var second = sink.TakeAsync(batches[1]).AsTask();
        Assert.False(second.IsCompleted, "two batches are all there are, and the first is still being stored");
        gate.SetResult();
        await second;
        await sink.FlushAsync();
        Assert.Equal(2, _store.Count("blocks"));
    }

    [Fact]
    public async Task Rows_that_wait_long_enough_are_stored_without_further_rows()
    {
        await using var sink = await OpenAsync(new TopicSinkOptions { BatchAge = TimeSpan.FromSeconds(2) });
        foreach (var batch in TopicLog.OfSlots(1, 5).All()) { await sink.TakeAsync(batch); }
        Assert.Empty(_store.Final);
        _time.Advance(TimeSpan.FromSeconds(2));
        await UntilAsync(() => Volatile.Read(ref _reports) == 1);
        Assert.Equal(Whole(1, 5), _store.Final);
    }

    [Fact]
    public async Task A_partition_that_was_taken_away_is_stored_and_not_reported()
    {
        var log = TopicLog.OfSlots(1, 5);
        await using var sink = await OpenAsync(Large);
        foreach (var batch in log.All()) { await sink.TakeAsync(batch); }
        sink.Forget(Topics.Swaps, 0);
        await sink.FlushAsync();
        Assert.Equal(Whole(1, 5), _store.Final);
        Assert.False(_committed.ContainsKey((Topics.Swaps, 0)));
        Assert.True(_committed.ContainsKey((Topics.Blocks, 0)));

        // It comes back from an earlier position.
        await sink.TakeAsync(log.Partitions[(Topics.Swaps, 0)][0]);
        await sink.FlushAsync();
        Assert.Equal(log.Partitions[(Topics.Swaps, 0)][0].NextPosition, _committed[(Topics.Swaps, 0)]);
    }

    [Fact]
    public async Task Tokens_depend_on_positions_and_content_and_not_on_the_order_of_partitions()
    {
        var tokens = new List<string>();
        _store.Before = insert =>
        {
            if (insert.Table == "swaps") { tokens.Add(insert.Token); }
            return Task.CompletedTask;
        };
        foreach (var (slots, seed) in new[] { (new long[] { 5, 11, 17 }, 1), ([5, 11, 17], 2), ([5, 11], 1), ([5, 11, 23], 1) })
        {
            await using var sink = await OpenAsync(Large);
            foreach (var batch in TopicLog.OfSlots(4, slots).Mixed(new Random(seed))) { await sink.TakeAsync(batch); }
            await sink.FlushAsync();
        }

        Assert.Equal(tokens[0], tokens[1]);
        Assert.Equal(3, tokens.Distinct().Count());
        Assert.All(tokens, t => Assert.StartsWith("sluice-sink/", t, StringComparison.Ordinal));
    }

    /// <summary>Sinks die at any moment, also after ClickHouse has the rows and before anything is committed; others go on with other batches.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Sinks_that_die_and_are_succeeded_leave_the_rows_of_one_undisturbed(int seed)
    {
        var random = new Random(seed);
        var slots = Enumerable.Range(100, 40).Select(i => (long)i).ToArray();
        var log = TopicLog.OfSlots(5, slots);
        for (var life = 0; life < 30; life++)
        {
            // The last one lives.
            var inserts = life == 29 ? int.MaxValue : random.Next(1, 12);
            var acknowledges = random.Next(2) == 0;
            var died = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _store.Before = _ => !acknowledges && Interlocked.Decrement(ref inserts) < 0 ? Never(died) : Task.CompletedTask;
            _store.After = _ => { };
            await using var sink = await OpenAsync(
                new TopicSinkOptions { BatchRows = random.Next(1, 400), BatchAge = TimeSpan.FromHours(1) },
                beforeCommit: () => acknowledges && Interlocked.Decrement(ref inserts) < 0 ? Never(died) : Task.CompletedTask);
            var run = RunAsync(sink, log.Mixed(random, new Dictionary<(Topic, int), long>(_committed)));
            if (await Task.WhenAny(run, died.Task) == run) { await run; }
        }

        Assert.Equal(Whole(5, slots), _store.Final);
        Assert.Equal(log.Partitions.ToDictionary(p => p.Key, p => p.Value[^1].NextPosition), _committed);

        static async Task RunAsync(TopicSink sink, IEnumerable<RecordBatch> batches)
        {
            try
            {
                foreach (var batch in batches) { await sink.TakeAsync(batch); }
                await sink.FlushAsync();
            }
            catch (StoreException)
            {
                // The sink was given up in the middle.
            }
        }

        static Task Never(TaskCompletionSource died)
        {
            died.TrySetResult();
            return new TaskCompletionSource().Task;
        }
    }

    [Fact]
    public async Task A_store_that_cannot_be_reached_at_the_start_is_waited_for()
    {
        var attempts = 0;
        _store.OnStatement = _ =>
        {
            if (++attempts <= 12) { throw new ClickHouseException(210, "connection refused", ClickHouseErrorKind.Retry); }
        };
        var opening = OpenAsync(Large);
        await AdvanceUntilAsync(() => opening.IsCompleted);
        await using var sink = await opening;
        Assert.Equal(SinkState.Running, sink.State);
    }

    [Fact]
    public async Task A_migration_that_another_sink_was_quicker_with_is_looked_at_again()
    {
        var attempts = 0;
        _store.OnStatement = sql =>
        {
            if (sql.StartsWith("ALTER", StringComparison.Ordinal) && ++attempts == 1) { throw new ClickHouseException(517, "another ALTER", ClickHouseErrorKind.Reject); }
        };
        await using var sink = await OpenAsync(Large);

        // Each once, and the first one again.
        var alterations = SchemaMigrations.All.SelectMany(m => m.Statements).Count(s => s.StartsWith("ALTER", StringComparison.Ordinal));
        Assert.Equal(1 + alterations, attempts);
    }

    [Fact]
    public async Task A_fault_of_ours_stops_the_sink_and_says_so()
    {
        _store.Before = _ => throw new InvalidOperationException("columns are uneven");
        await using var sink = await OpenAsync(Large);
        var batches = TopicLog.OfSlots(1, 5).Partitions[(Topics.Blocks, 0)];
        await sink.TakeAsync(batches[0]);
        Assert.Contains("uneven", (await Assert.ThrowsAsync<StoreException>(() => sink.FlushAsync())).Message);
        Assert.Equal((SinkState.Failed, "columns are uneven"), (sink.State, sink.Problem));
        await Assert.ThrowsAsync<StoreException>(async () => await sink.TakeAsync(batches[0]));
        Assert.Empty(_committed);
    }

    [Fact]
    public async Task The_time_from_arrival_to_store_is_measured()
    {
        var seconds = new List<double>();
        using var metrics = new StoreMetrics();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (i, l) =>
        {
            if (i.Name == "pipeline.streams.e2e.duration" && ReferenceEquals(i.Meter, metrics.Meter)) { l.EnableMeasurementEvents(i); }
        };
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => seconds.Add(value));
        listener.Start();
        await using var sink = await OpenAsync(Large, metrics: metrics);
        _time.Advance(TimeSpan.FromSeconds(100));
        var batch = TopicLog.OfSlots(1, 5).Partitions[(Topics.Blocks, 0)][0];
        batch.ArrivalUnixMicros = 98_500_000;
        await sink.TakeAsync(batch);
        await sink.FlushAsync();
        Assert.Equal([1.5], seconds);
    }

    [Fact]
    public async Task A_wrong_option_stops_the_start_with_its_name()
    {
        Assert.Contains("BatchRows", (await Assert.ThrowsAsync<OptionsValidationException>(() => OpenAsync(new TopicSinkOptions { BatchRows = 0 }))).Message);
        Assert.Contains("Group", (await Assert.ThrowsAsync<OptionsValidationException>(() => OpenAsync(new TopicSinkOptions { Group = "" }))).Message);
    }

    /// <summary>The rows that an undisturbed sink stores of these slots.</summary>
    private static string[] Whole(int partitions, params long[] slots)
    {
        var store = new MemoryClickHouse();
        Task.Run(async () =>
        {
            await using var sink = await TopicSink.OpenAsync(
                store, (_, _) => ValueTask.CompletedTask, (_, _) => throw new InvalidOperationException("a row was refused"), Large);
            foreach (var batch in TopicLog.OfSlots(partitions, slots).All()) { await sink.TakeAsync(batch); }
            await sink.CompleteAsync();
        }).GetAwaiter().GetResult();
        return store.Final;
    }

    private void Refuse(string table, Func<System.Text.Json.Nodes.JsonObject, bool> isPoison) => _store.Before = insert =>
        insert.Table == table && insert.Rows.Any(isPoison)
            ? throw new ClickHouseException(469, "poison", ClickHouseErrorKind.Reject)
            : Task.CompletedTask;

    private Task<TopicSink> OpenAsync(
        TopicSinkOptions options, Func<int>? onDead = null, Func<Task>? beforeCommit = null, StoreMetrics? metrics = null) => TopicSink.OpenAsync(
        _store,
        async (positions, ct) =>
        {
            await (beforeCommit?.Invoke() ?? Task.CompletedTask).WaitAsync(ct);
            foreach (var (topic, partition, next) in positions) { _committed[(topic, partition)] = next; }
            Interlocked.Increment(ref _reports);
        },
        (letter, _) =>
        {
            onDead?.Invoke();
            _dead.Add(letter);
            return ValueTask.CompletedTask;
        },
        options,
        metrics,
        time: _time);

    /// <summary>Moves the clock until something holds.</summary>
    private Task AdvanceUntilAsync(Func<bool> holds) => UntilAsync(() =>
    {
        if (holds()) { return true; }
        _time.Advance(TimeSpan.FromSeconds(11));
        return false;
    });

    /// <summary>Gives other tasks a turn until something holds; a test that hangs is ended by its time limit.</summary>
    private static async Task UntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!holds())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
