using Sluice.Streams.Formats.Registry;

namespace Sluice.Streams.Formats;

/// <summary>How records become message values.</summary>
public sealed record FormatOptions
{
    /// <summary>The schema registry; with one, values are written in Confluent's framing, without one in single-object encoding.</summary>
    public SchemaRegistryOptions? Registry { get; init; }

    /// <summary>Where writers' schemas are found by fingerprint, or null: then only those that this version ships are known.</summary>
    public ISchemaSource? Source { get; init; }

    /// <summary>Where own schemas are published, without a registry.</summary>
    public ISchemaPublisher? Publisher { get; init; }

    /// <summary>What stands before the names of all topics, and so in the registry's subjects.</summary>
    public string TopicPrefix { get; init; } = "";

    /// <summary>How long a schema that could not be found counts as not to be had, before it is asked for again.</summary>
    public TimeSpan FailureLifetime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Told, in one line, that a schema is being waited for, and that it came; at most once each for an outage.</summary>
    public Action<string>? Warn { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
