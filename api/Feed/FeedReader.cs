using System.Threading.Channels;

namespace Sluice.Api.Feed;

/// <summary>Why a reader is disconnected by the feed.</summary>
internal enum FeedCut
{
    None,

    /// <summary>It has fallen behind by more than is allowed, or what it would read next is not kept.</summary>
    TooSlow,

    /// <summary>The process ends.</summary>
    Ending,

    /// <summary>It has left, or is sent away for what it said.</summary>
    Left,
}

/// <summary>A reader's place in the feed. Its own task reads; the feed wakes it, and cuts it off.</summary>
internal sealed class FeedReader : IDisposable
{
    private readonly LiveFeed _feed;
    private readonly CancellationTokenSource _stuck = new();
    private readonly Channel<byte> _wake = Channel.CreateBounded<byte>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly long _connected;
    private long _next;
    private long _sendingSince;
    private long _beat;
    private int _isCaughtUp;
    private int _cut;

    public FeedReader(LiveFeed feed, string transport)
    {
        (_feed, Transport) = (feed, transport);
        _connected = _beat = feed.Time.GetTimestamp();
        _next = feed.Ring.Newest + 1;
    }

    /// <summary><c>ws</c> or <c>sse</c>.</summary>
    public string Transport { get; }

    /// <summary>Number of the next event to read.</summary>
    public long Next
    {
        get => Volatile.Read(ref _next);
        set => Volatile.Write(ref _next, value);
    }

    public FeedCut CutFor => (FeedCut)Volatile.Read(ref _cut);

    /// <summary>Cancelled when a message has been under way for too long: nothing more can be sent.</summary>
    public CancellationToken Stuck => _stuck.Token;

    /// <summary>Whether it is time to show that the feed lives; asking resets it.</summary>
    public bool IsHeartbeatDue()
    {
        if (_feed.Time.GetElapsedTime(Volatile.Read(ref _beat)) < _feed.Options.Heartbeat) { return false; }
        Volatile.Write(ref _beat, _feed.Time.GetTimestamp());
        return true;
    }

    /// <summary>The next event, where there is one and the reader has not been cut off.</summary>
    public FeedEvent? Read()
    {
        if (CutFor != FeedCut.None) { return null; }
        var next = Next;
        if (next > _feed.Ring.Newest)
        {
            Volatile.Write(ref _isCaughtUp, 1);
            return null;
        }

        if (_feed.Ring.Read(next) is not { } found)
        {
            Cut(FeedCut.TooSlow);
            return null;
        }

        Next = next + 1;
        if (next == _feed.Ring.Newest) { Volatile.Write(ref _isCaughtUp, 1); }
        return found;
    }

    /// <summary>Marks the begin and the end of sending one message.</summary>
    public void Sending(bool isUnderWay) => Volatile.Write(ref _sendingSince, isUnderWay ? Math.Max(1, _feed.Time.GetTimestamp()) : 0);

    public void Sent(FeedEvent sent) =>
        _feed.Metrics.Sent(Transport, sent.PublishedTimestamp >= _connected ? _feed.Time.GetElapsedTime(sent.PublishedTimestamp) : null);

    /// <summary>Waits until there may be something to do.</summary>
    public async ValueTask WaitAsync(CancellationToken cancel)
    {
        await _wake.Reader.ReadAsync(cancel).ConfigureAwait(false);
    }

    public void Wake() => _wake.Writer.TryWrite(0);

    /// <summary>Tells the reader's task to end; the first reason counts.</summary>
    public void Cut(FeedCut reason)
    {
        if (Interlocked.CompareExchange(ref _cut, (int)reason, (int)FeedCut.None) == (int)FeedCut.None && reason != FeedCut.Left)
        {
            _feed.Metrics.Cut(reason == FeedCut.TooSlow ? "too_slow" : "ending");
        }

        Wake();
    }

    /// <summary>Cuts off a reader that is too slow, and wakes one whose heartbeat is due.</summary>
    public void Check()
    {
        if (Volatile.Read(ref _isCaughtUp) != 0 && _feed.Ring.Newest - Next >= _feed.Options.MaxBehind) { Cut(FeedCut.TooSlow); }
        if (Volatile.Read(ref _sendingSince) is var since and not 0 && _feed.Time.GetElapsedTime(since) > _feed.Options.SendTimeout)
        {
            Cut(FeedCut.TooSlow);
            _stuck.Cancel();
        }

        if (_feed.Time.GetElapsedTime(Volatile.Read(ref _beat)) >= _feed.Options.Heartbeat) { Wake(); }
    }

    public void Dispose() => _feed.Disconnect(this);
}
