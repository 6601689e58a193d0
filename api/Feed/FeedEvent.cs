namespace Sluice.Api.Feed;

/// <summary>One message of the feed, made once for all readers.</summary>
internal sealed class FeedEvent(long sequence, FeedChannel channel, string key, bool isRetraction, FeedFacets facets, long publishedTimestamp, byte[] message)
{
    private int _isOutdated;

    /// <summary>Its number: one more than that of the event before it, whatever the channel.</summary>
    public long Sequence => sequence;

    public FeedChannel Channel => channel;

    /// <summary>The finding's id; a block's hash.</summary>
    public string Key => key;

    public bool IsRetraction => isRetraction;

    public FeedFacets Facets => facets;

    /// <summary>Of the feed's clock.</summary>
    public long PublishedTimestamp => publishedTimestamp;

    /// <summary>The JSON object, UTF-8, without a line break.</summary>
    public ReadOnlyMemory<byte> Message => message;

    /// <summary>A later event of the same key retracts or repeats it, so that it belongs to no snapshot.</summary>
    public bool IsOutdated
    {
        get => Volatile.Read(ref _isOutdated) != 0;
        set => Volatile.Write(ref _isOutdated, value ? 1 : 0);
    }
}
