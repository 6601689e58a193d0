using Microsoft.Extensions.Logging;
using Sluice.Streams.Formats;
using Sluice.Streams.Formats.Registry;
using Sluice.Streams.Kafka;
using Sluice.Streams.Kafka.Clients;

namespace Sluice.Cli.Roles.Settings;

/// <summary>How a role uses Kafka, and how records stand in its messages.</summary>
/// <param name="Kafka">The cluster.</param>
/// <param name="Registry">Schema registry, or null: schemas are then in the topic sluice.schemas.</param>
internal sealed record KafkaSettings(KafkaOptions Kafka, SchemaRegistryOptions? Registry)
{
    /// <summary>Checks the settings against the client library.</summary>
    /// <exception cref="KafkaBusException">The library is not there, or refuses a property.</exception>
    public KafkaSettings Checked()
    {
        ClientCheck.Run(Kafka);
        return this;
    }

    /// <summary>The formats for a role that writes: schemas are published, in the registry or in a topic that is created when it is missing.</summary>
    /// <exception cref="KafkaBusException">The cluster cannot be reached.</exception>
    /// <exception cref="SchemaRegistryException">The registry cannot.</exception>
    public async Task<TopicFormats> OpenFormatsAsync(ILogger log, CancellationToken cancel)
    {
        if (Registry is not null) { return await OpenAsync(null, log, cancel).ConfigureAwait(false); }
        using (var admin = new TopicAdmin(Kafka, log)) { await admin.EnsureAsync([KafkaSchemas.Spec(Kafka)], cancel).ConfigureAwait(false); }
        return await OpenAsync(new KafkaSchemas(Kafka, log), log, cancel).ConfigureAwait(false);
    }

    /// <summary>The formats for a command that only reads: nothing is created.</summary>
    /// <param name="topics">Topics of the cluster.</param>
    public Task<TopicFormats> OpenFormatsForReadingAsync(IReadOnlyDictionary<string, int> topics, ILogger log, CancellationToken cancel) =>
        OpenAsync(Registry is null && topics.ContainsKey(KafkaSchemas.Spec(Kafka).Name) ? new KafkaSchemas(Kafka, log) : null, log, cancel);

    private Task<TopicFormats> OpenAsync(KafkaSchemas? schemas, ILogger log, CancellationToken cancel) => TopicFormats.CreateAsync(
        new FormatOptions
        {
            Registry = Registry,
            Source = schemas,
            Publisher = schemas,
            TopicPrefix = Kafka.TopicPrefix,
            Warn = message => RoleLog.Format(log, message),
        },
        cancel);
}
