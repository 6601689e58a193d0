using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using Sluice.Streams.Kafka.Clients;

namespace Sluice.Streams.Kafka;

/// <summary>A topic as it is on the cluster.</summary>
/// <param name="Records">Offsets between its first and its end, over all partitions: records, and the markers of transactions.</param>
/// <param name="Settings">Kafka's names of <see cref="TopicCensus.Shown"/> with their values; empty where they cannot be read.</param>
/// <param name="Groups">Consumer groups that have committed offsets of it.</param>
public sealed record TopicState(
    string Name, int Partitions, long Records, IReadOnlyDictionary<string, string> Settings, IReadOnlyList<GroupLag> Groups);

/// <summary>How far a consumer group is behind the end of a topic.</summary>
/// <param name="Lag">Offsets between what it has committed and the end; partitions without a commit count as a whole.</param>
/// <param name="Partitions">Partitions that it has committed.</param>
public sealed record GroupLag(string Group, long Lag, int Partitions);

/// <summary>Asks a cluster for its topics and who reads them.</summary>
public static class TopicCensus
{
    /// <summary>Settings that are looked at.</summary>
    public static IReadOnlyList<string> Shown { get; } = ["cleanup.policy", "retention.ms", "max.message.bytes"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Takes stock of topics, in the order of their names.</summary>
    /// <param name="wantsTopic">Picks topics.</param>
    /// <param name="wantsGroup">Picks consumer groups.</param>
    /// <exception cref="KafkaBusException">The cluster cannot be reached, or does not let itself be asked.</exception>
    public static async Task<IReadOnlyList<TopicState>> TakeAsync(KafkaOptions options, Func<string, bool> wantsTopic, Func<string, bool> wantsGroup, ILogger log)
    {
        using var topics = new TopicAdmin(options, log);
        var wanted = topics.Partitions().Where(t => wantsTopic(t.Key)).OrderBy(t => t.Key, StringComparer.Ordinal).ToArray();
        if (wanted.Length == 0) { return []; }
        using var admin = new AdminClientBuilder(ClientProperties.Admin(options))
            .SetLogHandler((_, message) => KafkaLog.Client(log, message)).SetErrorHandler(static (_, _) => { }).Build();
        try
        {
            var partitions = wanted.SelectMany(t => Enumerable.Range(0, t.Value).Select(p => new TopicPartition(t.Key, p))).ToArray();
            var first = await OffsetsAsync(admin, partitions, OffsetSpec.Earliest()).ConfigureAwait(false);
            var end = await OffsetsAsync(admin, partitions, OffsetSpec.Latest()).ConfigureAwait(false);
            var settings = await SettingsAsync(admin, [.. wanted.Select(t => t.Key)], log).ConfigureAwait(false);
            var lags = await LagsAsync(admin, topics, wantsGroup, partitions, first, end).ConfigureAwait(false);
            return
            [
                .. wanted.Select(t => new TopicState(
                    t.Key,
                    t.Value,
                    Enumerable.Range(0, t.Value).Select(p => new TopicPartition(t.Key, p)).Sum(p => end[p] - first[p]),
                    settings.GetValueOrDefault(t.Key) ?? new Dictionary<string, string>(),
                    [.. lags.Where(l => l.Topic == t.Key).Select(l => l.Lag).OrderBy(l => l.Group, StringComparer.Ordinal)])),
            ];
        }
        catch (KafkaException e)
        {
            throw new KafkaBusException($"Kafka at {options.BootstrapServers} does not tell of its topics: {e.Error.Reason}", e);
        }
    }

    private static async Task<Dictionary<TopicPartition, long>> OffsetsAsync(IAdminClient admin, TopicPartition[] partitions, OffsetSpec spec)
    {
        var result = await admin.ListOffsetsAsync(
            partitions.Select(p => new TopicPartitionOffsetSpec { TopicPartition = p, OffsetSpec = spec }),
            new ListOffsetsOptions { RequestTimeout = Patience }).ConfigureAwait(false);
        return result.ResultInfos.ToDictionary(i => i.TopicPartitionOffsetError.TopicPartition, i => Math.Max(0, i.TopicPartitionOffsetError.Offset.Value));
    }

    private static async Task<Dictionary<string, Dictionary<string, string>>> SettingsAsync(IAdminClient admin, string[] topics, ILogger log)
    {
        try
        {
            var results = await admin.DescribeConfigsAsync(
                topics.Select(t => new ConfigResource { Type = ResourceType.Topic, Name = t }), new DescribeConfigsOptions { RequestTimeout = Patience }).ConfigureAwait(false);
            return results.ToDictionary(
                r => r.ConfigResource.Name,
                r => Shown.Where(r.Entries.ContainsKey).ToDictionary(n => n, n => r.Entries[n].Value ?? "", StringComparer.Ordinal));
        }
        catch (KafkaException e)
        {
            KafkaLog.SettingsUnreadable(log, e.Error.Reason);
            return [];
        }
    }

    private static async Task<IReadOnlyList<(string Topic, GroupLag Lag)>> LagsAsync(
        IAdminClient admin, TopicAdmin topics, Func<string, bool> wantsGroup, TopicPartition[] partitions, Dictionary<TopicPartition, long> first,
        Dictionary<TopicPartition, long> end)
    {
        var groups = await admin.ListConsumerGroupsAsync(new ListConsumerGroupsOptions { RequestTimeout = Patience }).ConfigureAwait(false);
        var lags = new List<(string Topic, GroupLag Lag)>();
        foreach (var group in groups.Valid.Select(g => g.GroupId).Where(wantsGroup).Order(StringComparer.Ordinal))
        {
            var committed = (await topics.CommittedAsync(group).ConfigureAwait(false)).ToDictionary(c => c.TopicPartition, c => c.Offset.Value);
            foreach (var topic in partitions.Where(committed.ContainsKey).GroupBy(p => p.Topic))
            {
                var lag = partitions.Where(p => p.Topic == topic.Key).Sum(p => Math.Max(0, end[p] - Math.Max(first[p], committed.GetValueOrDefault(p))));
                lags.Add((topic.Key, new GroupLag(group, lag, topic.Count())));
            }
        }

        return lags;
    }
}
