using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Sluice.Sinks.Writing;

/// <summary>How rows are batched and retried.</summary>
public sealed class StoreWriterOptions : BatchOptions
{
    /// <summary>Attempts to write a batch before the writer stops.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; init; } = 8;
}

/// <summary>Checks <see cref="StoreWriterOptions"/>.</summary>
[OptionsValidator]
public sealed partial class StoreWriterOptionsValidator : IValidateOptions<StoreWriterOptions>;
