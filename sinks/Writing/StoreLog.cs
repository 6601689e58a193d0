using Microsoft.Extensions.Logging;

namespace Sluice.Sinks.Writing;

/// <summary>What the sink says: nothing a row, nothing a batch, only what a person should know. Ids 2xxx.</summary>
internal static partial class StoreLog
{
    [LoggerMessage(EventId = 2001, Level = LogLevel.Information, Message = "Store {Database}: {Migrations} migrations applied")]
    public static partial void Migrated(ILogger log, string database, int migrations);

    [LoggerMessage(EventId = 2002, Level = LogLevel.Warning, Message = "Store {Database}: removed {Rows} rows of {Slots} slots that a broken-off run had not finished")]
    public static partial void Recovered(ILogger log, string database, long rows, int slots);

    [LoggerMessage(EventId = 2101, Level = LogLevel.Warning, Message = "ClickHouse did not take batch {Batch}, table {Table} ({Rows} rows), attempt {Attempt}: {Reason}")]
    public static partial void Retrying(ILogger log, ulong batch, string table, int rows, int attempt, string reason);

    [LoggerMessage(EventId = 2102, Level = LogLevel.Error, Message = "The store's writer stopped at batch {Batch}: {Reason}")]
    public static partial void Stopped(ILogger log, ulong batch, string reason);

    [LoggerMessage(EventId = 2201, Level = LogLevel.Warning, Message = "The store did not take {What}, attempt {Attempt}; the next one follows in {Seconds} s: {Reason}")]
    public static partial void SinkRetrying(ILogger log, string what, int attempt, double seconds, string reason);

    [LoggerMessage(EventId = 2202, Level = LogLevel.Error, Message = "The store needs help with {What}, attempt {Attempt}; nothing is lost, and the next attempt follows in {Seconds} s: {Reason}")]
    public static partial void SinkWaiting(ILogger log, string what, int attempt, double seconds, string reason);

    [LoggerMessage(EventId = 2203, Level = LogLevel.Information, Message = "The store takes rows again, after {Seconds} s")]
    public static partial void SinkRunning(ILogger log, double seconds);

    [LoggerMessage(EventId = 2204, Level = LogLevel.Error, Message = "Table {Table}: a row can never be stored and goes to the dead letters: {Reason}")]
    public static partial void RowRefused(ILogger log, string table, string reason);

    [LoggerMessage(EventId = 2205, Level = LogLevel.Critical, Message = "The sink stopped: {Reason}")]
    public static partial void SinkStopped(ILogger log, string reason);
}
