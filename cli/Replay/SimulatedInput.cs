using System.Buffers;
using System.Collections.Concurrent;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding.Model;
using Sluice.Lab;

namespace Sluice.Cli.Replay;

/// <summary>Blocks of the simulator as input, made while they are consumed; nothing is kept but the truth.</summary>
internal sealed class SimulatedInput(SimulatorOptions options) : IInput
{
    private readonly ConcurrentBag<SimulatedDocument> _idle = [];
    private long _done;

    /// <summary>What was planted, complete when the input has ended.</summary>
    public List<TruthEntry> Truth { get; } = [];

    public long TotalUnits => options.Slots;

    public long DoneUnits => Interlocked.Read(ref _done);

    public IEnumerable<(InputDocument? Document, InputProblem? Problem)> Read(CancellationToken cancel)
    {
        var simulator = new Simulator(options);
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            if (!_idle.TryTake(out var document)) { document = new SimulatedDocument(_idle); }
            document.Json.ResetWrittenCount();
            if (!simulator.TryNextBlock(document.Json, out var slot)) { yield break; }
            Interlocked.Increment(ref _done);
            if (slot.Skipped)
            {
                document.Return();
                continue;
            }

            Truth.AddRange(slot.Truth);
            document.Slot = slot.Slot;
            yield return (document, null);
        }
    }

    private sealed class SimulatedDocument(ConcurrentBag<SimulatedDocument> idle) : InputDocument
    {
        public ArrayBufferWriter<byte> Json { get; } = new(4 << 20);

        public ulong Slot { get; set; }

        public override string Source => "simulator";

        public override ReadResult Read(DocumentReaders readers, RawBlock block) =>
            readers.Json.Read(Json.WrittenSpan, new DocumentOrigin(Source, Slot), block);

        public override ReadOnlySpan<byte> Bytes => Json.WrittenSpan;

        public override void Return() => idle.Add(this);
    }
}
