using Sluice.Processors.Core.Sandwich;
using Sluice.Processors.Topologies;
using Sluice.Schemas.Records;
using Sluice.Streams;
using Sluice.Streams.Testing;
using Sluice.Tests.Unit.Detection.Cases;

namespace Sluice.Tests.Unit.Topologies;

public class SandwichTopologyTests
{
    /// <summary>Sandwiches in one block and over slots and groups, a round trip, a candidate without a victim.</summary>
    private const string Chain = """
        slot 99
        tx atk
        swap P atk 1000000 SOL > 1000 TOK
        slot 100
        tx v1
        swap P v1 1000000 SOL > 900 TOK
        tx b1
        swap Q b1 1000000 SOL > 1000 WIF
        slot 101
        tx atk
        swap P atk 1000 TOK > 1300000 SOL
        slot 103
        tx a3
        swap P a3 1000000 SOL > 1000 TOK
        tx v2
        swap P v2 1000000 SOL > 900 TOK
        tx b1
        swap Q b1 1000 WIF > 999000 SOL
        slot 104
        tx v3
        swap P v3 1000000 SOL > 800 TOK
        tx a3
        swap P a3 1000 TOK > 1300000 SOL
        slot 107
        tx a4
        swap P a4 1000000 SOL > 1000 TOK
        tx v4
        swap P v4 1000000 SOL > 900 TOK
        slot 109
        tx v5
        swap P v5 1000000 SOL > 900 TOK
        tx a4
        swap P a4 970 TOK > 1300000 SOL
        slot 111
        tx a5
        swap P a5 1000000 SOL > 1000 TOK
        tx v6
        swap P v6 1000000 SOL > 900 TOK
        tx a5
        swap P a5 1009 TOK > 1300000 SOL
        slot 112
        tx x
        """;

    [Fact]
    public void Findings_round_trips_and_rejections_come_out()
    {
        var driver = new TopologyTestDriver(SandwichTopology.Build(version: 3));
        Pipe(driver, 1);
        driver.Finish();
        Assert.Equal([(100L, 1), (103L, 2), (107L, 2)], driver.ReadAll(Topics.Sandwiches, s => (s.Slot, s.Victims.Count)));
        Assert.Equal([(111L, "inventory_exceeded")], driver.ReadAll(Topics.RoundTrips, t => (t.Slot, t.FailedRule)));
        Assert.Equal([(100L, "sandwich", "no_victim", 1L, 3L)], driver.ReadAll(Topics.Rejections, r => (r.Slot, r.Stage, r.Reason, r.Count, r.Version)));
    }

