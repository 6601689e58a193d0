using System.Buffers;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Sluice.Lab.Node;
using Sluice.Lab.Node.Subscriptions;

namespace Sluice.Cli.Serve;

/// <summary>One WebSocket: requests of the client in, answers and notices out.</summary>
internal static class SocketSession
{
    private const int MaxRequestBytes = 50 << 10, SendBytes = 64 << 10;

    /// <summary>Serves until the client leaves, is cut off, or the node ends.</summary>
    public static async Task RunAsync(SimulatedNode node, HttpContext http, CancellationToken ending)
    {
        if (node.TryConnect() is not { } subscriber)
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        using var socket = await http.WebSockets.AcceptWebSocketAsync().ConfigureAwait(false);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, ending, subscriber.CutOff);
        var sending = SendAllAsync(socket, subscriber, both.Token);
        await ReceiveAllAsync(socket, subscriber, both.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        subscriber.Leave("the client left");
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (socket.State == WebSocketState.CloseReceived && !both.IsCancellationRequested)
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, both.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        else
        {
            http.Abort(); // by a fault, because the client is too slow, or because the node ends
        }
    }

    private static async Task ReceiveAllAsync(WebSocket socket, Subscriber subscriber, CancellationToken cancel)
    {
        var request = new ArrayBufferWriter<byte>(4_096);
        while (true)
        {
            request.ResetWrittenCount();
            ValueWebSocketReceiveResult read;
            do
            {
                read = await socket.ReceiveAsync(request.GetMemory(4_096), cancel).ConfigureAwait(false);
                if (read.MessageType == WebSocketMessageType.Close) { return; }
                request.Advance(read.Count);
                if (request.WrittenCount > MaxRequestBytes)
                {
                    subscriber.Close("a request is larger than 50 KiB");
                    return;
                }
            }
            while (!read.EndOfMessage);

            subscriber.Receive(request.WrittenSpan.ToArray());
        }
    }

    private static async Task SendAllAsync(WebSocket socket, Subscriber subscriber, CancellationToken cancel)
    {
        await foreach (var message in subscriber.ReadAllAsync(cancel).ConfigureAwait(false))
        {
            if (subscriber.ClosedFor is not null) { break; } // what still waited is not sent
            await SendAsync(socket, message.Head, message.Body.IsEmpty && message.Tail.IsEmpty, cancel).ConfigureAwait(false);
            for (var at = 0; at < message.Body.Length; at += SendBytes)
            {
                await SendAsync(socket, message.Body.Slice(at, Math.Min(SendBytes, message.Body.Length - at)), false, cancel).ConfigureAwait(false);
            }

            if (!message.Tail.IsEmpty) { await SendAsync(socket, message.Tail, true, cancel).ConfigureAwait(false); }
            subscriber.Sent(message);
        }
    }

    private static ValueTask SendAsync(WebSocket socket, ReadOnlyMemory<byte> bytes, bool isEnd, CancellationToken cancel) =>
        socket.SendAsync(bytes, WebSocketMessageType.Text, isEnd, cancel);
}
