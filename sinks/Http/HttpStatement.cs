namespace Sluice.Sinks.Http;

/// <summary>One request to a server.</summary>
internal sealed class HttpStatement(string sql)
{
    private static readonly IReadOnlyDictionary<string, string> Nothing = new Dictionary<string, string>(0);

    public string Sql { get; } = sql;

    /// <summary>Names the statement on the server, so that it can be stopped there.</summary>
    public string QueryId { get; } = $"sluice-{Guid.NewGuid():N}";

    /// <summary>Where it was sent last; null before.</summary>
    public HttpHost? SentTo { get; set; }

    /// <summary>Makes the body of one attempt, when the statement has data; without, the statement is the body.</summary>
    public Func<NativeBody>? Body { get; init; }

    /// <summary>False for statements that must work before the database is there.</summary>
    public bool InDatabase { get; init; } = true;

    /// <summary>Database; null for that of the store's address.</summary>
    public string? Database { get; init; }

    public bool IsReading { get; init; }

    /// <summary>True when doing it twice is the same as doing it once, so that it may be sent again when the answer was lost.</summary>
    public bool CanRepeat { get; init; }

    public bool IsCompressed { get; init; }

    public string? Format { get; init; }

    /// <summary>Settings of ours, which a server may be too old for.</summary>
    public IReadOnlyList<(string Name, string Value)> Settings { get; init; } = [];

    /// <summary>Settings that the caller wants; they go before ours and before the address's.</summary>
    public IReadOnlyDictionary<string, string> Wanted { get; init; } = Nothing;

    public IReadOnlyDictionary<string, string> Parameters { get; init; } = Nothing;
}
