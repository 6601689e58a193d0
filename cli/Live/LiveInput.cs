using System.Globalization;
using Sluice.Cli.Output;
using Sluice.Cli.Replay;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding.Model;
using Sluice.Ingest.Live;

namespace Sluice.Cli.Live;

/// <summary>Says to a person what becomes of slots that were missed, or what to do.</summary>
/// <param name="first">The first of them.</param>
/// <param name="isOne">Whether it is the only one.</param>
internal delegate string MissedRemedy(ulong first, bool isOne);

/// <summary>Blocks of nodes as input.</summary>
/// <param name="follower">Gets them.</param>
/// <param name="first">First slot; null for the newest.</param>
/// <param name="before">Last block that is known already.</param>
/// <param name="until">Last slot; null for no end.</param>
/// <param name="missed">Is told of what no endpoint gives: first and last slot, and why.</param>
/// <param name="remedy">Says what becomes of that.</param>
internal sealed class LiveInput(BlockFollower follower, ulong? first, ulong? before, ulong? until, Action<ulong, ulong, string> missed, MissedRemedy remedy) : IInput
{
    private long _slot;

    public long TotalUnits => 0;

    public long DoneUnits => 0;

    public string Position
    {
        get
        {
            var slot = Interlocked.Read(ref _slot);
            return slot == 0 ? "waiting for a block" : string.Create(CultureInfo.InvariantCulture, $"slot {slot}, {Human.Count((long)follower.Tip - slot)} behind");
        }
    }

    public IEnumerable<(InputDocument? Document, InputProblem? Problem)> Read(CancellationToken cancel)
    {
        var blocks = follower.FollowAsync(first, before, cancel).GetAsyncEnumerator(cancel);
        try
        {
            while (blocks.MoveNextAsync().AsTask().GetAwaiter().GetResult())
            {
                var block = blocks.Current;
                if (block.First > until)
                {
                    block.Body?.Dispose();
                    yield break;
                }

                Interlocked.Exchange(ref _slot, (long)block.Slot);
                if (block.Body is { } body)
                {
                    yield return (new LiveDocument(body, (long)block.Slot), null);
                    continue;
                }

                missed(block.First, block.Slot, block.Missed!.Message);
                yield return (null, new InputProblem(block.Missed.Endpoint, "missed-slot", MissedText(block), (long)block.Slot));
            }
        }
        finally
        {
            blocks.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private string MissedText(in FollowedBlock block)
    {
        var isOne = block.First == block.Slot;
        var which = isOne ? $"slot {block.Slot} has a block" : $"slots {block.First} to {block.Slot} have blocks";
        return $"{which} that no endpoint gave ({block.Missed!.Message}); {remedy(block.First, isOne)}";
    }

    private sealed class LiveDocument(BlockBody body, long slot) : InputDocument
    {
        public override string Source => body.Source;

        public override long? AskedSlot => slot;

        public override ReadOnlySpan<byte> Bytes => body.Bytes;

        public override ReadResult Read(DocumentReaders readers, RawBlock block) => body.Read(readers.Json, block);

        public override void Return() => body.Dispose();
    }
}
