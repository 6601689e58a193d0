using System.Net.WebSockets;
using System.Text;
using Polly;
using Polly.Retry;
using Sluice.Ingest.Blocks.Json;
using Sluice.Ingest.Buffers;
using Sluice.Ingest.Rpc;

namespace Sluice.Ingest.Live;

/// <summary>Slots and blocks of a node, by <c>slotSubscribe</c> and, where the node has it, <c>blockSubscribe</c>.</summary>
/// <remarks>
/// Few public nodes offer <c>blockSubscribe</c>; where it is refused, the slots alone say when to ask. A message is read into one pooled buffer, and a
/// block is taken from there without copying. A connection that is silent for <paramref name="silence"/> counts as broken: slots come every 0.4 s.
/// Slots are told as the node comes to them; where finalized blocks are followed, the slot so far behind is told, which has become final about then.
/// </remarks>
/// <param name="address">Where the WebSocket is; keys in it are never shown.</param>
/// <param name="maxBytes">Largest message that is taken.</param>
/// <param name="silence">How long nothing may come.</param>
/// <param name="time">Clock.</param>
/// <param name="commitment">Of the blocks: confirmed or finalized.</param>
public sealed class WebSocketPush(RpcEndpointAddress address, int maxBytes, TimeSpan silence, TimeProvider time, Commitment commitment = Commitment.Confirmed) : IBlockPush
{
    private const int FirstBuffer = 1 << 16;
    private const ulong Slots = 1;

    private static readonly byte[] SubscribeSlots = Encoding.ASCII.GetBytes("""{"jsonrpc":"2.0","id":1,"method":"slotSubscribe"}""");

    /// <summary>Slots by which finalized blocks are behind those that a node is at. Source: Agave, solana_clock::MAX_LOCKOUT_HISTORY, and the block on top.</summary>
    private const ulong FinalizedBehind = 32;

    private readonly byte[] _subscribeBlocks = Encoding.ASCII.GetBytes(
        $$"""{"jsonrpc":"2.0","id":2,"method":"blockSubscribe","params":["all",{"commitment":"{{Commitments.NameOf(commitment)}}","encoding":"json","transactionDetails":"full","maxSupportedTransactionVersion":0,"showRewards":true}]}""");

    private readonly ulong _behind = commitment == Commitment.Finalized ? FinalizedBehind : 0;

    private static readonly TimeSpan ShortConnection = TimeSpan.FromSeconds(5);

    private readonly JsonScratch _scratch = new();
    private int _usual; // bytes of the last large message

    public string Shown => address.Shown;

    public async Task RunAsync(IBlockPushTaker taker, CancellationToken cancel)
    {
        var again = new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = int.MaxValue,
            Delay = TimeSpan.FromMilliseconds(250),
            MaxDelay = TimeSpan.FromSeconds(30),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = new PredicateBuilder().Handle<WebSocketException>().Handle<IOException>(),
        }).Build();
        try
        {
            while (true)
            {
                // Each connection that lasted begins the pauses anew.
                await again.ExecuteAsync(
                    static async (state, token) => await state.Self.ListenAsync(state.Taker, token).ConfigureAwait(false), (Self: this, Taker: taker), cancel).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Whoever listened has left.
        }
    }

    /// <summary>One connection. Returns when it broke; throws where it was not made or did not last.</summary>
    private async Task ListenAsync(IBlockPushTaker taker, CancellationToken cancel)
    {
        using var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(15);
        socket.Options.KeepAliveTimeout = TimeSpan.FromSeconds(15);
        if (address.Url.IsLoopback) { socket.Options.Proxy = null; }
        using var quiet = new CancellationTokenSource(silence, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, quiet.Token);
        var isConnected = false;
        var begin = time.GetTimestamp();
        try
        {
            await socket.ConnectAsync(address.Url, either.Token).ConfigureAwait(false);
            await socket.SendAsync(SubscribeSlots, WebSocketMessageType.Text, true, either.Token).ConfigureAwait(false);
            await socket.SendAsync(_subscribeBlocks, WebSocketMessageType.Text, true, either.Token).ConfigureAwait(false);
            isConnected = true;
            taker.Connected(Shown);
            while (await TryTakeMessageAsync(socket, taker, either.Token).ConfigureAwait(false)) { quiet.CancelAfter(silence); }
            taker.Disconnected(Shown, "the node closed the connection");
        }
        catch (Exception e) when (!cancel.IsCancellationRequested && e is WebSocketException or IOException or OperationCanceledException)
        {
            var why = e is OperationCanceledException
                ? FormattableString.Invariant($"nothing came for {silence.TotalSeconds:0.#} s")
                : isConnected ? "the connection broke" : "no WebSocket could be opened; check host, port and path";
            taker.Disconnected(Shown, why);
        }

        // A node that hangs up at once is not pestered.
        if (time.GetElapsedTime(begin) < ShortConnection) { throw new IOException("the connection did not last"); }
    }

    /// <summary>Reads one message; false when the node closes.</summary>
    private async Task<bool> TryTakeMessageAsync(ClientWebSocket socket, IBlockPushTaker taker, CancellationToken cancel)
    {
        using var message = new MessageBuffer(FirstBuffer, _usual);
        while (true)
        {
            if (message.Length >= maxBytes) { throw new IOException(FormattableString.Invariant($"a message has more than {maxBytes >> 20} MiB")); }
            var read = await socket.ReceiveAsync(message.Free(maxBytes), cancel).ConfigureAwait(false);
            if (read.MessageType == WebSocketMessageType.Close) { return false; }
            message.Advance(read.Count);
            if (read.EndOfMessage) { break; }
        }

        if (message.Length > FirstBuffer) { _usual = message.Length; }
        Take(message, taker);
        return true;
    }

    /// <summary>Hands on what the message says, and its buffer where a block lies in it.</summary>
    private void Take(MessageBuffer message, IBlockPushTaker taker)
    {
        var notice = WebSocketNotice.Read(message.Bytes, _scratch);
        switch (notice.Kind)
        {
            case NoticeKind.Slot:
                if (notice.Slot > _behind) { taker.TakeSlot(notice.Slot - _behind); }
                return;
            case NoticeKind.Block when notice.Length > 0 && BlockHeader.TryRead(message.Bytes.Slice(notice.Value, notice.Length), _scratch, out var header):
                var body = new WebSocketBlockBody(message.Detach(), notice.Value, notice.Length, Shown, notice.Slot);
                taker.TakeBlock(new PushedBlock(notice.Slot, header, body));
                return;
            case NoticeKind.Answer when notice is { IsRefused: true, Request: Slots }:
                throw new IOException("the node refuses slotSubscribe");
        }
    }
}
