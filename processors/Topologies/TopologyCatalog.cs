using Sluice.Streams;

namespace Sluice.Processors.Topologies;

/// <summary>Every topology by name.</summary>
public static class TopologyCatalog
{
    private static readonly Dictionary<string, Func<long, DetectorMetrics?, Topology>> Builders = new(StringComparer.Ordinal)
    {
        ["swaps"] = static (version, _) => SwapsTopology.Build(version),
        [ArbitrageTopology.Name] = ArbitrageTopology.Build,
        [LiquidationTopology.Name] = LiquidationTopology.Build,
        [JitTopology.Name] = JitTopology.Build,
        [BundlesTopology.Name] = BundlesTopology.Build,
        [SandwichTopology.Name] = SandwichTopology.Build,
        [PoolsTopology.Name] = static (_, _) => PoolsTopology.Build(),
    };

    /// <summary>The names, in the order of the flow.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Builders.Keys];

    /// <summary>Those whose results are stored: they read <c>chain.blocks</c> and keep no table.</summary>
    public static IReadOnlyList<string> OfBlocks { get; } = [.. Names.Where(static name => name != PoolsTopology.Name)];

    /// <summary>Builds one.</summary>
    /// <param name="version">Pipeline version that its records carry.</param>
    /// <exception cref="KeyNotFoundException">There is none of this name.</exception>
    public static Topology Build(string name, long version, DetectorMetrics? metrics = null) => Builders[name](version, metrics);
}
