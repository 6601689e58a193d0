using Sluice.Schemas.Records;

namespace Sluice.Streams;

/// <summary>Declares a topology: parents before children, every name once.</summary>
public sealed class TopologyBuilder(string name)
{
    private readonly List<NodeSpec> _nodes = [];
    private readonly List<StoreSpec> _stores = [];

    /// <summary>A topic to read.</summary>
    public TopologyBuilder AddSource<T>(string node, Topic<T> topic)
        where T : struct, IRecord
    {
        Require(!_nodes.OfType<SourceSpec>().Any(s => s.Topic == topic), $"topic {topic.Name} is a source already");
        return Add(new SourceSpec<T>(node, topic));
    }

    /// <summary>A step. Each task gets its own instance from <paramref name="supplier"/>.</summary>
    /// <param name="parents">Sources of <typeparamref name="TIn"/>, or processors that forward it.</param>
    public TopologyBuilder AddProcessor<TIn>(string node, Func<IProcessor<TIn>> supplier, params string[] parents)
        where TIn : struct, IRecord
    {
        Require(parents.Length > 0, $"processor {node} has no parent");
        foreach (var parent in parents)
        {
            var spec = Find(parent);
            Require(spec is ProcessorSpec or SourceSpec<TIn>, $"processor {node} takes {typeof(TIn).Name}, which {parent} does not give");
        }

        return Add(new ProcessorSpec<TIn>(node, supplier, parents));
    }

    /// <summary>A topic to write, below the processors that forward to it.</summary>
    public TopologyBuilder AddSink<T>(string node, Topic<T> topic, params string[] parents)
        where T : struct, IRecord
    {
        Require(parents.Length > 0, $"sink {node} has no parent");
        foreach (var parent in parents) { Require(Find(parent) is ProcessorSpec, $"sink {node} stands below {parent}, which is no processor"); }
        Require(!_nodes.OfType<SinkSpec>().Any(s => s.Topic == topic), $"topic {topic.Name} is a sink already");
        return Add(new SinkSpec<T>(node, topic, parents));
    }

    /// <summary>Kept state: a keyed table, restored from its changelog topic.</summary>
    public TopologyBuilder AddKeyValueStore<TKey, TValue>(string store, params string[] processors)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
    {
        var changelog = ChangelogRecord.TopicOf(name, store);
        return AddStore(new StoreSpec(store, () => new KeyValueStore<TKey, TValue>(store, changelog), changelog, processors));
    }

    /// <summary>Replayable state: what belongs to recent slots, rebuilt by reading them again.</summary>
    /// <param name="slots">How many slots the window holds, the newest included.</param>
    public TopologyBuilder AddWindowStore<T>(string store, int slots, params string[] processors)
        where T : struct, IRecord
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        return AddStore(new StoreSpec(store, () => new WindowStore<T>(store, slots), null, processors));
    }

    /// <summary>Replayable state that processors hold in their own way, see <see cref="SlotWindow"/>.</summary>
    /// <param name="slots">How many slots it reaches back, the newest included.</param>
    public TopologyBuilder AddSlotWindow(string store, int slots, params string[] processors)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        return AddStore(new StoreSpec(store, () => new SlotWindow(store, slots), null, processors));
    }

    /// <summary>Checks the whole and makes it.</summary>
    public Topology Build()
    {
        Require(_nodes.OfType<SourceSpec>().Any(), "it has no source");
        foreach (var node in _nodes.Where(n => n is SourceSpec))
        {
            Require(_nodes.Any(n => n.Parents.Contains(node.Name)), $"nothing reads {node.Name}");
        }

        // The start of a window is one position in one topic.
        Require(_stores.All(s => s.Changelog is not null) || _nodes.OfType<SourceSpec>().Count() == 1, "replayable state needs a single source");
        return new Topology(name, [.. _nodes], [.. _stores]);
    }

    private TopologyBuilder Add(NodeSpec spec)
    {
        Require(!_nodes.Any(n => n.Name == spec.Name), $"two nodes are named {spec.Name}");
        _nodes.Add(spec);
        return this;
    }

    private TopologyBuilder AddStore(StoreSpec spec)
    {
        Require(!_stores.Any(s => s.Name == spec.Name), $"two stores are named {spec.Name}");
        foreach (var processor in spec.Processors)
        {
            Require(Find(processor) is ProcessorSpec, $"store {spec.Name} is given to {processor}, which is no processor");
        }

        _stores.Add(spec);
        return this;
    }

    private NodeSpec? Find(string node) => _nodes.Find(n => n.Name == node);

    private void Require(bool holds, string otherwise)
    {
        if (!holds) { throw new InvalidOperationException($"Topology {name}: {otherwise}."); }
    }
}
