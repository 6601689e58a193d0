using System.Globalization;
using Sluice.Cli.Output;
using Sluice.Cli.Replay;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding.Model;
using Sluice.Ingest.Live;

namespace Sluice.Cli.Live;

/// <summary>Blocks of nodes as input.</summary>
/// <param name="follower">Gets them.</param>
/// <param name="first">First slot; null for the newest.</param>
/// <param name="before">Last block that is known already.</param>
/// <param name="until">Last slot; null for no end.</param>
/// <param name="missed">Is told of what no endpoint gives: first and last slot, and why.</param>
internal sealed class LiveInput(BlockFollower follower, ulong? first, ulong? before, ulong? until, Action<ulong, ulong, string> missed) : IInput
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
                    yield return (new LiveDocument(body), null);
                    continue;
                }

                missed(block.First, block.Slot, block.Missed!.Message);
                yield return (null, new InputProblem(block.Missed.Endpoint, "missed-slot", MissedText(block)));
            }
        }
        finally
        {
            blocks.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static string MissedText(in FollowedBlock block) => block.First == block.Slot
        ? $"slot {block.Slot} has a block that no endpoint gave ({block.Missed!.Message}); it is asked for again when it is finalized"
        : $"slots {block.First} to {block.Slot} have blocks that no endpoint gave ({block.Missed!.Message}); they are asked for again when they are finalized";

    private sealed class LiveDocument(BlockBody body) : InputDocument
    {
        public override string Source => body.Source;

        public override ReadOnlySpan<byte> Bytes => body.Bytes;

        public override ReadResult Read(DocumentReaders readers, RawBlock block) => body.Read(readers.Json, block);

        public override void Return() => body.Dispose();
    }
}
