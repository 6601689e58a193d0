using Microsoft.Extensions.Options;
using Sluice.Sinks;
using Sluice.Sinks.Writing;
using Sluice.Tests.Integration.Sinks;

namespace Sluice.Tests.Unit.Sinks;

public sealed class StoreWriterFaultTests
{
    private readonly RecordingClickHouse _store = new();
    private readonly ManualTime _time = new();

    [Fact]
    public async Task Facts_come_first_and_blocks_last()
    {
        await using var writer = await OpenAsync(new StoreWriterOptions());
        await SlotRows.WriteAsync(writer, 30);
        await writer.CompleteAsync();
        Assert.Equal(["begin", "transactions", "swaps", "arbitrages", "skipped_slots", "blocks", "end"], _store.Inserts);
        Assert.Equal((20 + 20 + 1 + 1 + 1, 1), (writer.StoredRows, writer.StoredSlots));
    }

    [Fact]
    public async Task An_error_that_may_pass_is_tried_again_after_a_growing_wait()
    {
        var attempts = 0;
        _store.OnInsert = table => table == "swaps" && ++attempts < 4
            ? throw new ClickHouseException(252, "too many parts", ClickHouseErrorKind.Retry)
            : Task.CompletedTask;
        await using var writer = await OpenAsync(new StoreWriterOptions { FirstRetryDelay = TimeSpan.FromSeconds(1), BatchAge = TimeSpan.FromHours(1) });
        await SlotRows.WriteAsync(writer, 1);
        var flushed = writer.FlushAsync();
        var expected = 1;
        foreach (var seconds in new[] { 1, 2, 4 })
        {
            await UntilAsync(() => _time.Waiting == 2);
            _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
            Assert.DoesNotContain("swaps", _store.Inserts);
            _time.Advance(TimeSpan.FromTicks(1));
            var next = ++expected;
            await UntilAsync(() => Volatile.Read(ref attempts) == next);
        }

        await flushed;
        Assert.Equal(4, attempts);
        Assert.Equal(1, _store.Inserts.Count(t => t == "swaps"));
        Assert.Equal("blocks", _store.Inserts[^1]);
    }

    [Fact]
    public async Task A_refused_batch_stops_the_writer_and_its_slot_is_not_stored()
    {
        _store.OnInsert = table => table == "swaps"
            ? throw new ClickHouseException(53, "type mismatch in column pool", ClickHouseErrorKind.Reject)
            : Task.CompletedTask;
        await using var writer = await OpenAsync(new StoreWriterOptions());
        await SlotRows.WriteAsync(writer, 1);
        var e = await Assert.ThrowsAsync<StoreException>(() => writer.FlushAsync());
        Assert.Contains("swaps", e.Message);
        Assert.Contains("type mismatch", e.Message);
        Assert.DoesNotContain("blocks", _store.Inserts);
        await Assert.ThrowsAsync<StoreException>(async () => await SlotRows.WriteAsync(writer, 2));
        await Assert.ThrowsAsync<StoreException>(() => writer.CompleteAsync());
        Assert.DoesNotContain("end", _store.Inserts);
    }

    [Fact]
    public async Task An_error_that_does_not_pass_stops_the_writer_after_its_attempts()
    {
        var attempts = 0;
        _store.OnInsert = _ =>
        {
            attempts++;
            throw new ClickHouseException(241, "memory", ClickHouseErrorKind.Retry);
        };
        await using var writer = await OpenAsync(new StoreWriterOptions { MaxAttempts = 3, BatchAge = TimeSpan.FromHours(1) });
        await SlotRows.WriteAsync(writer, 1);
        var flushed = writer.FlushAsync();
        while (!flushed.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(20));
            await Task.Yield();
        }

        Assert.Contains("3 attempts", (await Assert.ThrowsAsync<StoreException>(() => flushed)).Message);
        Assert.Equal(3, attempts);
    }

    [Fact]
    public async Task A_slow_store_holds_the_pipeline_up_and_nothing_is_dropped()
    {
        var gate = new TaskCompletionSource();
        _store.OnInsert = _ => gate.Task;
        await using var writer = await OpenAsync(new StoreWriterOptions { BatchRows = 40 });
        await SlotRows.WriteAsync(writer, 1);
        var second = SlotRows.WriteAsync(writer, 2).AsTask();
        Assert.False(second.IsCompleted, "two batches are all there are, and the first is still being stored");
        gate.SetResult();
        await second;
        await writer.CompleteAsync();
        Assert.Equal(2, writer.StoredSlots);
        Assert.Equal(2, _store.Inserts.Count(t => t == "transactions"));
    }

    [Fact]
    public async Task Rows_that_wait_long_enough_are_stored_without_further_rows()
    {
        await using var writer = await OpenAsync(new StoreWriterOptions { BatchAge = TimeSpan.FromSeconds(2) });
        await SlotRows.WriteAsync(writer, 1);
        Assert.Empty(_store.Inserts);
        _time.Advance(TimeSpan.FromSeconds(2));
        await UntilAsync(() => writer.StoredSlots == 1);
    }

    [Fact]
    public async Task A_batch_is_full_by_bytes_too()
    {
        await using var writer = await OpenAsync(new StoreWriterOptions { BatchBytes = 8 << 10 });
        await SlotRows.WriteAsync(writer, 1);
        await UntilAsync(() => writer.StoredSlots == 1);
    }

    [Fact]
    public async Task Without_completion_a_session_stays_open()
    {
        await using (var writer = await OpenAsync(new StoreWriterOptions()))
        {
            await SlotRows.WriteAsync(writer, 1);
            await writer.FlushAsync();
        }

        Assert.DoesNotContain("end", _store.Inserts);
    }

    [Fact]
    public async Task A_wrong_option_stops_the_start_with_its_name()
    {
        var e = await Assert.ThrowsAsync<OptionsValidationException>(() => OpenAsync(new StoreWriterOptions { BatchRows = 0 }));
        Assert.Contains("BatchRows", e.Message);
    }

    private Task<StoreWriter> OpenAsync(StoreWriterOptions options) => StoreWriter.OpenAsync(_store, options, time: _time);

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
