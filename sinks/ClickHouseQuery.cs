namespace Sluice.Sinks;

/// <summary>A question to ClickHouse. Reading only.</summary>
/// <param name="Sql">One statement; parameters stand as <c>{name:Type}</c>.</param>
public sealed record ClickHouseQuery(string Sql)
{
    /// <summary>Any output format of ClickHouse, such as JSONEachRow, JSONCompact, CSVWithNames, PrettyCompactMonoBlock.</summary>
    public string Format { get; init; } = "JSONEachRow";

    /// <summary>Parameter values by name, as ClickHouse reads them from text: <c>123</c>, <c>abc</c>, <c>['a','b']</c>.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = NoParameters;

    /// <summary>Most rows of the result; more is an error (TOO_MANY_ROWS_OR_BYTES). 0 leaves it to the store's own limit.</summary>
    public long MaxRows { get; init; }

    /// <summary>Longest time to answer; beyond it the query is stopped (TIMEOUT_EXCEEDED). Null leaves it to the store's own limit.</summary>
    public TimeSpan? MaxDuration { get; init; }

    /// <summary>ClickHouse's settings for this query only, by name, such as <c>join_use_nulls</c>; whoever takes them from outside chooses which.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = NoParameters;

    /// <summary>Database of table names without one; null for the store's own.</summary>
    public string? Database { get; init; }

    private static readonly IReadOnlyDictionary<string, string> NoParameters = new Dictionary<string, string>(0);
}

/// <summary>An answer in memory.</summary>
/// <param name="Bytes">The result in the format that was asked for.</param>
/// <param name="Rows">Rows of the result.</param>
public sealed record QueryResult(byte[] Bytes, long Rows)
{
    /// <summary>The result as text.</summary>
    public string Text => System.Text.Encoding.UTF8.GetString(Bytes);
}
