using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using Sluice.Streams.Kafka.Clients;

namespace Sluice.Streams.Kafka;

/// <summary>Creates topics and checks those that are there.</summary>
public sealed class TopicAdmin : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly KafkaOptions _options;
    private readonly ILogger _log;
    private readonly IAdminClient _admin;

    public TopicAdmin(KafkaOptions options, ILogger log)
    {
        (_options, _log) = (options, log);
        KafkaLibrary.Load();
        _admin = new AdminClientBuilder(ClientProperties.Admin(options))
            .SetLogHandler((_, message) => KafkaLog.Client(log, message))
            .SetErrorHandler((_, _) => { })
            .Build();
    }

    /// <summary>Creates what is missing, compares what is there, and gives the partitions of each topic by name.</summary>
    /// <exception cref="KafkaBusException">The cluster cannot be reached; a topic is other than wanted (all differences are named) or cannot be created.</exception>
    public async Task<IReadOnlyDictionary<string, int>> EnsureAsync(IReadOnlyCollection<TopicSpec> specs, CancellationToken ct = default)
    {
        var there = Partitions();
        var missing = specs.Where(s => !there.ContainsKey(s.Name)).ToArray();
        if (missing.Length > 0) { await CreateAsync(missing).ConfigureAwait(false); }
        await CheckAsync([.. specs.Where(s => there.ContainsKey(s.Name))], there).ConfigureAwait(false);

        // Brokers learn of a new topic one after the other.
        for (var attempt = 0; missing.Any(s => !there.ContainsKey(s.Name)); attempt++)
        {
            if (attempt == 100) { throw new KafkaBusException($"Topic {missing.First(s => !there.ContainsKey(s.Name)).Name} was created but does not appear; look at the brokers' logs."); }
            await Task.Delay(100, ct).ConfigureAwait(false);
            there = Partitions();
        }

        return specs.ToDictionary(s => s.Name, s => there[s.Name]);
    }

    /// <summary>Every topic of the cluster with its partitions.</summary>
    public IReadOnlyDictionary<string, int> Partitions()
    {
        try
        {
            return _admin.GetMetadata(Patience).Topics.Where(t => !t.Error.IsError).ToDictionary(t => t.Topic, t => t.Partitions.Count);
        }
        catch (KafkaException e)
        {
            throw new KafkaBusException(
                $"Kafka at {_options.BootstrapServers} cannot be reached ({e.Error.Reason}); check the address, and security settings where it asks for them.", e);
        }
    }

    /// <summary>Committed offsets of a group; partitions without one are left out.</summary>
    public async Task<IReadOnlyList<TopicPartitionOffset>> CommittedAsync(string group)
    {
        var result = await _admin.ListConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitions(group, null)]).ConfigureAwait(false);
        return [.. result.SelectMany(g => g.Partitions).Where(p => p.Offset >= 0).Select(p => p.TopicPartitionOffset)];
    }

    public void Dispose() => _admin.Dispose();

    private async Task CreateAsync(IReadOnlyCollection<TopicSpec> specs)
    {
        var wanted = specs.Select(s => new TopicSpecification
        {
            Name = s.Name,
            NumPartitions = s.Partitions ?? (s.IsCompacted ? 1 : _options.Partitions ?? KafkaOptions.DefaultPartitions),
            ReplicationFactor = _options.ReplicationFactor ?? -1,
            Configs = new Dictionary<string, string>(s.Settings),
        }).ToArray();
        try
        {
            await _admin.CreateTopicsAsync(wanted, new CreateTopicsOptions { OperationTimeout = Patience, RequestTimeout = Patience }).ConfigureAwait(false);
        }
        catch (CreateTopicsException e)
        {
            // Another process may have been quicker.
            var failed = e.Results.Where(r => r.Error.IsError && r.Error.Code != ErrorCode.TopicAlreadyExists).ToArray();
            if (failed.Length > 0)
            {
                throw new KafkaBusException(
                    $"Topics cannot be created: {string.Join("; ", failed.Select(r => $"{r.Topic}: {r.Error.Reason}"))}. Create them by hand, or allow it.", e);
            }
        }
        catch (KafkaException e)
        {
            throw new KafkaBusException(
                $"Topics {string.Join(", ", specs.Select(s => s.Name))} are not there and cannot be created ({e.Error.Reason}); create them by hand.", e);
        }

        foreach (var topic in wanted) { KafkaLog.Created(_log, topic.Name, topic.NumPartitions); }
    }

    private async Task CheckAsync(IReadOnlyCollection<TopicSpec> specs, IReadOnlyDictionary<string, int> there)
    {
        var wrong = specs.Where(s => s.Partitions is { } partitions && partitions != there[s.Name])
            .Select(s => $"{s.Name} has {there[s.Name]} partitions, wanted are {s.Partitions}").ToList();
        if (_options.TopicCheck == TopicCheck.Strict && specs.Count > 0)
        {
            foreach (var (spec, settings) in await SettingsAsync(specs).ConfigureAwait(false))
            {
                wrong.AddRange(spec.Settings
                    .Where(s => settings.TryGetValue(s.Key, out var actual) && actual != s.Value)
                    .Select(s => $"{spec.Name} has {s.Key}={settings[s.Key]}, wanted is {s.Value}"));
            }
        }

        if (wrong.Count > 0)
        {
            throw new KafkaBusException(
                $"Topics are other than wanted: {string.Join("; ", wrong)}. Change them with Kafka's tools or the options, or say --topic-check partitions where the rest is meant so.");
        }
    }

    private async Task<IReadOnlyList<(TopicSpec Spec, Dictionary<string, string> Settings)>> SettingsAsync(IReadOnlyCollection<TopicSpec> specs)
    {
        var bySource = specs.ToDictionary(s => s.Name);
        try
        {
            var results = await _admin.DescribeConfigsAsync(
                specs.Select(s => new ConfigResource { Type = ResourceType.Topic, Name = s.Name }),
                new DescribeConfigsOptions { RequestTimeout = Patience }).ConfigureAwait(false);
            return [.. results.Select(r => (bySource[r.ConfigResource.Name], r.Entries.ToDictionary(e => e.Key, e => e.Value.Value)))];
        }
        catch (KafkaException e)
        {
            KafkaLog.SettingsUnreadable(_log, e.Error.Reason);
            return [];
        }
    }
}
