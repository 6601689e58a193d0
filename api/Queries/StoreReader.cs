using System.Diagnostics;
using System.Text.Json;
using Sluice.Api.Hosting;
using Sluice.Sinks;

namespace Sluice.Api.Queries;

/// <summary>Runs the api's own statements: adds the limits, and measures.</summary>
/// <remarks>
/// The store writes whole numbers of 64 and more bits as JSON strings. That is right for amounts; statements here turn slots,
/// times and counts into decimals, which are written as numbers.
/// </remarks>
internal sealed class StoreReader(IClickHouse store, ApiOptions options, ApiMetrics metrics)
{
    /// <summary>Rows of any statement here: one more than the largest page, to know whether there is a next one.</summary>
    private const long MaxRows = 1_001;

    /// <summary>The rows as JSON objects, one a line.</summary>
    public async Task<QueryResult> ReadAsync(SqlStatement statement, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var outcome = "failed";
        try
        {
            var query = new ClickHouseQuery(statement.Text)
            {
                Format = "JSONEachRow",
                Parameters = statement.Parameters,
                MaxRows = MaxRows,
                MaxDuration = options.QueryTimeout,
            };
            var result = await store.QueryAsync(query, cancellationToken);
            outcome = "ok";
            return result;
        }
        finally
        {
            metrics.QueryDone(statement.Name, outcome, Stopwatch.GetElapsedTime(started));
        }
    }

    /// <summary>The only row; null when there is none.</summary>
    public async Task<ReadOnlyMemory<byte>?> ReadRowAsync(SqlStatement statement, CancellationToken cancellationToken)
    {
        var result = await ReadAsync(statement, cancellationToken);
        if (result.Rows == 0) { return null; }
        return result.Bytes.AsMemory().TrimEnd((byte)'\n');
    }

    /// <summary>A range of slots from a row <c>{"first":…,"last":…}</c>; null when there is no row.</summary>
    public async Task<(ulong First, ulong Last)?> ReadSlotsAsync(SqlStatement statement, CancellationToken cancellationToken)
    {
        if (await ReadRowAsync(statement, cancellationToken) is not { } row) { return null; }
        using var json = JsonDocument.Parse(row);
        return (json.RootElement.GetProperty("first").GetUInt64(), json.RootElement.GetProperty("last").GetUInt64());
    }
}
