using Sluice.Tests.Broker.Core;
using Sluice.Tests.Broker.Log;
using Sluice.Tests.Broker.Protocol;

namespace Sluice.Tests.Broker.Admin;

/// <summary>DescribeConfigs 0 to 3, AlterConfigs 0 to 1, IncrementalAlterConfigs 0 to 1: of topics; the broker itself has none.</summary>
internal static class ConfigApis
{
    private const sbyte TopicResource = 2;
    private const sbyte FromTopic = 1, FromDefault = 5;
    private const sbyte Set = 0, Delete = 1, Append = 2, Subtract = 3;

    private sealed record Change(string Name, sbyte Operation, string? Value);

    public static void Describe(Cluster cluster, Request request, ResponseWriter w)
    {
        var r = request.Body;
        var version = request.Version;
        var resources = r.Array(r => (Type: r.Int8(), Name: r.String(), Keys: r.NullableArray(r => r.String())));
        var withSynonyms = version >= 1 && r.Bool();
        var withText = version >= 3 && r.Bool();

        w.Throttle();
        w.Array(resources, resource =>
        {
            var (error, text, topic) = Find(cluster, request, resource.Type, resource.Name);
            w.Error(error);
            w.String(text);
            w.Int8(resource.Type);
            w.String(resource.Name);
            w.Array(topic is null ? [] : TopicConfigs.Defaults.Where(config => resource.Keys?.Contains(config.Key) != false).ToList(), config =>
            {
                var set = topic!.Configs.GetValueOrDefault(config.Key);
                w.String(config.Key);
                w.String(set ?? config.Value.Value);
                w.Bool(false); // read-only
                if (version == 0) { w.Bool(set is null); } else { w.Int8(set is null ? FromDefault : FromTopic); }
                w.Bool(false); // sensitive
                if (version >= 1) { WriteSynonyms(w, withSynonyms, config.Key, set, config.Value.Value); }
                if (version >= 3)
                {
                    w.Int8((sbyte)config.Value.Type);
                    w.String(withText ? "" : null);
                }
            });
        });
    }

    public static void Alter(Cluster cluster, Request request, ResponseWriter w)
    {
        var r = request.Body;
        var resources = r.Array(r => (Type: r.Int8(), Name: r.String(), Changes: r.Array(r => new Change(r.String(), Set, r.NullableString()))));
        Apply(cluster, request, w, resources, validateOnly: r.Bool(), replaceAll: true);
    }

    public static void AlterIncrementally(Cluster cluster, Request request, ResponseWriter w)
    {
        var r = request.Body;
        var resources = r.Array(r =>
        {
            var resource = (Type: r.Int8(), Name: r.String(), Changes: r.Array(r =>
            {
                var change = new Change(r.String(), r.Int8(), r.NullableString());
                r.Tags();
                return change;
            }));
            r.Tags();
            return resource;
        });
        Apply(cluster, request, w, resources, validateOnly: r.Bool(), replaceAll: false);
    }

    private static void Apply(
        Cluster cluster, Request request, ResponseWriter w, List<(sbyte Type, string Name, List<Change> Changes)> resources,
        bool validateOnly, bool replaceAll)
    {
        w.Throttle();
        w.Array(resources, resource =>
        {
            var (error, text, topic) = Find(cluster, request, resource.Type, resource.Name);
            if (topic is not null)
            {
                var changed = replaceAll ? [] : new Dictionary<string, string>(topic.Configs, StringComparer.Ordinal);
                text = resource.Changes.Select(change => Apply(changed, change)).FirstOrDefault(refusal => refusal is not null);
                error = text is null ? ErrorCode.None : ErrorCode.InvalidConfig;
                if (error == ErrorCode.None && !validateOnly)
                {
                    topic.Configs.Clear();
                    foreach (var (name, value) in changed) { topic.Configs[name] = value; }
                }
            }

            w.Error(error);
            w.String(text);
            w.Int8(resource.Type);
            w.String(resource.Name);
            w.Tags();
        });
        w.Tags();
    }

    /// <summary>Applies one change; answers what is wrong with it, or null.</summary>
    private static string? Apply(Dictionary<string, string> configs, Change change)
    {
        if (!TopicConfigs.Defaults.TryGetValue(change.Name, out var known)) { return $"Unknown topic config name: {change.Name}"; }
        if (change.Operation == Delete)
        {
            configs.Remove(change.Name);
            return null;
        }

        var value = change.Value;
        if (change.Operation is Append or Subtract)
        {
            if (known.Type != ConfigType.List) { return $"Config {change.Name} is not a list."; }
            var items = (configs.GetValueOrDefault(change.Name) ?? known.Value).Split(',', StringSplitOptions.RemoveEmptyEntries);
            var given = (value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries);
            value = string.Join(',', change.Operation == Append ? items.Union(given) : items.Except(given));
        }

        if (TopicConfigs.Refuse(change.Name, value) is { } refusal) { return refusal; }
        configs[change.Name] = value!;
        return null;
    }

    private static (ErrorCode Error, string? Text, Topic? Topic) Find(Cluster cluster, Request request, sbyte type, string name)
    {
        if (request.Injected != ErrorCode.None) { return (request.Injected, "injected by the test", null); }
        if (type != TopicResource) { return (ErrorCode.None, null, null); }
        return cluster.Topics.TryGetValue(name, out var topic)
            ? (ErrorCode.None, null, topic)
            : (ErrorCode.UnknownTopicOrPartition, "This server does not host this topic-partition.", null);
    }

    private static void WriteSynonyms(ResponseWriter w, bool wanted, string name, string? set, string fallback)
    {
        var synonyms = new List<(string Value, sbyte Source)>();
        if (wanted && set is not null) { synonyms.Add((set, FromTopic)); }
        if (wanted) { synonyms.Add((fallback, FromDefault)); }
        w.Array(synonyms, synonym =>
        {
            w.String(name);
            w.String(synonym.Value);
            w.Int8(synonym.Source);
        });
    }
}
