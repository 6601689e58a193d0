using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Sluice.Api;
using Sluice.Api.Feed;

namespace Sluice.Tests.Integration.Api.Feed;

/// <summary>The api with a live feed, on a port of its own, and a WebSocket to it.</summary>
internal sealed class FeedServer : IAsyncDisposable
{
    private readonly Running _running;

    private FeedServer(Running running, LiveFeed feed) => (_running, Feed) = (running, feed);

    public LiveFeed Feed { get; }

    public HttpClient Client => _running.Client;

    public string SocketAddress => $"ws://{Client.BaseAddress!.Authority}/ws/live";

    public static async Task<FeedServer> StartAsync(FeedOptions? options = null)
    {
        var feed = new LiveFeed(options);
        return new FeedServer(await Running.StartAsync(new NoStore(), live: new LiveServices(feed, null)), feed);
    }

    public async Task<FeedClient> ConnectAsync(string query = "", string? origin = null)
    {
        var socket = new ClientWebSocket();
        if (origin is not null) { socket.Options.SetRequestHeader("Origin", origin); }
        socket.Options.CollectHttpResponseDetails = true;
        await socket.ConnectAsync(new Uri(SocketAddress + query), CancellationToken.None);
        return new FeedClient(socket);
    }

    public Task StopAsync() => _running.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _running.DisposeAsync();
        Feed.Dispose();
    }
}

/// <summary>A WebSocket that reads JSON.</summary>
internal sealed class FeedClient(ClientWebSocket socket) : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    private readonly byte[] _buffer = new byte[1 << 16];

    public ClientWebSocket Socket => socket;

    /// <summary>The next message; null when the server has said goodbye.</summary>
    public async Task<JsonElement?> NextAsync()
    {
        using var limit = new CancellationTokenSource(Deadline);
        using var message = new MemoryStream();
        while (true)
        {
            var read = await socket.ReceiveAsync(_buffer, limit.Token);
            if (read.MessageType == WebSocketMessageType.Close) { return null; }
            message.Write(_buffer, 0, read.Count);
            if (read.EndOfMessage) { return JsonDocument.Parse(message.ToArray()).RootElement; }
        }
    }

    /// <summary>Messages up to one of a type, that one included.</summary>
    public async Task<List<JsonElement>> UntilAsync(string type)
    {
        var told = new List<JsonElement>();
        do { told.Add((await NextAsync())!.Value); } while (told[^1].GetProperty("type").GetString() != type);
        return told;
    }

    public Task SayAsync(string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None);

    public void Dispose() => socket.Dispose();
}
