using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Sluice.Sinks.Embedded;

/// <summary>How the embedded engine is run.</summary>
public sealed class EmbeddedOptions
{
    /// <summary>Folder of the store.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Path { get; init; } = "./data";

    /// <summary>Database inside the store; letters, digits and underscores.</summary>
    [RegularExpression("^[A-Za-z_][A-Za-z0-9_]{0,63}$")]
    public string Database { get; init; } = "sluice";

    /// <summary>When true, a store that is not there is an error; otherwise it is made.</summary>
    public bool MustExist { get; init; }

    /// <summary>Connections for inserts and DDL. More than two bring nothing on two cores.</summary>
    [Range(1, 16)]
    public int WriteConnections { get; init; } = 2;

    /// <summary>Connections for queries, that is queries at a time; others wait.</summary>
    [Range(1, 64)]
    public int ReadConnections { get; init; } = 4;

    /// <summary>Memory that the engine may use in all, bytes; a query or merge that needs more fails alone.</summary>
    [Range(200L << 20, 1L << 40)]
    public long MemoryBytes { get; init; } = 700L << 20;

    /// <summary>Memory of one query, bytes; sorting and grouping spill to disk at half of it.</summary>
    [Range(50L << 20, 1L << 40)]
    public long QueryMemoryBytes { get; init; } = 400L << 20;

    /// <summary>Longest time of a query, whatever the query itself asks for.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan MaxQueryDuration { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest time of an insert, a DDL statement or a delete, after which its connection is given up.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan MaxWriteDuration { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Largest result that is kept in memory, bytes.</summary>
    [Range(1L << 20, 1L << 31)]
    public long MaxResultBytes { get; init; } = 256L << 20;

    /// <summary>Threads that merge parts in the background.</summary>
    [Range(1, 64)]
    public int MergeThreads { get; init; } = 2;
}

/// <summary>Checks <see cref="EmbeddedOptions"/>.</summary>
[OptionsValidator]
public sealed partial class EmbeddedOptionsValidator : IValidateOptions<EmbeddedOptions>;
