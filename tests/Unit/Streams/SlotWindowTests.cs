using Sluice.Schemas.Records;
using Sluice.Streams;
using Sluice.Streams.InProcess;
using Sluice.Streams.Testing;

namespace Sluice.Tests.Unit.Streams;

/// <summary>A processor that holds slots in its own way: what a restart reads again, and what it gives when the input ends.</summary>
public sealed class SlotWindowTests
{
    /// <summary>Answers each block with the sum of the last three slots' numbers, and the end with minus the last.</summary>
    private sealed class LastThree : IProcessor<Block>
    {
        private readonly Queue<long> _held = new();
        private SlotWindow _window = null!;
        private ProcessorContext _context = null!;

        public void Init(ProcessorContext context)
        {
            _context = context;
            _window = context.GetStateStore<SlotWindow>("recent");
        }

        public void Process(in Block block, in RecordMetadata metadata)
        {
            _window.Open(block.Slot);
            _held.Enqueue(block.Slot);
            while (_held.Count > 3) { _held.Dequeue(); }
            Give(block.Slot, _held.Sum());
        }

        public void Finish() => Give(_held.Last(), -1);

        private void Give(long slot, long sum)
        {
            ref var row = ref _context.Forward(Topics.Rejections);
            row.Slot = slot;
            row.Stage = "sum";
            row.Reason = "sum";
            row.Count = sum;
        }
    }

    private static Topology Build() => new TopologyBuilder("sums")
        .AddSource("blocks", Topics.Blocks)
        .AddProcessor("sum", () => new LastThree(), "blocks")
        .AddSlotWindow("recent", 3, "sum")
        .AddSink("sums", Topics.Rejections, "sum")
        .Build();

    private static void Pipe(TopologyTestDriver driver, long slot)
    {
        var batch = driver.PoolOf(Topics.Blocks).Rent();
        batch.Records.Add().Slot = slot;
        batch.Slot = slot;
        driver.Pipe(batch);
    }

    private static List<(long Slot, long Sum)> Read(TopologyTestDriver driver) => driver.ReadAll(Topics.Rejections, r => (r.Slot, (long)r.Count));

    [Fact]
    public void A_restart_reads_the_held_slots_again_and_gives_nothing_twice()
    {
        var first = new TopologyTestDriver(Build());
        for (var slot = 1; slot <= 5; slot++) { Pipe(first, slot); }
        Assert.Equal([(1, 1), (2, 3), (3, 6), (4, 9), (5, 12)], Read(first));

        var second = new TopologyTestDriver(Build(), 1, first.Snapshot());
        for (var slot = 1; slot <= 7; slot++) { Pipe(second, slot); }

        // 6 knows 4 and 5 though they were answered before the restart.
        Assert.Equal([(6, 15), (7, 18)], Read(second));
        Assert.Equal(3, second.Store<SlotWindow>("recent").Count);
    }

    [Fact]
    public void A_slot_that_comes_twice_is_held_once()
    {
        var driver = new TopologyTestDriver(Build());
        Pipe(driver, 4);
        Pipe(driver, 4);
        Assert.Equal(1, driver.Store<SlotWindow>("recent").Count);
    }

    [Fact]
    public void The_end_of_the_input_is_told_once()
    {
        var driver = new TopologyTestDriver(Build());
        Pipe(driver, 4);
        driver.Finish();
        Assert.Equal([(4, 4), (4, -1)], Read(driver));
    }

    [Fact]
    public void A_task_that_saw_nothing_gives_nothing_at_the_end()
    {
        var driver = new TopologyTestDriver(Build());
        driver.Finish();
        Assert.Empty(Read(driver));
    }

    [Fact]
    public async Task On_the_bus_what_comes_at_the_end_reaches_subscribers_before_the_run_ends()
    {
        var bus = new InProcessBus();
        var publisher = bus.AddPublisher(Topics.Blocks);
        bus.AddTopology(Build());
        var seen = new List<(long Sequence, long Sum)>();
        bus.Subscribe(
            "test",
            (batch, _) =>
            {
                foreach (ref readonly var row in ((RecordBatch<Rejection>)batch).Records.Span) { seen.Add((batch.Sequence, row.Count)); }
                return default;
            },
            Topics.Rejections);
        var running = bus.RunAsync();
        for (var slot = 1; slot <= 2; slot++)
        {
            var batch = publisher.Pool.Rent();
            batch.Records.Add().Slot = slot;
            batch.Slot = slot;
            await publisher.PublishAsync(batch);
        }

        publisher.Complete();
        await running;
        Assert.Equal([(0, 1), (1, 3), (RecordBatch.EndOfInput, -1)], seen);
    }
}
