using System.Runtime.CompilerServices;
using Sluice.Ingest.Blocks.Json;
using Sluice.Ingest.Rpc;

namespace Sluice.Ingest.Live;

/// <summary>Follows a chain slot by slot through its nodes: each slot with a block, in ascending order, once.</summary>
/// <remarks>
/// Blocks are pushed where a source does so, and asked for by polling besides; whichever is first wins. Steps: a pushed block that follows the last
/// one is next; else ask for the newest slot and for the list of blocks up to it, and fetch several at once. A block whose parent is later than the
/// block given out before shows that something was left out: what is between is fetched by the chain of parents and given out first; so are the
/// blocks before the first one, down to the slot that was asked for. A node that cannot be reached is waited for as long as it takes; a block that
/// nodes answer not to have counts as missed after some calls and is given out as such, so nothing is missed silently.
/// </remarks>
/// <param name="chain">Asks nodes.</param>
/// <param name="options">How.</param>
/// <param name="pushed">What sources push; null where there are none.</param>
public sealed class BlockFollower(ChainClient chain, FollowerOptions options, PushedBlocks? pushed = null)
{
    private const int MostAncestors = 1_024;

    /// <summary>Slots that nodes list at once, at most.</summary>
    private const ulong MostListed = 500_000;

    private readonly PushedBlocks _pushed = pushed ?? new PushedBlocks();
    private readonly JsonScratch _scratch = new();
    private readonly Queue<ulong> _wanted = new();
    private readonly Queue<(ulong Slot, Task<FollowedBlock> Block)> _fetching = new();
    private TaskCompletionSource _hurry = new();
    private ulong _tip;
    private long _byPush;

    /// <summary>The newest slot that the nodes told.</summary>
    public ulong Tip => Interlocked.Read(ref _tip);

    /// <summary>Blocks that were left out, by lists or by pushes, and that were fetched all the same.</summary>
    public long BackFilled { get; private set; }

    /// <summary>Blocks that came by a push before an answer brought them.</summary>
    public long ByPush => Interlocked.Read(ref _byPush);

    /// <summary>Is told why it is waiting, when a call has failed on all endpoints.</summary>
    public Action<RpcException>? Waiting { get; init; }

    /// <summary>Is told of a block that was left out and fetched by the chain of parents.</summary>
    public Action<ulong>? Found { get; init; }

    /// <summary>Follows until cancelled.</summary>
    /// <param name="first">First slot; null begins with the newest.</param>
    /// <param name="before">Slot of the last block that is known already; null checks nothing before the first.</param>
    /// <param name="cancel">Ends the following.</param>
    public async IAsyncEnumerable<FollowedBlock> FollowAsync(ulong? first, ulong? before, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var stop = ended.Token;
        var last = before ?? (first > 0 ? first - 1 : null);
        Task<(List<ulong> Slots, ulong Next, bool IsAtTip)>? listing = null;
        var next = first ?? await UntilAnsweredAsync(chain.GetSlotAsync, stop).ConfigureAwait(false);
        var isAtTip = false;
        try
        {
            while (true)
            {
                var news = _pushed.News;
                var isHole = false;
                while (isAtTip && _wanted.Count == 0 && _fetching.Count < Ahead(next) && _pushed.TryTakeNext(next - 1, out var push, out isHole))
                {
                    NoteTip(push.Slot);
                    Interlocked.Increment(ref _byPush);
                    _fetching.Enqueue((push.Slot, Task.FromResult(new FollowedBlock(push.Slot, push.Slot, push.Body, null))));
                    next = push.Slot + 1;
                }

                while (_fetching.Count < Ahead(next) && _wanted.TryDequeue(out var slot)) { _fetching.Enqueue((slot, FetchAsync(slot, stop))); }
                if (_wanted.Count == 0) { listing ??= ListAsync(next, stop); }
                if (isHole) { _hurry.TrySetResult(); }
                if (listing is { IsCompleted: true })
                {
                    (var slots, var behind, isAtTip) = await listing.ConfigureAwait(false);
                    listing = null;

                    // Pushes may have gone further since the list was asked for.
                    foreach (var slot in slots)
                    {
                        if (slot >= next) { _wanted.Enqueue(slot); }
                    }

                    next = Math.Max(next, behind);
                    continue;
                }

                if (_fetching.Count == 0)
                {
                    await Task.WhenAny(listing!, news).ConfigureAwait(false);
                    continue;
                }

                var block = await _fetching.Dequeue().Block.ConfigureAwait(false);
                if (block.Slot <= last)
                {
                    block.Body?.Dispose();
                    continue;
                }

                foreach (var ancestor in await AncestorsAsync(block, last, stop).ConfigureAwait(false)) { yield return ancestor; }
                last = block.Slot;
                _pushed.DropUpTo(block.Slot);
                yield return block;
            }
        }
        finally
        {
            // Whoever follows may leave at any block; what is under way ends with him.
            await ended.CancelAsync().ConfigureAwait(false);
            await GiveUpAsync(listing).ConfigureAwait(false);
            _pushed.End();
        }
    }

