using System.Buffers;
using System.Net.WebSockets;
using System.Threading.Channels;

namespace Sluice.Api.Feed;

/// <summary>One reader on a WebSocket: events and answers out, subscriptions in.</summary>
internal sealed class FeedSocket(LiveFeed feed, FeedReader reader, WebSocket socket) : IFeedOutput
{
    /// <summary>RFC 6455's registry: try again later.</summary>
    private const WebSocketCloseStatus TryAgainLater = (WebSocketCloseStatus)1013;

    /// <summary>Time for saying goodbye.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    private readonly Channel<FeedCommand> _commands = Channel.CreateBounded<FeedCommand>(new BoundedChannelOptions(16) { SingleReader = true, SingleWriter = true });
    private (WebSocketCloseStatus Status, string? Reason) _close = (WebSocketCloseStatus.NormalClosure, null);

    /// <summary>Serves until the reader leaves, is cut off, or the process ends.</summary>
    public async Task RunAsync(FeedRequest first, CancellationToken aborted)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(aborted, reader.Stuck);
        var receiving = ReceiveAllAsync(both.Token);
        await new FeedSession(feed, reader, this, _commands.Reader).RunAsync(first, both.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var (status, reason) = reader.CutFor switch
        {
            FeedCut.TooSlow => (TryAgainLater, "too slow: come back with since, and read faster or ask for less"),
            FeedCut.Ending => (WebSocketCloseStatus.EndpointUnavailable, "the server ends"),
            _ => _close,
        };
        both.CancelAfter(Farewell);
        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            await socket.CloseOutputAsync(status, reason, both.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        socket.Abort();
    }

    public ValueTask SendAsync(FeedEvent sent, CancellationToken cancel) => socket.SendAsync(sent.Message, WebSocketMessageType.Text, true, cancel);

    public ValueTask SendAsync(string type, byte[] message, CancellationToken cancel) => socket.SendAsync(message.AsMemory(), WebSocketMessageType.Text, true, cancel);

    private async Task ReceiveAllAsync(CancellationToken cancel)
    {
        try
        {
            var request = new ArrayBufferWriter<byte>(1_024);
            while (true)
            {
                request.ResetWrittenCount();
                ValueWebSocketReceiveResult read;
                do
                {
                    read = await socket.ReceiveAsync(request.GetMemory(1_024), cancel).ConfigureAwait(false);
                    if (read.MessageType == WebSocketMessageType.Close) { return; }
                    request.Advance(read.Count);
                    if (request.WrittenCount > feed.Options.MaxRequestBytes)
                    {
                        _close = (WebSocketCloseStatus.MessageTooBig, $"a message has at most {feed.Options.MaxRequestBytes} bytes");
                        reader.Cut(FeedCut.Left);
                    }

                    // Once goodbye is said, only the reader's own is waited for: closing on what was not read would take ours away from it.
                    if (reader.CutFor != FeedCut.None) { request.ResetWrittenCount(); }
                }
                while (!read.EndOfMessage);

                if (reader.CutFor != FeedCut.None) { continue; }
                await _commands.Writer.WriteAsync(FeedCommand.Read(request.WrittenMemory, feed.Options), cancel).ConfigureAwait(false);
                reader.Wake();
            }
        }
        finally
        {
            reader.Cut(FeedCut.Left);
        }
    }
}
