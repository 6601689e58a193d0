using Sluice.Schemas.Records;
using Sluice.Streams;
using Sluice.Streams.Testing;

namespace Sluice.Tests.Unit.Streams;

public class TopologyTests
{
    [Fact]
    public void A_block_goes_through_processors_to_its_sinks()
    {
        var topology = new TopologyBuilder("chain")
            .AddSource("blocks", Topics.Blocks)
            .AddProcessor("split", () => new Split(), "blocks")
            .AddProcessor("swaps", () => new Swaps(), "split")
            .AddSink("swaps-sink", Topics.Swaps, "swaps")
            .Build();
        var driver = new TopologyTestDriver(topology);
        driver.Pipe(TestTopologies.Batch(driver.PoolOf(Topics.Blocks), 13)); // 4 transactions
        Assert.Equal([(13, 0), (13, 1), (13, 2), (13, 3)], driver.ReadAll(Topics.Swaps, s => ((int)s.Slot, s.TxIndex)));
        Assert.Equal(4, driver.CountsOf("swaps").Received);
        Assert.Equal(4, driver.CountsOf("split").Forwarded);
    }

    [Fact]
    public void Every_input_batch_gives_one_batch_for_each_output_partition_even_an_empty_one()
    {
        var topology = TestTopologies.Of(static (in b, context) =>
        {
            if (b.Slot % 2 == 0) { context.Forward(Topics.Rejections).Slot = b.Slot; }
        });
        var driver = new TopologyTestDriver(topology, partitions: 3);
        for (var slot = 100; slot < 110; slot++) { driver.Pipe(TestTopologies.Batch(driver.PoolOf(Topics.Blocks), slot)); }

        // Keyed like the blocks: one batch each, in the block's partition.
        var rejections = Read(driver, Topics.Rejections);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (long)i), rejections.Select(b => b.Sequence));
        Assert.Equal([1, 0, 1, 0, 1, 0, 1, 0, 1, 0], rejections.Select(b => b.Count));

        // Keyed by pool: one batch for each of three partitions.
        var swaps = Read(driver, Topics.Swaps);
        Assert.Equal(30, swaps.Count);
        Assert.All(swaps.GroupBy(b => b.Sequence), g => Assert.Equal([0, 1, 2], g.Select(b => b.Partition).Order()));
    }

    [Fact]
    public void Records_split_over_partitions_keep_their_own_lists()
    {
        // Letters own a list that is not plain memory: rows of blocks, re-keyed by transaction.
        var byIndex = new Topic<Block>("rekeyed", "parent slot", "none", static (in b, key) =>
        {
            BitConverter.TryWriteBytes(key, b.ParentSlot);
            return sizeof(long);
        });
        var topology = new TopologyBuilder("rekey")
            .AddSource("blocks", Topics.Blocks)
            .AddProcessor("rekey", () => new Rekey(byIndex), "blocks")
            .AddSink("out", byIndex, "rekey")
            .Build();
        var driver = new TopologyTestDriver(topology, partitions: 4);
        for (var slot = 0; slot < 20; slot++) { driver.Pipe(TestTopologies.Batch(driver.PoolOf(Topics.Blocks), slot)); }
        var lists = new HashSet<object>();
        var seen = 0;
        foreach (var batch in Read(driver, byIndex))
        {
            foreach (ref readonly var record in batch.Records.Span)
            {
                seen++;
                Assert.True(lists.Add(record.Transactions));
                Assert.Equal(record.ParentSlot, record.Transactions[0].Index);
                Assert.Equal(batch.Partition, byIndex.PartitionOf(in record, 4));
            }
        }

        Assert.Equal(20 * 6, seen);
    }

    [Fact]
    public void A_rejected_record_goes_to_the_dead_letters_and_the_tally_closes()
    {
        var topology = TestTopologies.Of(static (in b, context) =>
        {
            if (b.Slot % 3 == 0) { context.Reject("bad-slot", "slots of three are bad", "bytes"u8); }
            else { context.Forward(Topics.Rejections); }
        });
        var driver = new TopologyTestDriver(topology);
        for (var slot = 1; slot <= 10; slot++) { driver.Pipe(TestTopologies.Batch(driver.PoolOf(Topics.Blocks), slot)); }
        var counts = driver.CountsOf("process");
        Assert.Equal((10, 7, 3, 7), (counts.Received, counts.Processed, counts.Rejected, counts.Forwarded));
        Assert.Equal([(3, "bad-slot", "bytes"), (6, "bad-slot", "bytes"), (9, "bad-slot", "bytes")],
            driver.ReadAll(Topics.DeadLetters, l => ((int)l.Slot!, l.Reason, System.Text.Encoding.UTF8.GetString(l.Payload))));
    }

    [Fact]
    public void A_failing_processor_tells_its_place()
    {
        var driver = new TopologyTestDriver(TestTopologies.Of(static (in b, _) => throw new InvalidDataException("broken")));
        var batch = TestTopologies.Batch(driver.PoolOf(Topics.Blocks), 77);
        var e = Assert.Throws<StreamException>(() => driver.Pipe(batch));
        Assert.Equal("Processor process of topology test failed at chain.blocks[0] position 0 (slot 77, record 0): broken", e.Message);
    }

    [Fact]
    public void Punctuation_follows_stream_time_also_without_records()
    {
        var times = new List<long>();
        var topology = new TopologyBuilder("clock")
            .AddSource("blocks", Topics.Blocks)
            .AddProcessor("clock", () => new Clock(times), "blocks")
            .AddSink("out", Topics.Rejections, "clock")
            .Build();
        var driver = new TopologyTestDriver(topology);
        foreach (var slot in (long[])[3, 7, 12, 11, 19]) { driver.Pipe(TestTopologies.Batch(driver.PoolOf(Topics.Blocks), slot)); }
        driver.AdvanceStreamTime(Topics.Blocks, 45);
        Assert.Equal([12, 45], times);
        Assert.Equal([12, 45], driver.ReadAll(Topics.Rejections, r => r.Slot));
    }

    [Fact]
    public void A_window_forgets_old_slots_and_refuses_them()
    {
        var driver = new TopologyTestDriver(TestTopologies.Stateful());
        for (var slot = 100; slot < 110; slot++) { driver.Pipe(TestTopologies.Batch(driver.PoolOf(Topics.Blocks), slot)); }
        var window = driver.Store<WindowStore<Transaction>>("recent");
        Assert.Equal([107L, 108, 109], Enumerable.Range(0, window.Count).Select(i => window[i].Slot));
        Assert.True(window.IsClosed(106));
        Assert.Throws<InvalidOperationException>(() => window.Open(106));
        Assert.True(window.TryGet(108, out _));
        Assert.False(window.TryGet(50, out _));
    }

    [Fact]
    public void A_task_with_a_window_commits_the_start_of_its_oldest_slot()
    {
        var driver = new TopologyTestDriver(TestTopologies.Stateful());
        for (var slot = 100; slot < 110; slot++) { driver.Pipe(TestTopologies.Batch(driver.PoolOf(Topics.Blocks), slot)); }
        var checkpoint = driver.Snapshot().Checkpoints[0];
        Assert.Equal([7L], checkpoint.Sources);
        Assert.Equal(107, checkpoint.ResumeSlot);
        Assert.Equal(109, checkpoint.EmittedThroughSlot);
    }

    [Theory]
    [InlineData("two nodes", "two nodes are named blocks")]
    [InlineData("no parent", "processor p has no parent")]
    [InlineData("wrong type", "processor p takes PoolSwap, which blocks does not give")]
    [InlineData("sink below source", "sink s stands below blocks, which is no processor")]
    [InlineData("no source", "it has no source")]
    [InlineData("unread", "nothing reads blocks")]
    [InlineData("store of nobody", "store k is given to q, which is no processor")]
    public void A_wrong_topology_is_refused_with_its_reason(string mistake, string reason)
    {
        var builder = new TopologyBuilder("t");
        var e = Assert.Throws<InvalidOperationException>(() =>
        {
            if (mistake != "no source") { builder.AddSource("blocks", Topics.Blocks); }
            switch (mistake)
            {
                case "two nodes": builder.AddSource("blocks", Topics.Swaps); break;
                case "no parent": builder.AddProcessor("p", () => new Split()); break;
                case "wrong type": builder.AddProcessor("p", () => new Other(), "blocks"); break;
                case "sink below source": builder.AddSink("s", Topics.Swaps, "blocks"); break;
                case "store of nobody": builder.AddKeyValueStore<int, int>("k", "q"); break;
            }

            builder.Build();
        });
        Assert.Equal($"Topology t: {reason}.", e.Message);
    }

    private static List<RecordBatch<T>> Read<T>(TopologyTestDriver driver, Topic<T> topic)
        where T : struct, IRecord
    {
        var all = new List<RecordBatch<T>>();
        while (driver.Read(topic) is { } batch) { all.Add(batch); }
        return all;
    }

    private abstract class Base<T> : IProcessor<T>
        where T : struct, IRecord
    {
        protected ProcessorContext Context { get; private set; } = null!;

        public virtual void Init(ProcessorContext context) => Context = context;

        public abstract void Process(in T record, in RecordMetadata metadata);
    }

    private sealed class Split : Base<Block>
    {
        public override void Process(in Block block, in RecordMetadata metadata)
        {
            foreach (ref readonly var tx in block.Transactions.Span) { Context.Forward(in tx); }
        }
    }

    private sealed class Swaps : Base<Transaction>
    {
        public override void Process(in Transaction tx, in RecordMetadata metadata)
        {
            ref var swap = ref Context.Forward(Topics.Swaps);
            swap.Slot = metadata.Slot;
            swap.TxIndex = tx.Index;
        }
    }

    private sealed class Other : Base<PoolSwap>
    {
        public override void Process(in PoolSwap swap, in RecordMetadata metadata)
        {
        }
    }

    private sealed class Rekey(Topic<Block> topic) : Base<Block>
    {
        public override void Process(in Block block, in RecordMetadata metadata)
        {
            for (var i = 0; i < 6; i++)
            {
                ref var copy = ref Context.Forward(topic);
                copy.ParentSlot = (block.Slot * 6) + i;
                copy.Transactions.Add().Index = (int)copy.ParentSlot;
            }
        }
    }

    private sealed class Clock(List<long> times) : Base<Block>, IProcessor<Block>
    {
        public override void Init(ProcessorContext context)
        {
            base.Init(context);
            context.Schedule(10);
        }

        public override void Process(in Block block, in RecordMetadata metadata)
        {
        }

        public void Punctuate(long streamTime)
        {
            times.Add(streamTime);
            Context.Forward(Topics.Rejections).Slot = streamTime;
        }
    }
}