    [Fact]
    public void A_finding_that_closes_to_the_unit_comes_with_its_last_block()
    {
        var driver = new TopologyTestDriver(SandwichTopology.Build(1));
        var blocks = new BlockCase(Chain).Blocks;
        for (var i = 0; i < 3; i++) { Pipe(driver, blocks[i], 0); }
        Assert.Equal([100L], driver.ReadAll(Topics.Sandwiches, s => s.Slot));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void The_same_rows_come_of_any_number_of_partitions(int partitions)
    {
        var golden = Rows(new TopologyTestDriver(SandwichTopology.Build(1)), 1);
        Assert.True(golden.Count >= 5);
        Assert.Equal(golden, Rows(new TopologyTestDriver(SandwichTopology.Build(1), partitions), partitions));
    }

    [Fact]
    public void The_same_rows_come_of_runs_that_are_stopped_and_restored()
    {
        var golden = Rows(new TopologyTestDriver(SandwichTopology.Build(1), 3), 3);
        for (var stop = 0; stop <= new BlockCase(Chain).Blocks.Count; stop++)
        {
            var first = new TopologyTestDriver(SandwichTopology.Build(1), 3);
            Pipe(first, 3, stop);
            var rows = ReadAll(first);
            rows.AddRange(Rows(new TopologyTestDriver(SandwichTopology.Build(1), 3, first.Snapshot()), 3));
            Assert.Equal(golden, rows.Distinct().Order());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Blocks_are_held_as_long_as_a_window_reads_them_and_no_longer(int partitions)
    {
        var golden = Rows(new TopologyTestDriver(SandwichTopology.Build(1), partitions), partitions);
        var driver = new TopologyTestDriver(SandwichTopology.Build(1), partitions);
        var pool = driver.PoolOf(Topics.Blocks);
        pool.Poison = static slots =>
        {
            foreach (ref var block in slots.Span) { block.Transactions.Clear(); }
        };
        Pipe(driver, partitions);
        Assert.InRange(pool.Outstanding, 1, GroupWindows<SandwichGroup>.Slots * partitions);
        driver.Finish();
        Assert.Equal(0, pool.Outstanding);
        Assert.Equal(golden, ReadAll(driver).Order());
    }

    [Fact]
    public void A_task_that_ends_in_the_middle_lets_go_of_its_blocks()
    {
        var driver = new TopologyTestDriver(SandwichTopology.Build(1));
        Pipe(driver, 1, until: 4);
        Assert.True(driver.PoolOf(Topics.Blocks).Outstanding > 0);
        driver.Close();
        Assert.Equal(0, driver.PoolOf(Topics.Blocks).Outstanding);
    }

    private static List<string> Rows(TopologyTestDriver driver, int partitions)
    {
        Pipe(driver, partitions);
        driver.Finish();
        var rows = ReadAll(driver);
        rows.Sort();
        return rows;
    }

    private static List<string> ReadAll(TopologyTestDriver driver)
    {
        var rows = driver.ReadAll(Topics.Sandwiches, s => $"{s.Slot} {s.Id} {s.Gross} {s.Victims.Count} {s.Class} {s.Confidence}");
        rows.AddRange(driver.ReadAll(Topics.RoundTrips, t => $"{t.Slot} {t.Id} {t.Class}"));
        rows.AddRange(driver.ReadAll(Topics.Rejections, r => $"{r.Slot} {r.Reason} {r.Count}"));
        return rows;
    }

    /// <summary>Every block to its partition and, over several, its context copies to those of the neighbouring groups.</summary>
    private static void Pipe(TopologyTestDriver driver, int partitions, int until = int.MaxValue)
    {
        var (blocks, copies) = (new BlockCase(Chain).Blocks, new BlockCase(Chain).Blocks); // a batch's records are emptied when it is used again
        for (var i = 0; i < Math.Min(until, blocks.Count); i++)
        {
            ref var block = ref blocks[i];
            var group = block.Slot / 4;
            Pipe(driver, block, PartitionOf(group, partitions));
            var other = (block.Slot % 4) switch { 3 => group + 1, 0 => group - 1, _ => -1 };
            if (partitions == 1 || other < 0) { continue; }
            copies[i].IsContext = true;
            Pipe(driver, copies[i], PartitionOf(other, partitions));
        }
    }

    private static int PartitionOf(long group, int partitions)
    {
        var blocks = new RecordList<Block>();
        ref var block = ref blocks.Add();
        block.Slot = group * 4;
        return Topics.Blocks.PartitionOf(in block, partitions);
    }

    private static void Pipe(TopologyTestDriver driver, in Block block, int partition)
    {
        var batch = driver.PoolOf(Topics.Blocks).Rent();
        batch.Slot = block.Slot;
        batch.Records.Add() = block;
        driver.PipeTo(partition, batch);
    }

    [Fact]
    public void Nothing_is_allocated_for_records_once_buffers_have_grown()
    {
        var output = new NoOutput();
        var groups = new GroupWindows<SandwichGroup>(() => new SandwichGroup(output));
        var blocks = new BlockCase("""
            slot 1
            tx a
            swap P a 1000000 SOL > 1000 TOK
            tx b
            swap P b 1000000 SOL > 900 TOK
            tx c
            swap Q c 1000000 SOL > 900 WIF
            send c > d 900 WIF
            tx c
            swap R c 1000000 SOL > 900 XYZ
            tx c
            swap R c 900 XYZ > 1000001 SOL
            """).Blocks;
        Feed(0, 4_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Feed(4_000, 104_000);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000); // a byte a slot: a buffer that grew
        Assert.True(output.Rejected >= 100_000);

        void Feed(long from, long until)
        {
            for (var slot = from; slot < until; slot++)
            {
                blocks[0].Slot = slot;
                groups.Take(blocks[0]);
            }
        }
    }

    private sealed class NoOutput : ISandwichOutput
    {
        public long Rejected { get; private set; }

        public ref Sandwich AddSandwich() => throw new InvalidOperationException();

        public ref RoundTrip AddRoundTrip() => throw new InvalidOperationException();

        public void Reject(long slot, SandwichVerdict verdict, long count) => Rejected += count;
    }
}
