using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Sluice.Api.ClickHouse;

/// <summary>What can be set about the port that answers ClickHouse's HTTP protocol. It listens on 127.0.0.1 only.</summary>
public sealed class ClickHouseOptions
{
    /// <summary>TCP port; 0 lets the system choose one. ClickHouse's own is 8123.</summary>
    [Range(0, 65_535)] public int Port { get; init; } = 8123;

    /// <summary>Longest time of a statement; a caller's max_execution_time can shorten it.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")] public TimeSpan QueryTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Statements that may wait for the store or be served by it at a time; more are refused.</summary>
    [Range(1, 10_000)] public int MaxStatements { get; init; } = 64;

    /// <summary>Throws <see cref="OptionsValidationException"/> naming every value that is out of its range.</summary>
    internal void Validate()
    {
        var result = new ClickHouseOptionsValidator().Validate(Options.DefaultName, this);
        if (result.Failed) { throw new OptionsValidationException(nameof(ClickHouseOptions), typeof(ClickHouseOptions), result.Failures); }
    }
}

[OptionsValidator]
internal sealed partial class ClickHouseOptionsValidator : IValidateOptions<ClickHouseOptions>;
