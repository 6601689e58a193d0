using System.Threading.Channels;

namespace Sluice.Api.Feed;

/// <summary>Carries messages to one reader.</summary>
internal interface IFeedOutput
{
    /// <summary>Sends an event.</summary>
    ValueTask SendAsync(FeedEvent sent, CancellationToken cancel);

    /// <summary>Sends a message of the feed's own.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="message">The JSON object.</param>
    /// <param name="cancel">Gives up.</param>
    ValueTask SendAsync(string type, byte[] message, CancellationToken cancel);
}

/// <summary>What one reader is told, from its hello to its end; transports differ in <see cref="IFeedOutput"/> only.</summary>
internal sealed class FeedSession(LiveFeed feed, FeedReader reader, IFeedOutput output, ChannelReader<FeedCommand>? commands = null)
{
    private readonly List<(string Id, FeedFilter Filter)> _subscriptions = [];

    /// <summary>Serves until the reader is cut off or the token is cancelled.</summary>
    public async Task RunAsync(FeedRequest first, CancellationToken cancel)
    {
        await BeginAsync(first, cancel).ConfigureAwait(false);
        while (reader.CutFor == FeedCut.None)
        {
            while (commands is not null && commands.TryRead(out var command)) { await ObeyAsync(command, cancel).ConfigureAwait(false); }
            for (var i = 0; i < 64 && reader.Read() is { } next; i++)
            {
                if (IsWanted(next)) { await SendAsync(next, cancel).ConfigureAwait(false); }
            }

            if (reader.IsHeartbeatDue())
            {
                await SendAsync("heartbeat", FeedMessages.Heartbeat(reader.Next - 1, feed.Time.GetUtcNow()), cancel).ConfigureAwait(false);
            }

            if (reader.Next > feed.Ring.Newest && reader.CutFor == FeedCut.None) { await reader.WaitAsync(cancel).ConfigureAwait(false); }
        }
    }

    private async Task BeginAsync(FeedRequest first, CancellationToken cancel)
    {
        _subscriptions.Add((FeedMessages.UrlSubscription, first.Filter));
        if (first.Since is { } since && since.Stream == feed.Stream && since.Sequence + 1 >= feed.Ring.Oldest && since.Sequence < reader.Next)
        {
            reader.Next = since.Sequence + 1;
            await SendAsync("hello", FeedMessages.Hello(feed, first, reader.Next, isResumed: true, hasGap: false), cancel).ConfigureAwait(false);
            return;
        }

        await SendAsync("hello", FeedMessages.Hello(feed, first, reader.Next, isResumed: false, hasGap: first.Since is not null), cancel).ConfigureAwait(false);
        await SendSnapshotAsync(FeedMessages.UrlSubscription, first, cancel).ConfigureAwait(false);
    }

    private async ValueTask ObeyAsync(FeedCommand command, CancellationToken cancel)
    {
        switch (command)
        {
            case FeedCommand.Ping ping:
                await SendAsync("pong", FeedMessages.Pong(ping.Echo), cancel).ConfigureAwait(false);
                break;
            case FeedCommand.Wrong wrong:
                await SendAsync("error", wrong.Answer, cancel).ConfigureAwait(false);
                break;
            case FeedCommand.Unsubscribe { Id: var id }:
                var answer = _subscriptions.RemoveAll(s => s.Id == id) > 0
                    ? FeedMessages.Unsubscribed(id)
                    : FeedMessages.Error("unknown-subscription", $"There is no such subscription; there are {string.Join(", ", _subscriptions.Select(s => s.Id))}.");
                await SendAsync("unsubscribed", answer, cancel).ConfigureAwait(false);
                break;
            case FeedCommand.Subscribe subscribe:
                await SubscribeAsync(subscribe, cancel).ConfigureAwait(false);
                break;
        }
    }

    private async ValueTask SubscribeAsync(FeedCommand.Subscribe subscribe, CancellationToken cancel)
    {
        var place = _subscriptions.FindIndex(s => s.Id == subscribe.Id);
        if (place < 0 && _subscriptions.Count >= feed.Options.MaxSubscriptions)
        {
            await SendAsync(
                "error",
                FeedMessages.Error("too-many-subscriptions", $"A connection has at most {feed.Options.MaxSubscriptions} subscriptions: end one with {{\"unsubscribe\":\"…\"}}, or name several values in one."),
                cancel).ConfigureAwait(false);
            return;
        }

        if (place >= 0) { _subscriptions.RemoveAt(place); }
        _subscriptions.Add((subscribe.Id, subscribe.Request.Filter));
        await SendAsync("subscribed", FeedMessages.Subscribed(subscribe.Id, subscribe.Request, reader.Next - 1), cancel).ConfigureAwait(false);
        await SendSnapshotAsync(subscribe.Id, subscribe.Request, cancel).ConfigureAwait(false);
    }

    /// <summary>The newest events before the reader's place that count and are wanted, oldest first.</summary>
    private async ValueTask SendSnapshotAsync(string id, FeedRequest request, CancellationToken cancel)
    {
        var last = reader.Next - 1;
        var found = new List<FeedEvent>(Math.Min(request.Snapshot, 128));
        for (var sequence = last; sequence >= feed.Ring.Oldest && found.Count < request.Snapshot; sequence--)
        {
            if (feed.Ring.Read(sequence) is { IsOutdated: false, IsRetraction: false } candidate && request.Filter.Matches(candidate)) { found.Add(candidate); }
        }

        for (var i = found.Count - 1; i >= 0; i--) { await SendAsync(found[i], cancel).ConfigureAwait(false); }
        await SendAsync("snapshot_end", FeedMessages.SnapshotEnd(id, found.Count, last), cancel).ConfigureAwait(false);
    }

    private bool IsWanted(FeedEvent candidate)
    {
        foreach (var (_, filter) in _subscriptions)
        {
            if (filter.Matches(candidate)) { return true; }
        }

        return false;
    }

    private async ValueTask SendAsync(FeedEvent sent, CancellationToken cancel)
    {
        reader.Sending(isUnderWay: true);
        await output.SendAsync(sent, cancel).ConfigureAwait(false);
        reader.Sending(isUnderWay: false);
        reader.Sent(sent);
    }

    private async ValueTask SendAsync(string type, byte[] message, CancellationToken cancel)
    {
        reader.Sending(isUnderWay: true);
        await output.SendAsync(type, message, cancel).ConfigureAwait(false);
        reader.Sending(isUnderWay: false);
    }
}
