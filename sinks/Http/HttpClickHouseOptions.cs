using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Sluice.Sinks.Http;

/// <summary>How a ClickHouse server is used.</summary>
public sealed class HttpClickHouseOptions
{
    public required HttpStoreAddress Address { get; init; }

    /// <summary>Longest time of a query, whatever the query itself asks for.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan MaxQueryDuration { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest time of an insert, a DDL statement or a delete.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan MaxWriteDuration { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Longest time to make a connection, after which the next host is tried.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest time to stop a statement on the server; one that is not stopped ends by its own limit.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan KillTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Largest result that is kept in memory, bytes.</summary>
    [Range(1L << 20, 1L << 30)]
    public long MaxResultBytes { get; init; } = 256L << 20;

    /// <summary>How long a host that failed is set aside at first; doubled with each further failure in a row.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan FirstSetAside { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest time that a host is set aside.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan MaxSetAside { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>Checks <see cref="HttpClickHouseOptions"/>.</summary>
[OptionsValidator]
public sealed partial class HttpClickHouseOptionsValidator : IValidateOptions<HttpClickHouseOptions>;
