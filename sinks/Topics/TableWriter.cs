using System.Globalization;
using Microsoft.Extensions.Logging;
using Sluice.Schemas.Records;
using Sluice.Sinks.Writing;

namespace Sluice.Sinks.Topics;

/// <summary>Stores the rows of one table, whatever it takes, and keeps the sink's state.</summary>
/// <remarks>
/// What may pass is tried again for ever. Where ClickHouse says that rows are wrong, they are halved until the wrong ones stand alone:
/// those become dead letters and the others are stored. When not a single row is taken, it is the table that is wrong, not the rows, and
/// that is waited for as well.
/// </remarks>
internal sealed class TableWriter(
    IClickHouse store, BatchOptions options, StoreMetrics metrics, ILogger log, TimeProvider time, Func<DeadLetter, CancellationToken, ValueTask> onDead)
{
    /// <summary>Rows refused one by one without one taken, after which the fault is looked for in the table.</summary>
    private const int RowsThatProveATableWrong = 16;

    private const int TooManyParts = 252;

    private readonly StoreRetry _retry = new(options, time);
    private long _troubleSince;
    private volatile string? _problem;
    private volatile SinkState _state = SinkState.Starting;

    public SinkState State => _state;

    /// <summary>What holds the sink up, in one line; null while nothing does.</summary>
    public string? Problem => _problem;

    /// <summary>Says that the sink has stopped.</summary>
    public void Failed(string reason) => (_problem, _state) = (reason, SinkState.Failed);

    /// <summary>Runs work that needs the store or the broker until it succeeds; what trying again cannot mend goes on.</summary>
    public async Task RunAsync(string what, Func<Task> work, CancellationToken ct)
    {
        await _retry.RunAsync(work, (e, attempt, delay) => IsWorthWaiting(e) && Trouble(what, e, attempt, delay), ct).ConfigureAwait(false);
        Trusted();
    }

    /// <summary>Returns when each row is in the table or reported as a dead letter.</summary>
    public async Task StoreAsync(ITableRows table, string token, CancellationToken ct)
    {
        var start = time.GetTimestamp();
        await _retry.RunAsync(
            async () =>
            {
                var tally = new Tally();
                await StoreAsync(table, token, 0, table.Rows, tally, ct).ConfigureAwait(false);
                await ReportAsync(table, tally, ct).ConfigureAwait(false);
                metrics.Inserted(table.Table, tally.Stored, time.GetElapsedTime(start).TotalSeconds);
            },
            (e, attempt, delay) => e is TableRefusedException && Trouble(table.Table, e, attempt, delay),
            ct).ConfigureAwait(false);
    }

    private static bool IsWorthWaiting(Exception e) => e switch
    {
        ClickHouseException { Kind: not ClickHouseErrorKind.Reject } refusal => !MustBeSplit(refusal),
        ClickHouseException refusal => ConcernsTable(refusal),
        HttpRequestException or IOException or TimeoutException or OperationCanceledException => true,
        _ => false,
    };

    /// <summary>A block over too many partitions: no time mends it, smaller blocks do.</summary>
    private static bool MustBeSplit(ClickHouseException e) =>
        e.Code == TooManyParts && e.Message.Contains("INSERT block", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Errors that every row would meet: table, column, statement or setting. Source: ClickHouse, src/Common/ErrorCodes.cpp.
    /// </summary>
    private static bool ConcernsTable(ClickHouseException e) => e.Code is
        8 or 10 or 16 or 20 // THERE_IS_NO_COLUMN, NOT_FOUND_COLUMN_IN_BLOCK, NO_SUCH_COLUMN_IN_TABLE, NUMBER_OF_COLUMNS_DOESNT_MATCH
        or 44 or 47 or 48 or 50 // ILLEGAL_COLUMN, UNKNOWN_IDENTIFIER, NOT_IMPLEMENTED, UNKNOWN_TYPE
        or 53 or 60 or 62 or 81 // TYPE_MISMATCH, UNKNOWN_TABLE, SYNTAX_ERROR, UNKNOWN_DATABASE
        or 115 or 164 or 344 or 452; // UNKNOWN_SETTING, READONLY, SUPPORT_IS_DISABLED, SETTING_CONSTRAINT_VIOLATION

    private async Task StoreAsync(ITableRows table, string token, int first, int count, Tally tally, CancellationToken ct)
    {
        ClickHouseException refusal;
        var name = count == table.Rows ? $"{token}/{table.Table}" : string.Create(CultureInfo.InvariantCulture, $"{token}/{table.Table}:{first}+{count}");
        try
        {
            await RunAsync(
                table.Table,
                () => store.InsertAsync(table.Table, table.Columns, output => table.WriteTo(output, first, count), name, ct),
                ct).ConfigureAwait(false);
            tally.Stored += count;
            return;
        }
        catch (ClickHouseException e)
        {
            refusal = e;
        }

        if (count > 1)
        {
            await StoreAsync(table, token, first, count / 2, tally, ct).ConfigureAwait(false);
            await StoreAsync(table, token, first + (count / 2), count - (count / 2), tally, ct).ConfigureAwait(false);
            return;
        }

        tally.Refused.Add((first, refusal));
        if (tally.Stored > 0) { await ReportAsync(table, tally, ct).ConfigureAwait(false); }
        else if (tally.Refused.Count >= RowsThatProveATableWrong) { throw new TableRefusedException(refusal); }
    }

    private async Task ReportAsync(ITableRows table, Tally tally, CancellationToken ct)
    {
        foreach (var (row, refusal) in tally.Refused)
        {
            metrics.Refused(table.Table, DeadRow.Refused);
            StoreLog.RowRefused(log, table.Table, refusal.Message);

            // A letter about a letter would go round for ever; what it told still stands in its topic.
            if (table.Table == StoreTables.DeadLetters) { continue; }
            var letter = DeadRow.OfRefused(table, row, refusal);
            await RunAsync("sluice.dead", () => onDead(letter, ct).AsTask(), ct).ConfigureAwait(false);
        }

        tally.Refused.Clear();
    }

    private bool Trouble(string what, Exception e, int attempt, TimeSpan delay)
    {
        metrics.Retried(what);
        var reason = e.Message.ReplaceLineEndings(" ");
        var passes = e is not TableRefusedException && e is not ClickHouseException { Kind: not ClickHouseErrorKind.Retry };
        if (_problem is null) { Volatile.Write(ref _troubleSince, time.GetTimestamp()); }
        (_problem, _state) = ($"{what}: {reason}", passes ? SinkState.Retrying : SinkState.Waiting);
        if (passes) { StoreLog.SinkRetrying(log, what, attempt, delay.TotalSeconds, reason); }
        else { StoreLog.SinkWaiting(log, what, attempt, delay.TotalSeconds, reason); }
        return true;
    }

    private void Trusted()
    {
        if (_problem is not null)
        {
            StoreLog.SinkRunning(log, time.GetElapsedTime(Volatile.Read(ref _troubleSince)).TotalSeconds);
            _problem = null;
        }

        _state = SinkState.Running;
    }

    /// <summary>What became of a table's rows in one pass.</summary>
    private sealed class Tally
    {
        public int Stored { get; set; }

        /// <summary>Rows that ClickHouse turned down and that are not reported yet.</summary>
        public List<(int Row, ClickHouseException Refusal)> Refused { get; } = [];
    }

    /// <summary>Row after row is refused and none is taken.</summary>
    private sealed class TableRefusedException(ClickHouseException refusal)
        : Exception($"ClickHouse refuses every row, so it is not the rows: {refusal.Message}", refusal);
}