    /// <summary>Blocks that are fetched at once, before the next slot that nothing is known of.</summary>
    private int Ahead(ulong next) => Tip + (ulong)_wanted.Count > next + options.BehindSlots ? options.AheadWhenBehind : options.Ahead;

    /// <summary>Blocks from a slot on, the slot to go on with, and whether the list goes to the newest slot; waits until there is one.</summary>
    private async Task<(List<ulong> Slots, ulong Next, bool IsAtTip)> ListAsync(ulong next, CancellationToken cancel)
    {
        _hurry = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        for (var span = options.ListSlots; ; span = Math.Min(span * 2, MostListed))
        {
            var news = _pushed.News;
            NoteTip(await UntilAnsweredAsync(chain.GetSlotAsync, cancel).ConfigureAwait(false));
            if (Tip >= next)
            {
                // Nothing behind the last block of a list is known to be skipped: the node that was asked may be behind the one that told the newest slot.
                var end = Math.Min(Tip, next + span - 1);
                var slots = await UntilAnsweredAsync(c => chain.GetBlocksAsync(next, end, c), cancel).ConfigureAwait(false);
                if (slots.Count > 0) { return (slots, slots[^1] + 1, end == Tip); }

                // Where there is nothing in a list, the next one is longer.
                if (end < Tip)
                {
                    next = end + 1;
                    continue;
                }
            }

            // Where blocks come by themselves, asking is for what they leave out; where only slots are told, those say when to ask.
            var isBeside = _pushed.IsDelivering && !_hurry.Task.IsCompleted;
            await PauseAsync(isBeside ? options.PollBesidePushes : options.PollEvery, isBeside ? _hurry.Task : news, cancel).ConfigureAwait(false);
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
                await PauseAsync(options.PollEvery, null, cancel).ConfigureAwait(false);
            }
        }
    }

    /// <summary>A pause that news may end before its time.</summary>
    private async Task PauseAsync(TimeSpan time, Task? news, CancellationToken cancel)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var pause = Task.Delay(time, options.Time, enough.Token);
        await (news is null ? pause : Task.WhenAny(pause, news)).ConfigureAwait(false);
        await enough.CancelAsync().ConfigureAwait(false);
        cancel.ThrowIfCancellationRequested();
    }

    private void NoteTip(ulong slot)
    {
        if (slot > Tip) { Interlocked.Exchange(ref _tip, slot); }
    }

    /// <summary>The block of a slot, by an answer or by a push, whichever is first.</summary>
    private async Task<FollowedBlock> FetchAsync(ulong slot, CancellationToken cancel)
    {
        if (_pushed.IsDelivering) { await PauseAsync(options.PushGrace, _pushed.ArrivalOf(slot), cancel).ConfigureAwait(false); }
        for (var calls = 1; ; calls++)
        {
            if (_pushed.TryTake(slot, out var push))
            {
                Interlocked.Increment(ref _byPush);
                return new FollowedBlock(slot, slot, push.Body, null);
            }

            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var answer = chain.GetBlockAsync(slot, enough.Token);
            await Task.WhenAny(answer, _pushed.ArrivalOf(slot)).ConfigureAwait(false);
            if (!answer.IsCompleted)
            {
                await enough.CancelAsync().ConfigureAwait(false);
                _ = answer.ContinueWith(static t => { if (t.IsCompletedSuccessfully) { t.Result.Dispose(); } else { _ = t.Exception; } }, TaskScheduler.Default);
                calls--;
                continue;
            }

            try
            {
                return new FollowedBlock(slot, slot, new RpcBlockBody(await answer.ConfigureAwait(false), slot), null);
            }
            catch (RpcException e)
            {
                Waiting?.Invoke(e);

                // Whoever does not answer may answer later; whoever answers not to have it will hardly get it.
                // Whoever has given it up will not.
                if (e.Fault is not (RpcFault.NotThere or RpcFault.BadReply or RpcFault.Gone)) { calls--; }
                else if (calls >= options.CallsPerBlock || e.Fault == RpcFault.Gone) { return new FollowedBlock(slot, slot, null, e); }
            }
        }
    }

    /// <summary>Blocks between the last one given out and this one's parent, the parent included, ascending.</summary>
    private async Task<Stack<FollowedBlock>> AncestorsAsync(FollowedBlock block, ulong? last, CancellationToken cancel)
    {
        var ancestors = new Stack<FollowedBlock>();
        while (last is { } known && block.Body is { } body && body.TryReadHeader(_scratch, out var header)
            && header.ParentSlot > known && header.ParentSlot < block.Slot && ancestors.Count < MostAncestors)
        {
            block = await FetchAsync(header.ParentSlot, cancel).ConfigureAwait(false);

            // Without this block, those before it are not known either: they are missed with it.
            if (block.Body is null)
            {
                block = block with { First = known + 1 };
            }
            else
            {
                BackFilled++;
                Found?.Invoke(block.Slot);
            }

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
