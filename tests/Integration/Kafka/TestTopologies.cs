using Sluice.Schemas.Records;
using Sluice.Streams;

namespace Sluice.Tests.Integration.Kafka;

/// <summary>Small topologies over small records: the "slot" is a number, the "count" a value.</summary>
internal static class TestTopologies
{
    /// <summary>Input of all of them.</summary>
    public static Topic<Rejection> Numbers { get; } = new(
        "numbers", "slot", "none", static (in r, key) => Key(r.Slot, key), static (in r) => r.Slot, TimeSpan.FromHours(1));

    /// <summary>Results.</summary>
    public static Topic<Rejection> Results { get; } = new(
        "results", "slot", "none", static (in r, key) => Key(r.Slot, key), static (in r) => r.Slot, TimeSpan.FromHours(1));

    /// <summary>Each number once more. A number whose reason is "poison" makes the processor throw.</summary>
    public static Topology Copy(string name = "copy") => new TopologyBuilder(name)
        .AddSource("numbers", Numbers)
        .AddProcessor("copy", () => new Copier(), "numbers")
        .AddSink("results", Results, "copy")
        .Build();

    /// <summary>Sums of the counts by slot in kept state; each sum goes out as it stands after a number.</summary>
    public static Topology Sum(string name = "sum") => new TopologyBuilder(name)
        .AddSource("numbers", Numbers)
        .AddProcessor("sum", () => new Summer(), "numbers")
        .AddKeyValueStore<long, long>("sums", "sum")
        .AddSink("results", Results, "sum")
        .Build();

    /// <summary>For each slot that leaves a window of ten, the sum of its counts: replayable state.</summary>
    public static Topology Windowed(string name = "windowed") => new TopologyBuilder(name)
        .AddSource("numbers", Numbers)
        .AddProcessor("window", () => new Windower(), "numbers")
        .AddWindowStore<Rejection>("recent", 10, "window")
        .AddSink("results", Results, "window")
        .Build();

    private static int Key(long slot, Span<byte> key)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(key, slot);
        return sizeof(long);
    }

    private sealed class Copier : IProcessor<Rejection>
    {
        private ProcessorContext _context = null!;

        public void Init(ProcessorContext context) => _context = context;

        public void Process(in Rejection record, in RecordMetadata metadata)
        {
            if (record.Reason == "poison") { throw new InvalidOperationException("this number cannot be processed"); }
            ref var copy = ref _context.Forward(Results);
            copy.Slot = record.Slot;
            copy.Stage = record.Stage;
            copy.Reason = record.Reason;
            copy.Count = record.Count;
            copy.Version = record.Version;
        }
    }

    private sealed class Summer : IProcessor<Rejection>
    {
        private ProcessorContext _context = null!;
        private KeyValueStore<long, long> _sums = null!;

        public void Init(ProcessorContext context)
        {
            _context = context;
            _sums = context.GetStateStore<KeyValueStore<long, long>>("sums");
        }

        public void Process(in Rejection record, in RecordMetadata metadata)
        {
            if (record.Reason == "poison") { throw new InvalidOperationException("this number cannot be processed"); }
            var sum = (_sums.TryGet(record.Slot, out var before) ? before : 0) + record.Count;
            _sums.Put(record.Slot, sum);
            ref var result = ref _context.Forward(Results);
            result.Slot = record.Slot;
            result.Stage = "sum";
            result.Reason = record.Reason;
            result.Count = sum;
            result.Version = 1;
        }
    }

    private sealed class Windower : IProcessor<Rejection>
    {
        private ProcessorContext _context = null!;
        private WindowStore<Rejection> _recent = null!;

        public void Init(ProcessorContext context)
        {
            _context = context;
            _recent = context.GetStateStore<WindowStore<Rejection>>("recent");
        }

        public void Process(in Rejection record, in RecordMetadata metadata)
        {
            var list = _recent.Open(record.Slot);
            ref var kept = ref list.Add();
            kept.Slot = record.Slot;
            kept.Count = record.Count;

            // The sum of the window as it stands: depends on everything in it.
            ref var result = ref _context.Forward(Results);
            result.Slot = record.Slot;
            result.Stage = "window";
            result.Reason = "sum";
            result.Version = 1;
            for (var i = 0; i < _recent.Count; i++)
            {
                foreach (ref readonly var entry in _recent[i].Records.Span) { result.Count += entry.Count; }
            }
        }
    }
}
