using System.Diagnostics.Metrics;
using Sluice.Schemas.Records;
using Sluice.Streams;
using Sluice.Streams.InProcess;

namespace Sluice.Tests.Unit.Streams;

public class InProcessBusTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Everything_arrives_in_order_and_once_and_goes_back_to_its_pool()
    {
        var bus = new InProcessBus(new InProcessBusOptions { Capacity = 3 });
        var publisher = bus.AddPublisher(Topics.Blocks);
        publisher.Pool.Poison = static slots =>
        {
            foreach (ref var block in slots.Span) { block.Slot = -666; }
        };
        bus.AddTopology(TestTopologies.Of(static (in b, context) => context.Forward(Topics.Rejections).Slot = b.Slot));
        var blocks = new List<long>();
        var rows = new List<long>();
        bus.Subscribe("read", (batch, _) =>
        {
            if (batch is RecordBatch<Block> b) { blocks.Add(b.Records[0].Slot); }
            else { rows.Add(((RecordBatch<Rejection>)batch).Records[0].Slot); }
            return ValueTask.CompletedTask;
        }, Topics.Blocks, Topics.Rejections);
        var run = bus.RunAsync();
        for (var slot = 0; slot < 500; slot++) { await publisher.PublishAsync(TestTopologies.Batch(publisher.Pool, slot)); }
        publisher.Complete();
        await run.WaitAsync(Patience);
        Assert.Equal(Enumerable.Range(0, 500).Select(i => (long)i), blocks);
        Assert.Equal(blocks, rows);
        Assert.Equal(0, publisher.Pool.Outstanding);
        Assert.InRange(publisher.Pool.Created, 1, 12); // queues and loops hold no more
    }

    [Fact]
    public async Task A_slow_consumer_stops_the_source_and_nothing_is_lost()
    {
        var bus = new InProcessBus(new InProcessBusOptions { Capacity = 4 });
        var publisher = bus.AddPublisher(Topics.Blocks);
        bus.AddTopology(TestTopologies.Of(static (in b, context) => context.Forward(Topics.Rejections).Slot = b.Slot));
        using var gate = new SemaphoreSlim(0);
        var rows = new List<long>();
        bus.Subscribe("slow", async (batch, cancel) =>
        {
            await gate.WaitAsync(cancel);
            rows.Add(((RecordBatch<Rejection>)batch).Records[0].Slot);
        }, Topics.Rejections);
        var run = bus.RunAsync();

        // Room without the consumer moving: two queues of four, and one batch in the hand of each of two loops.
        const int room = 10;
        for (var slot = 0; slot < room; slot++) { await publisher.PublishAsync(TestTopologies.Batch(publisher.Pool, slot)).AsTask().WaitAsync(Patience); }
        var waiting = publisher.PublishAsync(TestTopologies.Batch(publisher.Pool, room)).AsTask();
        Assert.False(waiting.IsCompleted);
        Assert.Empty(rows);

        gate.Release(room + 1);
        await waiting.WaitAsync(Patience);
        publisher.Complete();
        await run.WaitAsync(Patience);
        Assert.Equal(Enumerable.Range(0, room + 1).Select(i => (long)i), rows);
    }

    [Fact]
    public async Task A_failing_processor_fails_the_run_and_the_publisher_with_its_place()
    {
        var bus = new InProcessBus(new InProcessBusOptions { Capacity = 1 });
        var publisher = bus.AddPublisher(Topics.Blocks);
        bus.AddTopology(TestTopologies.Of(static (in b, _) =>
        {
            if (b.Slot == 3) { throw new InvalidDataException("broken"); }
        }));
        var run = bus.RunAsync();
        var e = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            for (var slot = 0; ; slot++) { await publisher.PublishAsync(TestTopologies.Batch(publisher.Pool, slot)); }
        });
        Assert.Contains("chain.blocks[0] position 3 (slot 3", e.Message);
        var failure = await Assert.ThrowsAsync<StreamException>(() => run.WaitAsync(Patience));
        Assert.Equal(("test", "process", 3L), (failure.Topology, failure.Processor, failure.Slot));
    }

    [Fact]
    public async Task A_failing_subscriber_fails_the_run()
    {
        var bus = new InProcessBus();
        var publisher = bus.AddPublisher(Topics.Blocks);
        bus.Subscribe("bad", (_, _) => throw new IOException("disk full"), Topics.Blocks);
        var run = bus.RunAsync();
        await publisher.PublishAsync(TestTopologies.Batch(publisher.Pool, 1));
        Assert.Equal("disk full", (await Assert.ThrowsAsync<IOException>(() => run.WaitAsync(Patience))).Message);
    }

    [Fact]
    public async Task Cancelling_ends_the_run_and_a_waiting_publisher()
    {
        using var cancel = new CancellationTokenSource();
        var bus = new InProcessBus(new InProcessBusOptions { Capacity = 1 });
        var publisher = bus.AddPublisher(Topics.Blocks);
        bus.Subscribe("stuck", async (_, c) => await Task.Delay(Timeout.Infinite, c), Topics.Blocks);
        var run = bus.RunAsync(cancel.Token);
        var publish = Task.Run(async () =>
        {
            for (var slot = 0; ; slot++) { await publisher.PublishAsync(TestTopologies.Batch(publisher.Pool, slot), cancel.Token); }
        });
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => publish.WaitAsync(Patience));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(Patience));
    }

    [Fact]
    public async Task A_topology_reads_what_another_wrote()
    {
        var second = new TopologyBuilder("second")
            .AddSource("rows", Topics.Rejections)
            .AddProcessor("letter", () => new Letters(), "rows")
            .AddSink("letters", Topics.DeadLetters, "letter")
            .Build();
        var bus = new InProcessBus(new InProcessBusOptions { DefaultPartitions = 3 });
        var publisher = bus.AddPublisher(Topics.Blocks);
        bus.AddTopology(second);
        bus.AddTopology(new TopologyBuilder("first")
            .AddSource("blocks", Topics.Blocks)
            .AddProcessor("row", () => new Rows(), "blocks")
            .AddSink("rows", Topics.Rejections, "row")
            .Build());
        var letters = new List<long>();
        bus.Subscribe("letters", (batch, _) =>
        {
            foreach (ref readonly var letter in ((RecordBatch<DeadLetter>)batch).Records.Span) { letters.Add(letter.Slot!.Value); }
            return ValueTask.CompletedTask;
        }, Topics.DeadLetters);
        var run = bus.RunAsync();
        for (var slot = 0; slot < 100; slot++) { await publisher.PublishAsync(TestTopologies.Batch(publisher.Pool, slot)); }
        publisher.Complete();
        await run.WaitAsync(Patience);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (long)i), letters.Order());
        Assert.Equal(1, bus.BatchesPerSequence(Topics.Blocks, Topics.Rejections));
        Assert.Equal(3, bus.BatchesPerSequence(Topics.Rejections, Topics.DeadLetters));
        Assert.Equal(100, bus.Counts("first")["row"].Processed);
    }

    [Fact]
    public async Task A_subscriber_knows_when_all_of_a_sequence_has_arrived()
    {
        var bus = new InProcessBus(new InProcessBusOptions { DefaultPartitions = 2 });
        var publisher = bus.AddPublisher(Topics.Blocks);
        bus.AddTopology(TestTopologies.Of(static (in b, context) =>
        {
            for (var i = 0; i < b.Slot % 3; i++) { context.Forward(Topics.Swaps).Pool = b.Transactions[0].Swaps[0].Pool; }
        }));
        var expected = 1 + bus.BatchesPerSequence(Topics.Blocks, Topics.Rejections) + bus.BatchesPerSequence(Topics.Blocks, Topics.Swaps);
        var arrived = new Dictionary<long, (int Batches, int Swaps, long Slot)>();
        bus.Subscribe("all", (batch, _) =>
        {
            var (batches, swaps, _) = arrived.GetValueOrDefault(batch.Sequence);
            arrived[batch.Sequence] = (batches + 1, swaps + (batch is RecordBatch<PoolSwap> s ? s.Count : 0), batch.Slot);
            return ValueTask.CompletedTask;
        }, Topics.Blocks, Topics.Rejections, Topics.Swaps);
        var run = bus.RunAsync();
        for (var slot = 0; slot < 50; slot++) { await publisher.PublishAsync(TestTopologies.Batch(publisher.Pool, slot)); }
        publisher.Complete();
        await run.WaitAsync(Patience);
        Assert.Equal(4, expected);
        Assert.Equal(50, arrived.Count);
        Assert.All(arrived.Values, a => Assert.Equal((4, (int)(a.Slot % 3)), (a.Batches, a.Swaps)));
    }

    [Fact]
    public async Task A_steady_run_makes_no_new_batches_but_for_worn_ones()
    {
        var bus = new InProcessBus(new InProcessBusOptions { Capacity = 2 });
        var publisher = bus.AddPublisher(Topics.Blocks);
        bus.AddTopology(TestTopologies.Of(static (in b, context) => context.Forward(Topics.Swaps).Slot = b.Slot));
        var run = bus.RunAsync();
        var created = 0L;
        for (var slot = 0; slot < 2_000; slot++)
        {
            await publisher.PublishAsync(TestTopologies.Batch(publisher.Pool, slot));
            if (slot == 1_000) { created = publisher.Pool.Created; }
        }

        publisher.Complete();
        await run.WaitAsync(Patience);
        Assert.InRange(publisher.Pool.Created - created, 0, 4 + (1_000 / RecordBatchPool<Block>.MostUses)); // as many as may be out at once
    }

    [Fact]
    public async Task Metrics_tell_what_was_received_processed_and_rejected()
    {
        using var meters = new Meters();
        var totals = new Dictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (i, l) =>
            {
                if (i.Meter.Scope == meters) { l.EnableMeasurementEvents(i); }
            },
        };
        listener.SetMeasurementEventCallback<long>((i, value, _, _) =>
        {
            lock (totals) { totals[i.Name] = totals.GetValueOrDefault(i.Name) + value; }
        });
        listener.Start();
        var bus = new InProcessBus(null, new StreamsMetrics(meters));
        var publisher = bus.AddPublisher(Topics.Blocks);
        bus.AddTopology(TestTopologies.Of(static (in b, context) =>
        {
            if (b.Slot % 2 == 0) { context.Reject("even", "even slots are bad", []); }
            else { context.Forward(Topics.Swaps); }
        }));
        var run = bus.RunAsync();
        for (var slot = 0; slot < 10; slot++) { await publisher.PublishAsync(TestTopologies.Batch(publisher.Pool, slot)); }
        publisher.Complete();
        await run.WaitAsync(Patience);
        Assert.Equal(10, totals["pipeline.streams.batch.received"]);
        Assert.Equal(10, totals["pipeline.streams.record.received"]);
        Assert.Equal(5, totals["pipeline.streams.record.processed"]);
        Assert.Equal(5, totals["pipeline.streams.record.rejected"]);
        Assert.Equal(5, totals["pipeline.streams.record.forwarded"]);
    }

    [Fact]
    public async Task Wiring_mistakes_are_told()
    {
        var bus = new InProcessBus();
        bus.AddTopology(TestTopologies.Stateful());
        Assert.Contains("Nothing writes chain.blocks", (await Assert.ThrowsAsync<InvalidOperationException>(() => bus.RunAsync())).Message);

        bus = new InProcessBus();
        var publisher = bus.AddPublisher(Topics.Blocks);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await publisher.PublishAsync(publisher.Pool.Rent()));
        bus.AddTopology(TestTopologies.Stateful());
        Assert.Throws<InvalidOperationException>(() => bus.AddTopology(TestTopologies.Stateful()));
        Assert.Throws<InvalidOperationException>(() => bus.AddPublisher(new Topic<Block>("chain.blocks", "", "", static (in _, _) => 0)));

        bus = new InProcessBus();
        bus.AddPublisher(Topics.Rejections);
        bus.AddTopology(new TopologyBuilder("loop")
            .AddSource("rows", Topics.Rejections)
            .AddProcessor("again", () => new Again(), "rows")
            .AddSink("out", Topics.Rejections, "again")
            .Build());
        Assert.Contains("is read by what it is made from", (await Assert.ThrowsAsync<InvalidOperationException>(() => bus.RunAsync())).Message);
    }

    private sealed class Meters : IMeterFactory
    {
        private readonly List<Meter> _made = [];

        public Meter Create(MeterOptions options)
        {
            options.Scope = this;
            var meter = new Meter(options);
            _made.Add(meter);
            return meter;
        }

        public void Dispose() => _made.ForEach(m => m.Dispose());
    }

    private sealed class Rows : IProcessor<Block>
    {
        private ProcessorContext _context = null!;

        public void Init(ProcessorContext context) => _context = context;

        public void Process(in Block block, in RecordMetadata metadata) => _context.Forward(Topics.Rejections).Slot = block.Slot;
    }

    private sealed class Letters : IProcessor<Rejection>
    {
        private ProcessorContext _context = null!;

        public void Init(ProcessorContext context) => _context = context;

        public void Process(in Rejection row, in RecordMetadata metadata) => _context.Forward(Topics.DeadLetters).Slot = row.Slot;
    }

    private sealed class Again : IProcessor<Rejection>
    {
        public void Init(ProcessorContext context)
        {
        }

        public void Process(in Rejection row, in RecordMetadata metadata)
        {
        }
    }
}
