using System.Buffers.Binary;
using Sluice.Schemas.Records;
using Sluice.Streams;

namespace Sluice.Bench.Kafka;

/// <summary>What is measured: records of 200 bytes, with a key of 10,000, a slot that goes on, and text.</summary>
internal static class BenchTopologies
{
    public static Topic<Rejection> Input { get; } = NewTopic("input");

    public static Topic<Rejection> Output { get; } = NewTopic("output");

    public static Topic<Rejection> Counts { get; } = new(
        "counts", "key", "none", static (in r, key) => Number(r.Slot, key), static (in r) => r.Slot, TimeSpan.FromHours(1));

    /// <summary>Every record once more, decoded and encoded.</summary>
    public static Topology Stateless() => new TopologyBuilder("stateless")
        .AddSource("input", Input)
        .AddProcessor("copy", () => new Copy(), "input")
        .AddSink("output", Output, "copy")
        .Build();

    /// <summary>Counts by key and window of 1,000 slots, in kept state; a window's counts go out when it closes.</summary>
    public static Topology Windowed() => new TopologyBuilder("windowed")
        .AddSource("input", Input)
        .AddProcessor("count", () => new Count(), "input")
        .AddKeyValueStore<CountKey, long>("counts", "count")
        .AddSink("counts", Counts, "count")
        .Build();

    private static Topic<Rejection> NewTopic(string name) => new(
        name, "version", "none", static (in s, key) => Number(s.Version, key), static (in s) => s.Slot, TimeSpan.FromHours(1));

    private static int Number(long value, Span<byte> key)
    {
        BinaryPrimitives.WriteInt64BigEndian(key, value);
        return sizeof(long);
    }

    /// <summary>Key and window.</summary>
    public readonly record struct CountKey(long Key, long Window);

    private sealed class Copy : IProcessor<Rejection>
    {
        private ProcessorContext _context = null!;

        public void Init(ProcessorContext context) => _context = context;

        public void Process(in Rejection record, in RecordMetadata metadata)
        {
            ref var copy = ref _context.Forward(Output);
            copy = record;
        }
    }

    private sealed class Count : IProcessor<Rejection>
    {
        private const int Window = 1_000;

        private ProcessorContext _context = null!;
        private KeyValueStore<CountKey, long> _counts = null!;
        private readonly List<CountKey> _closed = [];

        public void Init(ProcessorContext context)
        {
            _context = context;
            _counts = context.GetStateStore<KeyValueStore<CountKey, long>>("counts");
            context.Schedule(Window);
        }

        public void Process(in Rejection record, in RecordMetadata metadata)
        {
            var key = new CountKey(record.Version, record.Slot / Window);
            _counts.Put(in key, (_counts.TryGet(in key, out var count) ? count : 0) + 1);
        }

        public void Punctuate(long streamTime)
        {
            var open = streamTime / Window;
            foreach (var (key, count) in _counts)
            {
                if (key.Window >= open) { continue; }
                _closed.Add(key);
                ref var result = ref _context.Forward(Counts);
                result.Slot = key.Window;
                result.Stage = "count";
                result.Reason = "closed";
                result.Count = count;
                result.Version = key.Key;
            }

            foreach (var key in _closed) { _counts.Delete(in key); }
            _closed.Clear();
        }
    }
}
