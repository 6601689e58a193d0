using Sluice.Schemas.Records;

namespace Sluice.Streams;

/// <summary>
/// Sources, processors, state and sinks, declared once by <see cref="TopologyBuilder"/>. It knows no bus; a bus runs one task of it for
/// each input partition.
/// </summary>
public sealed class Topology
{
    internal Topology(string name, IReadOnlyList<NodeSpec> nodes, IReadOnlyList<StoreSpec> stores)
    {
        Name = name;
        Nodes = nodes;
        Stores = stores;
        Sources = [.. nodes.OfType<SourceSpec>().Select(s => s.Topic).Distinct()];
        Outputs = [.. nodes.OfType<SinkSpec>().Select(s => s.Topic).Distinct(), .. stores.Select(s => s.Changelog).OfType<Topic>()];
    }

    /// <summary>Name; on Kafka, part of the consumer group.</summary>
    public string Name { get; }

    /// <summary>Topics read. All have as many partitions; task p reads partition p of each.</summary>
    public IReadOnlyList<Topic> Sources { get; }

    /// <summary>Topics written, changelogs of kept state included.</summary>
    public IReadOnlyList<Topic> Outputs { get; }

    internal IReadOnlyList<NodeSpec> Nodes { get; }

    internal IReadOnlyList<StoreSpec> Stores { get; }

    public override string ToString() => Name;
}

internal abstract record NodeSpec(string Name, string[] Parents);

internal abstract record SourceSpec(string Name, Topic Topic) : NodeSpec(Name, [])
{
    public abstract SourceNode Create(StreamTask task);
}

internal sealed record SourceSpec<T>(string Name, Topic<T> Typed) : SourceSpec(Name, Typed)
    where T : struct, IRecord
{
    public override SourceNode Create(StreamTask task) => new SourceNode<T>(Typed, task);
}

internal abstract record ProcessorSpec(string Name, string[] Parents) : NodeSpec(Name, Parents)
{
    public abstract ProcessorNode Create(StreamTask task);
}

internal sealed record ProcessorSpec<TIn>(string Name, Func<IProcessor<TIn>> Supplier, string[] Parents) : ProcessorSpec(Name, Parents)
    where TIn : struct, IRecord
{
    public override ProcessorNode Create(StreamTask task) => new ProcessorNode<TIn>(Name, Supplier(), task);
}

internal abstract record SinkSpec(string Name, Topic Topic, string[] Parents) : NodeSpec(Name, Parents)
{
    public abstract SinkNode Create(StreamTask task);
}

internal sealed record SinkSpec<T>(string Name, Topic<T> Typed, string[] Parents) : SinkSpec(Name, Typed, Parents)
    where T : struct, IRecord
{
    public override SinkNode Create(StreamTask task) => new SinkNode<T>(Typed, task);
}

internal sealed record StoreSpec(string Name, Func<IStateStore> Create, Topic? Changelog, string[] Processors);
