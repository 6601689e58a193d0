namespace Sluice.Tests.Broker.Core;

/// <summary>A timer that calls back under the cluster's lock, once, unless it is moved or cleared before.</summary>
/// <remarks>All members are called under the lock. While the broker is away a deadline that has passed waits for its return.</remarks>
internal sealed class Deadline : IDisposable
{
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(50);

    private readonly Cluster _cluster;
    private readonly Action _passed;
    private readonly ITimer _timer;
    private long? _due;

    public Deadline(Cluster cluster, Action passed)
    {
        (_cluster, _passed) = (cluster, passed);
        _timer = cluster.Options.Time.CreateTimer(_ => Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public bool IsSet => _due is not null;

    public void Set(TimeSpan after)
    {
        var time = _cluster.Options.Time;
        _due = time.GetTimestamp() + (long)(after.TotalSeconds * time.TimestampFrequency);
        _ = _timer.Change(after, Timeout.InfiniteTimeSpan);
    }

    public void Clear()
    {
        _due = null;
        _ = _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        _due = null;
        _timer.Dispose();
    }

    private void Fire()
    {
        lock (_cluster.Gate)
        {
            if (_due is not { } due || _cluster.IsDisposed) { return; }
            var time = _cluster.Options.Time;
            var left = TimeSpan.FromSeconds((due - time.GetTimestamp()) / (double)time.TimestampFrequency);
            if (left <= TimeSpan.Zero && _cluster.IsUp)
            {
                _due = null;
                _passed();
                return;
            }

            // Moved since the timer was started, or fired a little early, or nobody is there to act.
            _ = _timer.Change(left > TimeSpan.Zero ? left + TimeSpan.FromMilliseconds(1) : AskAgainAfter, Timeout.InfiniteTimeSpan);
        }
    }
}
