using Sluice.Schemas.Records;
using Sluice.Streams;
using Sluice.Streams.InProcess;
using Sluice.Streams.Testing;

namespace Sluice.Tests.Unit.Streams;

/// <summary>The same rows however a topology is run: straight, over duplicated input, stopped and restored, in other numbers of partitions.</summary>
public class GoldenRunTests
{
    private static readonly long[] Slots = [.. Enumerable.Range(4, 60).Where(s => s % 7 != 3).Select(s => (long)s)];

    /// <summary>Rows worked out by plain loops: slot, transactions of its group so far, and those in its window of three slots.</summary>
    private static readonly (long, string, long)[] Golden = [.. Slots.Select(slot =>
    {
        var before = Slots.Where(s => s / 4 == slot / 4 && s <= slot).ToList();
        return (slot, $"{before.Where(s => s > slot - 3).Sum(Count)} in the window", before.Sum(Count));
    })];

    private static long Count(long slot) => 1 + (slot % 5);

    [Fact]
    public void Straight()
    {
        var driver = new TopologyTestDriver(TestTopologies.Stateful());
        foreach (var slot in Slots) { driver.Pipe(TestTopologies.Batch(driver.PoolOf(Topics.Blocks), slot)); }
        Assert.Equal(Golden, Rows(driver));
    }

    [Fact]
    public void Input_duplicated()
    {
        var driver = new TopologyTestDriver(TestTopologies.Stateful());
        foreach (var slot in Slots)
        {
            driver.Pipe(TestTopologies.Batch(driver.PoolOf(Topics.Blocks), slot));
            driver.Pipe(TestTopologies.Batch(driver.PoolOf(Topics.Blocks), slot));
        }

        var rows = Rows(driver);
        Assert.Equal(Golden.Length * 2, rows.Count);
        Assert.Equal(Golden, rows.DistinctBy(r => r.Item1));
        Assert.Equal(Golden, rows.AsEnumerable().Reverse().DistinctBy(r => r.Item1).Reverse());
    }

    [Fact]
    public void Stopped_at_every_place_and_restored()
    {
        for (var stop = 0; stop <= Slots.Length; stop++)
        {
            var first = new TopologyTestDriver(TestTopologies.Stateful(), partitions: 2);
            foreach (var slot in Slots[..stop]) { first.Pipe(TestTopologies.Batch(first.PoolOf(Topics.Blocks), slot)); }
            var rows = Rows(first);

            var second = new TopologyTestDriver(TestTopologies.Stateful(), partitions: 2, first.Snapshot());
            foreach (var slot in Slots) { second.Pipe(TestTopologies.Batch(second.PoolOf(Topics.Blocks), slot)); }
            rows.AddRange(Rows(second));
            Assert.Equal(Golden, rows);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void Other_partitions(int partitions)
    {
        var driver = new TopologyTestDriver(TestTopologies.Stateful(), partitions);
        foreach (var slot in Slots) { driver.Pipe(TestTopologies.Batch(driver.PoolOf(Topics.Blocks), slot)); }
        Assert.Equal(Golden, Rows(driver));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public async Task On_the_bus(int partitions)
    {
        var bus = new InProcessBus(new InProcessBusOptions { DefaultPartitions = partitions, Capacity = 2 });
        var publisher = bus.AddPublisher(Topics.Blocks);
        bus.AddTopology(TestTopologies.Stateful());
        var rows = new List<(long Slot, string, long)>();
        bus.Subscribe("rows", (batch, _) =>
        {
            foreach (ref readonly var row in ((RecordBatch<Rejection>)batch).Records.Span) { rows.Add((row.Slot, row.Reason, row.Count)); }
            return ValueTask.CompletedTask;
        }, Topics.Rejections);
        var run = bus.RunAsync();
        foreach (var slot in Slots) { await publisher.PublishAsync(TestTopologies.Batch(publisher.Pool, slot)); }
        publisher.Complete();
        await run;
        Assert.Equal(Golden, rows.OrderBy(r => r.Slot));
    }

    private static List<(long, string, long)> Rows(TopologyTestDriver driver) =>
        driver.ReadAll(Topics.Rejections, r => (r.Slot, r.Reason, r.Count));
}
