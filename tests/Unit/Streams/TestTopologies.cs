using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Sluice.Streams;

namespace Sluice.Tests.Unit.Streams;

/// <summary>Small topologies and blocks for the tests of the runtime.</summary>
internal static class TestTopologies
{
    /// <summary>
    /// Uses both kinds of state. Emits one row a block: how many transactions its leader group has had so far (kept state, each slot
    /// counted once), and how many of them stand in the slots of the group that are in the window (replayable state).
    /// </summary>
    public static Topology Stateful() => new TopologyBuilder("stateful")
        .AddSource("blocks", Topics.Blocks)
        .AddProcessor("count", () => new Count(), "blocks")
        .AddSink("counts", Topics.Rejections, "count")
        .AddKeyValueStore<long, GroupCount>("groups", "count")
        .AddWindowStore<Transaction>("recent", 3, "count")
        .Build();

    /// <summary>Applies a function to every block.</summary>
    public static Topology Of(ProcessBlock process, string name = "test", Action<TopologyBuilder>? more = null)
    {
        var builder = new TopologyBuilder(name)
            .AddSource("blocks", Topics.Blocks)
            .AddProcessor("process", () => new Function(process), "blocks")
            .AddSink("rejections", Topics.Rejections, "process")
            .AddSink("swaps", Topics.Swaps, "process")
            .AddSink("dead", Topics.DeadLetters, "process");
        more?.Invoke(builder);
        return builder.Build();
    }

    /// <summary>A block whose number of transactions follows from its slot.</summary>
    public static void Fill(ref Block block, long slot)
    {
        block.Slot = slot;
        block.Source = "test";
        for (var i = 0; i < 1 + (slot % 5); i++)
        {
            ref var tx = ref block.Transactions.Add();
            tx.Index = i;
            ref var swap = ref tx.Swaps.Add();
            swap.Pool = new Pubkey([.. BitConverter.GetBytes(slot), .. BitConverter.GetBytes(i), .. new byte[20]]);
            swap.AmountIn = (ulong)slot;
        }
    }

    public static RecordBatch<Block> Batch(RecordBatchPool<Block> pool, long slot)
    {
        var batch = pool.Rent();
        batch.Slot = slot;
        Fill(ref batch.Records.Add(), slot);
        return batch;
    }

    internal struct GroupCount
    {
        public long ThroughSlot;
        public long Transactions;
    }

    internal delegate void ProcessBlock(in Block block, ProcessorContext context);

    private sealed class Function(ProcessBlock process) : IProcessor<Block>
    {
        private ProcessorContext _context = null!;

        public void Init(ProcessorContext context) => _context = context;

        public void Process(in Block block, in RecordMetadata metadata) => process(in block, _context);
    }

    private sealed class Count : IProcessor<Block>
    {
        private ProcessorContext _context = null!;
        private KeyValueStore<long, GroupCount> _groups = null!;
        private WindowStore<Transaction> _recent = null!;

        public void Init(ProcessorContext context)
        {
            _context = context;
            _groups = context.GetStateStore<KeyValueStore<long, GroupCount>>("groups");
            _recent = context.GetStateStore<WindowStore<Transaction>>("recent");
        }

        public void Process(in Block block, in RecordMetadata metadata)
        {
            var group = block.Slot / 4;
            var transactions = _recent.Open(block.Slot);
            transactions.Clear();
            foreach (ref readonly var tx in block.Transactions.Span) { transactions.Add().Index = tx.Index; }

            _groups.TryGet(group, out var count);
            if (count.ThroughSlot < block.Slot)
            {
                count = new GroupCount { ThroughSlot = block.Slot, Transactions = count.Transactions + block.Transactions.Count };
                _groups.Put(group, count);
            }

            var recent = 0;
            for (var i = 0; i < _recent.Count; i++)
            {
                if (_recent[i].Slot / 4 == group) { recent += _recent[i].Records.Count; }
            }

            ref var row = ref _context.Forward(Topics.Rejections);
            row.Slot = block.Slot;
            row.Stage = "stateful";
            row.Reason = $"{recent} in the window";
            row.Count = count.Transactions;
        }
    }
}
