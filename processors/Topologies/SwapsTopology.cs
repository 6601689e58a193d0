using Sluice.Schemas.Records;
using Sluice.Streams;

namespace Sluice.Processors.Topologies;

/// <summary>chain.blocks → chain.swaps: every swap of a block as a record of its own, in execution order. Context blocks give none.</summary>
public static class SwapsTopology
{
    /// <param name="version">Pipeline version that the rows carry; rows of a newer one replace them.</param>
    public static Topology Build(long version) => new TopologyBuilder("swaps")
        .AddSource("blocks", Topics.Blocks)
        .AddProcessor("flatten", () => new Flatten(version), "blocks")
        .AddSink("swaps", Topics.Swaps, "flatten")
        .Build();

    private sealed class Flatten(long version) : IProcessor<Block>
    {
        private ProcessorContext _context = null!;

        public void Init(ProcessorContext context) => _context = context;

        public void Process(in Block block, in RecordMetadata metadata)
        {
            if (block.IsContext) { return; }
            foreach (ref readonly var tx in block.Transactions.Span)
            {
                foreach (ref readonly var swap in tx.Swaps.Span)
                {
                    Fill(ref _context.Forward(Topics.Swaps), in block, in tx, in swap);
                }
            }
        }

        private void Fill(ref PoolSwap row, in Block block, in Transaction tx, in Swap swap)
        {
            row.Slot = block.Slot;
            row.BlockTimeUnixMs = block.BlockTimeUnixMs;
            row.TxIndex = tx.Index;
            row.Signature = tx.Signature;
            row.Signer = tx.Signer;
            row.Wrapper = tx.Wrapper;
            row.IxIndex = swap.IxIndex;
            row.InnerIxIndex = swap.InnerIxIndex;
            row.LegIndex = swap.LegIndex;
            row.Venue = swap.Venue;
            row.Program = swap.Program;
            row.Pool = swap.Pool;
            row.Trader = swap.Trader;
            row.MintIn = swap.MintIn;
            row.MintOut = swap.MintOut;
            row.AmountIn = swap.AmountIn;
            row.AmountOut = swap.AmountOut;
            row.VaultIn = swap.VaultIn;
            row.VaultOut = swap.VaultOut;
            row.ReserveIn = swap.ReserveIn;
            row.ReserveOut = swap.ReserveOut;
            row.SqrtPriceX64 = swap.SqrtPriceX64;
            row.Source = swap.Source;
            row.TipLamports = tx.TipLamports;
            row.Version = version;
        }
    }
}
