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
}
