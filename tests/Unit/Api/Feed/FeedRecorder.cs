using System.Text.Json;
using System.Threading.Channels;
using Sluice.Api.Feed;

namespace Sluice.Tests.Unit.Api.Feed;

/// <summary>A reader without a socket: keeps what it is told, and stops taking anything while its gate is closed.</summary>
internal sealed class FeedRecorder : IFeedOutput, IDisposable
{
    /// <summary>Longer than anything takes on a busy machine: what it ends is stuck.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Channel<JsonElement> _told = Channel.CreateUnbounded<JsonElement>();
    private readonly Channel<FeedCommand> _commands = Channel.CreateUnbounded<FeedCommand>();
    private readonly CancellationTokenSource _ending = new();
    private readonly LiveFeed _feed;
    private readonly SemaphoreSlim? _gate;

    private FeedRecorder(LiveFeed feed, bool isGated)
    {
        (_feed, _gate) = (feed, isGated ? new SemaphoreSlim(0) : null);
        Reader = feed.TryConnect("test")!;
    }

    public FeedReader Reader { get; }

    public Task Session { get; private set; } = Task.CompletedTask;

    /// <summary>Connects with the parameters of a URL.</summary>
    public static FeedRecorder Connect(LiveFeed feed, string query = "", bool isGated = false)
    {
        var recorder = new FeedRecorder(feed, isGated);
        var request = FeedRequests.Read(query);
        recorder.Session = new FeedSession(feed, recorder.Reader, recorder, recorder._commands.Reader).RunAsync(request, recorder._ending.Token);
        return recorder;
    }

    /// <summary>The next message, whatever it is.</summary>
    public async Task<JsonElement> NextAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        return await _told.Reader.ReadAsync(limit.Token);
    }

    /// <summary>Messages up to one of a type, that one included.</summary>
    public async Task<List<JsonElement>> UntilAsync(string type)
    {
        var told = new List<JsonElement>();
        do { told.Add(await NextAsync()); } while (told[^1].GetProperty("type").GetString() != type);
        return told;
    }

    public void Say(string message)
    {
        _commands.Writer.TryWrite(FeedCommand.Read(System.Text.Encoding.UTF8.GetBytes(message), _feed.Options));
        Reader.Wake();
    }

    /// <summary>Lets some messages through.</summary>
    public void Open(int messages) => _gate!.Release(messages);

    public async ValueTask SendAsync(FeedEvent sent, CancellationToken cancel) => await TakeAsync(sent.Message, cancel);

    public async ValueTask SendAsync(string type, byte[] message, CancellationToken cancel) => await TakeAsync(message, cancel);

    public void Dispose()
    {
        _ending.Cancel();
        Reader.Dispose();
        _ending.Dispose();
        _gate?.Dispose();
    }

    private async ValueTask TakeAsync(ReadOnlyMemory<byte> message, CancellationToken cancel)
    {
        if (_gate is not null) { await _gate.WaitAsync(cancel); }
        _told.Writer.TryWrite(JsonDocument.Parse(message).RootElement);
    }
}

/// <summary>Requests of the feed, as URLs say them.</summary>
internal static class FeedRequests
{
    public static FeedRequest Read(string query) =>
        TryRead(query, out var request, out var problem) ? request! : throw new ArgumentException(problem, nameof(query));

    public static bool TryRead(string query, out FeedRequest? request, out string? problem)
    {
        var values = new Microsoft.AspNetCore.Http.QueryCollection(Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(query));
        var isRead = FeedRequest.TryRead(values, new FeedOptions(), out request, out var wrong);
        problem = wrong?.ProblemDetails.Detail;
        return isRead;
    }
}
