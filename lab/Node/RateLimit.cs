namespace Sluice.Lab.Node;

/// <summary>So many requests a second, with one second's worth at once.</summary>
internal sealed class RateLimit(int perSecond, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly long _full = time.TimestampFrequency;
    private long _tokens = time.TimestampFrequency;
    private long _last = time.GetTimestamp();

    /// <summary>Takes one request, or says in how many whole seconds one will be taken.</summary>
    public bool TryTake(out int retryAfterSeconds)
    {
        // A token is a second's ticks; the bucket holds perSecond tokens in units of 1 / perSecond.
        lock (_gate)
        {
            var now = time.GetTimestamp();
            _tokens = Math.Min(_full, _tokens + (now - _last));
            _last = now;
            var cost = Math.Max(1, _full / perSecond);
            retryAfterSeconds = 1;
            if (_tokens < cost) { return false; }
            _tokens -= cost;
            return true;
        }
    }
}
