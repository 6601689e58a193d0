using System.Collections.Concurrent;
using Sluice.Schemas.Records;
using Sluice.Streams.Formats.Registry;

namespace Sluice.Streams.Formats;

/// <summary>The formats of all topics of a process, with what they share: the schema registry or the source of schemas.</summary>
public sealed class TopicFormats : IAsyncDisposable
{
    private readonly FormatOptions _options;
    private readonly SchemaRegistryClient? _registry;
    private readonly WriterSchemas _schemas;
    private readonly ConcurrentDictionary<string, TopicFormat> _formats = new(StringComparer.Ordinal);

    private TopicFormats(FormatOptions options)
    {
        _options = options;
        _registry = options.Registry is { } registry ? new SchemaRegistryClient(registry) : null;
        _schemas = new WriterSchemas(_registry, options);
    }

    /// <summary>Makes the formats; with a registry, sees to it that it answers.</summary>
    /// <exception cref="SchemaRegistryException">The registry is away or refuses; the message is one line that says what to do.</exception>
    public static async Task<TopicFormats> CreateAsync(FormatOptions options, CancellationToken cancel)
    {
        var formats = new TopicFormats(options);
        try
        {
            if (formats._registry is { } registry) { await registry.CheckAsync(cancel).ConfigureAwait(false); }
            return formats;
        }
        catch
        {
            await formats.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The format of a topic, the same each time.</summary>
    /// <exception cref="ArgumentException">The record has no schema.</exception>
    public TopicFormat<T> For<T>(Topic<T> topic)
        where T : struct, IRecord =>
        (TopicFormat<T>)_formats.GetOrAdd(
            topic.Name,
            static (name, formats) => new TopicFormat<T>(
                formats._options.TopicPrefix + name, AvroSchemas.CodecOf<T>(), formats._schemas, formats._registry is not null),
            this);

    /// <summary>Makes the schemas of topics known that this process is going to write; without it, nothing can be written with a registry.</summary>
    /// <remarks>
    /// With a registry, a topic's schema becomes a version of the subject <c>TOPIC-value</c>, unless it is one already. One that is
    /// not compatible with the subject's latest is refused with the registry's own reasons.
    /// </remarks>
    /// <exception cref="SchemaRegistryException">The registry is away, refuses, or holds an incompatible schema.</exception>
    public async Task RegisterAsync(IEnumerable<Topic> topics, CancellationToken cancel)
    {
        foreach (var topic in topics)
        {
            var format = topic.CreateFormat(this);
            if (_registry is { } registry)
            {
                format.SchemaId = await RegisterAsync(registry, $"{format.Topic}-value", format.Schema.Json, cancel).ConfigureAwait(false);
            }
            else if (_options.Publisher is { } publisher)
            {
                await publisher.PublishAsync(format.Schema.Fingerprint, format.Schema.Json, cancel).ConfigureAwait(false);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _schemas.DisposeAsync().ConfigureAwait(false);
        _registry?.Dispose();
    }

    private static async Task<int> RegisterAsync(SchemaRegistryClient registry, string subject, string json, CancellationToken cancel)
    {
        if (await registry.LookUpAsync(subject, json, cancel).ConfigureAwait(false) is { } there) { return there.Id; }
        var answer = await registry.CheckCompatibilityAsync(subject, json, cancel).ConfigureAwait(false);
        if (!answer.IsCompatible)
        {
            throw SchemaRegistryException.Incompatible(registry.Address, subject, string.Join("; ", answer.Messages));
        }

        return await registry.RegisterAsync(subject, json, cancel).ConfigureAwait(false);
    }
}
