using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Sluice.Cli.Replay;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding.Model;

namespace Sluice.Cli.Bench;

/// <summary>A few blocks in memory, given out again and again under ascending slots: input that costs nothing to produce.</summary>
/// <remarks>Only the digits of <c>parentSlot</c> are written anew each time, so that slots ascend and nothing counts as skipped.</remarks>
internal sealed class LoopedInput : IInput
{
    private readonly BlockingCollection<LoopedDocument> _idle = [];
    private readonly ulong _firstSlot;
    private readonly long _slots;
    private long _done;

    /// <param name="templates">getBlock results in JSON, each with a <c>parentSlot</c> of as many digits as the slots have.</param>
    /// <param name="firstSlot">Slot of the first block given out.</param>
    /// <param name="slots">Blocks to give out.</param>
    /// <param name="copies">Copies of each template, so that several can be on their way at once.</param>
    public LoopedInput(IReadOnlyList<byte[]> templates, ulong firstSlot, long slots, int copies)
    {
        _firstSlot = firstSlot;
        _slots = slots;
        for (var i = 0; i < copies; i++)
        {
            foreach (var template in templates) { _idle.Add(new LoopedDocument((byte[])template.Clone(), _idle)); }
        }
    }

    public long TotalUnits => _slots;

    public long DoneUnits => Interlocked.Read(ref _done);

    public IEnumerable<(InputDocument? Document, InputProblem? Problem)> Read(CancellationToken cancel)
    {
        for (long i = 0; i < _slots; i++)
        {
            var document = _idle.Take(cancel);
            document.MoveTo(_firstSlot + (ulong)i);
            Interlocked.Increment(ref _done);
            yield return (document, null);
        }
    }

    private sealed class LoopedDocument : InputDocument
    {
        private readonly byte[] _bytes;
        private readonly BlockingCollection<LoopedDocument> _idle;
        private readonly int _parentAt;
        private readonly int _parentDigits;
        private ulong _slot;

        public LoopedDocument(byte[] bytes, BlockingCollection<LoopedDocument> idle)
        {
            (_bytes, _idle) = (bytes, idle);
            var name = "\"parentSlot\":"u8;
            _parentAt = bytes.AsSpan().IndexOf(name) + name.Length;
            while (char.IsAsciiDigit((char)bytes[_parentAt + _parentDigits])) { _parentDigits++; }
        }

        public override string Source => "bench";

        public void MoveTo(ulong slot)
        {
            _slot = slot;
            var digits = Encoding.ASCII.GetBytes((slot - 1).ToString(CultureInfo.InvariantCulture));
            if (digits.Length != _parentDigits) { throw new InvalidOperationException($"Slot {slot} has another number of digits than the block's parent."); }
            digits.CopyTo(_bytes, _parentAt);
        }

        public override ReadResult Read(DocumentReaders readers, RawBlock block) => readers.Json.Read(_bytes, new DocumentOrigin(Source, _slot), block);

        public override ReadOnlySpan<byte> Bytes => _bytes;

        public override void Return() => _idle.Add(this);
    }
}
