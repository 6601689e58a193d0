using Sluice.Processors.Topologies;
using Sluice.Schemas.Records;
using Sluice.Sinks.Rows;
using Sluice.Streams;
using Sluice.Streams.Testing;
using Sluice.Tests.Unit.Detection;

namespace Sluice.Tests.Unit.Sinks;

/// <summary>What the topics hold after blocks have passed the topologies: batches in order by topic and partition, with their positions.</summary>
internal sealed class TopicLog
{
    private static readonly string[] Cases =
    [
        "swap P1 alice 1000000 SOL > 150000 USDC\nswap P2 alice 150000 USDC > 1020000 SOL",
        "swap P1 alice 150000 USDC > 1000000 SOL\nswap P2 alice 1000000 SOL > 777 BONK\naggregator",
        "swap P1 alice 150000 USDC > 1000000 SOL",
        "gain alice 5 SOL",
        "failed",
        "swap P3 alice 1000000 USDC > 900 WIF\nswap P4 alice 900 WIF > 1005000 USDC\ntip 9",
    ];

    private readonly Dictionary<(Topic, int), List<RecordBatch>> _partitions = [];
    private readonly int _count;
    private readonly (Topology Topology, TopologyTestDriver Driver)[] _topologies;

    public TopicLog(int partitions)
    {
        _count = partitions;
        _topologies =
        [
            .. TopologyCatalog.OfBlocks.Select(name => TopologyCatalog.Build(name, BlockRows.PipelineVersion)).Select(t => (t, new TopologyTestDriver(t, partitions))),
        ];
    }

    /// <summary>Partitions that hold something.</summary>
    public IReadOnlyDictionary<(Topic Topic, int Partition), List<RecordBatch>> Partitions => _partitions;

    /// <summary>Batches for <see cref="Add"/>.</summary>
    public RecordBatchPool<Block> BlockPool => _topologies[0].Driver.PoolOf(Topics.Blocks);

    /// <summary>A log of small blocks of several kinds.</summary>
    public static TopicLog OfSlots(int partitions, params IEnumerable<long> slots)
    {
        var log = new TopicLog(partitions);
        foreach (var slot in slots)
        {
            var batch = log.NewBlock(slot);
            foreach (var text in Cases[..(1 + (int)(slot % Cases.Length))])
            {
                ref var block = ref batch.Records[0];
                ref var tx = ref block.Transactions.Add();
                tx = new ArbitrageCase($"{text}\nmove bob > carol {slot} SOL").Tx;
                tx.Index = block.Transactions.Count - 1;
            }

            log.Add(batch);
        }

        return log;
    }

    /// <summary>An empty whole block of a slot.</summary>
    public RecordBatch<Block> NewBlock(long slot)
    {
        var batch = BlockPool.Rent();
        batch.Slot = slot;
        ref var block = ref batch.Records.Add();
        block.Slot = slot;
        block.ParentSlot = slot - 1 - (slot % 3 == 0 ? 1 : 0);
        block.Blockhash = ArbitrageCase.Key($"block {slot}");
        block.IsComplete = true;
        block.Source = "test";
        return batch;
    }

    /// <summary>Puts a block into its partition, and what comes of it into those of the results.</summary>
    public void Add(RecordBatch<Block> batch)
    {
        var partition = Topics.Blocks.PartitionOf(in batch.Records[0], _count);
        foreach (var (_, driver) in _topologies)
        {
            batch.Retain();
            driver.PipeTo(partition, batch);
        }

        // The neighbour of a group too, as ingest writes it.
        ref var block = ref batch.Records[0];
        if (!block.IsContext && LeaderGroup.ContextOf(in block) is not null)
        {
            block.IsContext = true;
            var other = Topics.Blocks.PartitionOf(in block, _count);
            foreach (var (_, driver) in other == partition ? [] : _topologies)
            {
                batch.Retain();
                driver.PipeTo(other, batch);
            }

            block.IsContext = false;
        }

        batch.Slot = block.Slot;
        Append(batch, partition);
        AppendResults();
    }

    /// <summary>Ends the input: what waited for more comes.</summary>
    public void Finish()
    {
        foreach (var (_, driver) in _topologies) { driver.Finish(); }
        AppendResults();
    }

    private void AppendResults()
    {
        foreach (var (topology, driver) in _topologies)
        {
            foreach (var topic in topology.Outputs.Where(t => t != Topics.DeadLetters))
            {
                while (driver.Read(topic) is { } batch) { Append(batch, batch.Partition); }
            }
        }
    }

    /// <summary>Appends a batch as it is; an empty one leaves a topic as it was.</summary>
    public void Append(RecordBatch batch, int partition)
    {
        if (batch.Count == 0) { return; }
        if (!_partitions.TryGetValue((batch.Topic, partition), out var list)) { _partitions.Add((batch.Topic, partition), list = []); }

        // Positions have gaps, as those of a broker with transactions have.
        batch.Partition = partition;
        batch.Position = list.Count == 0 ? 3 : list[^1].NextPosition + (list.Count % 2);
        batch.NextPosition = batch.Position + batch.Count;
        list.Add(batch);
    }

    /// <summary>Everything, partition by partition.</summary>
    public IEnumerable<RecordBatch> All() => _partitions.Values.SelectMany(b => b);

    /// <summary>Everything from given positions on, partitions mixed by chance, the order within each kept.</summary>
    public IEnumerable<RecordBatch> Mixed(Random random, IReadOnlyDictionary<(Topic, int), long>? from = null)
    {
        var rest = _partitions
            .Select(p => new Queue<RecordBatch>(p.Value.Where(b => from is null || b.Position >= from.GetValueOrDefault(p.Key))))
            .Where(q => q.Count > 0).ToList();
        while (rest.Count > 0)
        {
            var queue = rest[random.Next(rest.Count)];
            yield return queue.Dequeue();
            if (queue.Count == 0) { rest.Remove(queue); }
        }
    }
}
