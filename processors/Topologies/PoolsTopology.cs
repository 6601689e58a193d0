using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Sluice.Streams;

namespace Sluice.Processors.Topologies;

/// <summary>chain.swaps → the kept table <see cref="Latest"/>: the newest state of every pool, to be asked by key and, as its changelog, read as a compacted
/// topic.</summary>
public static class PoolsTopology
{
    public const string Name = "pools";

    /// <summary>Store of <see cref="PoolState"/> by pool.</summary>
    public const string Latest = "latest";

    public static Topology Build() => new TopologyBuilder(Name)
        .AddSource("swaps", Topics.Swaps)
        .AddProcessor("update", () => new Update(), "swaps")
        .AddKeyValueStore<Pubkey, PoolState>(Latest, "update")
        .Build();

    private sealed class Update : IProcessor<PoolSwap>
    {
        private KeyValueStore<Pubkey, PoolState> _latest = null!;

        public void Init(ProcessorContext context) => _latest = context.GetStateStore<KeyValueStore<Pubkey, PoolState>>(Latest);

        public void Process(in PoolSwap swap, in RecordMetadata metadata)
        {
            _latest.TryGet(in swap.Pool, out var state);
            state.Take(in swap);
            _latest.Put(in swap.Pool, in state);
        }
    }
}
