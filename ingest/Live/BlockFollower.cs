using System.Runtime.CompilerServices;
using Sluice.Ingest.Blocks.Json;
using Sluice.Ingest.Rpc;

namespace Sluice.Ingest.Live;

/// <summary>Follows a chain slot by slot through its nodes: each slot with a block, in ascending order, once.</summary>
/// <remarks>
/// Steps: ask for the newest slot and for the list of blocks up to it; fetch several at once; give them out in order. A block whose parent is later
/// than the block given out before shows that the list left something out: what is between is fetched by the chain of parents and given out
/// first; so are the blocks before the first one, down to the slot that was asked for. A node that cannot be reached is waited for as long as it takes; a block that nodes answer not to have counts as missed after some
/// calls and is given out as such, so nothing is missed silently.
/// </remarks>
public sealed class BlockFollower(ChainClient chain, FollowerOptions options)
{
    private const int MostAncestors = 1_024;

    private readonly JsonScratch _scratch = new();
    private readonly Queue<ulong> _wanted = new();
    private readonly Queue<(ulong Slot, Task<FollowedBlock> Block)> _fetching = new();
    private ulong _tip;

    /// <summary>The newest slot that the nodes told.</summary>
    public ulong Tip => Interlocked.Read(ref _tip);

    /// <summary>Blocks that a list of blocks left out and that were fetched all the same.</summary>
    public long BackFilled { get; private set; }

    /// <summary>Is told why it is waiting, when a call has failed on all endpoints.</summary>
    public Action<RpcException>? Waiting { get; init; }

    /// <summary>Follows until cancelled.</summary>
    /// <param name="first">First slot; null begins with the newest.</param>
    /// <param name="before">Slot of the last block that is known already; null checks nothing before the first.</param>
    /// <param name="cancel">Ends the following.</param>
    public async IAsyncEnumerable<FollowedBlock> FollowAsync(ulong? first, ulong? before, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var stop = ended.Token;
        var last = before ?? (first > 0 ? first - 1 : null);
        Task<(List<ulong> Slots, ulong Next)>? listing = null;
        var next = first ?? await UntilAnsweredAsync(chain.GetSlotAsync, stop).ConfigureAwait(false);
        try
        {
            while (true)
            {
                while (_fetching.Count < options.Ahead && _wanted.TryDequeue(out var slot)) { _fetching.Enqueue((slot, FetchAsync(slot, stop))); }
                if (_wanted.Count == 0) { listing ??= ListAsync(next, stop); }
                if (_fetching.Count == 0 || listing is { IsCompleted: true })
                {
                    (var slots, next) = await listing!.ConfigureAwait(false);
                    foreach (var slot in slots) { _wanted.Enqueue(slot); }
                    listing = null;
                    continue;
                }

                var block = await _fetching.Dequeue().Block.ConfigureAwait(false);
                foreach (var ancestor in await AncestorsAsync(block, last, stop).ConfigureAwait(false)) { yield return ancestor; }
                last = block.Slot;
                yield return block;
            }
        }
        finally
        {
            // Whoever follows may leave at any block; what is under way ends with him.
            await ended.CancelAsync().ConfigureAwait(false);
            await GiveUpAsync(listing).ConfigureAwait(false);
        }
    }

    /// <summary>Blocks from a slot on, and the slot to go on with; waits until there is one.</summary>
    private async Task<(List<ulong> Slots, ulong Next)> ListAsync(ulong next, CancellationToken cancel)
    {
        while (true)
        {
            var tip = await UntilAnsweredAsync(chain.GetSlotAsync, cancel).ConfigureAwait(false);
            if (tip > Tip) { Interlocked.Exchange(ref _tip, tip); }
            if (Tip >= next)
            {
                // Nothing behind the last block of a list is known to be skipped: the node that was asked may be behind the one that told the newest slot.
                var end = Math.Min(Tip, next + options.ListSlots - 1);
                var slots = await UntilAnsweredAsync(c => chain.GetBlocksAsync(next, end, c), cancel).ConfigureAwait(false);
                if (slots.Count > 0) { return (slots, slots[^1] + 1); }
                if (end < Tip) { return (slots, end + 1); }
            }

            await Task.Delay(options.PollEvery, options.Time, cancel).ConfigureAwait(false);
        }
    }

    private async Task<T> UntilAnsweredAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                return await call(cancel).ConfigureAwait(false);
            }
            catch (RpcException e)
            {
                Waiting?.Invoke(e);
                await Task.Delay(options.PollEvery, options.Time, cancel).ConfigureAwait(false);
            }
        }
    }

    private async Task<FollowedBlock> FetchAsync(ulong slot, CancellationToken cancel)
    {
        for (var calls = 1; ; calls++)
        {
            try
            {
                return new FollowedBlock(slot, slot, new RpcBlockBody(await chain.GetBlockAsync(slot, cancel).ConfigureAwait(false), slot), null);
            }
            catch (RpcException e)
            {
                Waiting?.Invoke(e);

                // Whoever does not answer may answer later; whoever answers not to have it will hardly get it.
                if (e.Fault is not (RpcFault.NotThere or RpcFault.BadReply)) { calls--; }
                else if (calls >= options.CallsPerBlock) { return new FollowedBlock(slot, slot, null, e); }
            }
        }
    }

    /// <summary>Blocks between the last one given out and this one's parent, the parent included, ascending.</summary>
    private async Task<Stack<FollowedBlock>> AncestorsAsync(FollowedBlock block, ulong? last, CancellationToken cancel)
    {
        var ancestors = new Stack<FollowedBlock>();
        while (last is { } known && block.Body is { } body && BlockHeader.TryRead(body.Bytes, _scratch, out var header)
            && header.ParentSlot > known && header.ParentSlot < block.Slot && ancestors.Count < MostAncestors)
        {
            block = await FetchAsync(header.ParentSlot, cancel).ConfigureAwait(false);

            // Without this block, those before it are not known either: they are missed with it.
            if (block.Body is null) { block = block with { First = known + 1 }; } else { BackFilled++; }
            ancestors.Push(block);
        }

        return ancestors;
    }

    private async Task GiveUpAsync(Task? listing)
    {
        if (listing is not null) { await listing.ContinueWith(static _ => { }, TaskScheduler.Default).ConfigureAwait(false); }
        while (_fetching.TryDequeue(out var fetch))
        {
            await fetch.Block.ContinueWith(static t => { if (t.IsCompletedSuccessfully) { t.Result.Body?.Dispose(); } }, TaskScheduler.Default).ConfigureAwait(false);
        }
    }
}
