using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Sluice.Sinks.Writing;

namespace Sluice.Sinks.Topics;

/// <summary>How a sink of topics batches and retries.</summary>
public sealed class TopicSinkOptions : BatchOptions
{
    /// <summary>Consumer group of the sink; part of every deduplication token, so that two groups may fill one store.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Group { get; init; } = "sluice-sink";
}

/// <summary>Checks <see cref="TopicSinkOptions"/>.</summary>
[OptionsValidator]
public sealed partial class TopicSinkOptionsValidator : IValidateOptions<TopicSinkOptions>;
