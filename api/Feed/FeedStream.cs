using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Sluice.Api.Feed;

/// <summary>One reader of server-sent events (WHATWG HTML, section 9.2). Events are messages with an id; the feed's own messages have their type as the event's name.</summary>
internal sealed class FeedStream(LiveFeed feed, FeedReader reader, HttpResponse response) : IFeedOutput
{
    public const string MediaType = "text/event-stream";

    private readonly PipeWriter _body = response.BodyWriter;

    /// <summary>Serves until the reader leaves, is cut off, or the process ends.</summary>
    public async Task RunAsync(FeedRequest first, CancellationToken aborted)
    {
        response.ContentType = MediaType;
        response.Headers["X-Accel-Buffering"] = "no"; // a proxy that gathers answers would hold events back
        using var both = CancellationTokenSource.CreateLinkedTokenSource(aborted, reader.Stuck);
        await new FeedSession(feed, reader, this).RunAsync(first, both.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (reader.Stuck.IsCancellationRequested || aborted.IsCancellationRequested)
        {
            response.HttpContext.Abort();
            return;
        }

        var farewell = reader.CutFor == FeedCut.TooSlow
            ? FeedMessages.Error("too-slow", "You have fallen too far behind: come back with Last-Event-ID, and read faster or ask for less.")
            : FeedMessages.Error("ending", "The server ends: come back with Last-Event-ID.");
        await SendAsync("error", farewell, both.Token).AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask SendAsync(FeedEvent sent, CancellationToken cancel)
    {
        Write($"id: {new FeedPosition(feed.Stream, sent.Sequence)}\ndata: ");
        await EndAsync(sent.Message, cancel).ConfigureAwait(false);
    }

    public async ValueTask SendAsync(string type, byte[] message, CancellationToken cancel)
    {
        Write($"event: {type}\ndata: ");
        await EndAsync(message, cancel).ConfigureAwait(false);
    }

    private async ValueTask EndAsync(ReadOnlyMemory<byte> message, CancellationToken cancel)
    {
        System.Buffers.BuffersExtensions.Write(_body, message.Span);
        Write("\n\n");
        var flushed = await _body.FlushAsync(cancel).ConfigureAwait(false);
        if (flushed.IsCompleted) { reader.Cut(FeedCut.Left); }
    }

    private void Write(string text) => _body.Advance(Encoding.UTF8.GetBytes(text, _body.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));
}
