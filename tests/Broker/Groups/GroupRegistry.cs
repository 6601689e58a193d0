using Sluice.Tests.Broker.Core;

namespace Sluice.Tests.Broker.Groups;

/// <summary>The groups of this broker by id.</summary>
internal sealed class GroupRegistry(Cluster cluster)
{
    private readonly SortedDictionary<string, Group> _groups = new(StringComparer.Ordinal);

    public IReadOnlyCollection<Group> All => _groups.Values;

    public Group? Find(string id) => _groups.GetValueOrDefault(id);

    public Group FindOrCreate(string id) => _groups.TryGetValue(id, out var group) ? group : _groups[id] = new Group(cluster, id);

    public void Remove(string id) => _groups.Remove(id);

    public void ForgetTopic(string topic)
    {
        foreach (var group in _groups.Values) { group.Offsets.ForgetTopic(topic); }
    }

    public void RenewSessions()
    {
        foreach (var group in _groups.Values) { group.RenewSessions(); }
    }
}
