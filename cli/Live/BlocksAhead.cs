using Sluice.Ingest.Live;
using Sluice.Ingest.Rpc;

namespace Sluice.Cli.Live;

/// <summary>Blocks of a node in the order of their slots, the next ones asked for while one is read.</summary>
internal static class BlocksAhead
{
    /// <summary>Reads blocks.</summary>
    /// <param name="chain">Asks for them.</param>
    /// <param name="slots">Slots that have one.</param>
    /// <param name="atOnce">Blocks that are under way at most; one late answer holds up reading, not asking.</param>
    /// <param name="read">Takes a block; it disposes of the reply.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="RpcException">A block cannot be had, or not be read; nothing is under way any more.</exception>
    public static async Task ReadAsync(
        ChainClient chain, IReadOnlyList<ulong> slots, int atOnce, Func<ulong, RpcReply, CancellationToken, Task> read, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var asked = new Queue<Task<RpcReply>>(atOnce);
        try
        {
            for (var (i, next) = (0, 0); i < slots.Count; i++)
            {
                while (next < slots.Count && asked.Count < atOnce) { asked.Enqueue(chain.GetBlockAsync(slots[next++], stop.Token)); }
                await read(slots[i], await asked.Dequeue().ConfigureAwait(false), stop.Token).ConfigureAwait(false);
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            foreach (var late in asked) { await late.ContinueWith(static t => { if (t.IsCompletedSuccessfully) { t.Result.Dispose(); } else { _ = t.Exception; } }, TaskScheduler.Default).ConfigureAwait(false); }
        }
    }
}
