namespace Sluice.Tests.Integration.Kafka;

/// <summary>The system's clock, which a test sets forward, for what a broker does when a time is over.</summary>
internal sealed class JumpingTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<JumpingTimer> _timers = [];
    private long _ahead;

    public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _ahead);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromSeconds(Interlocked.Read(ref _ahead) / (double)TimestampFrequency);

    /// <summary>Sets the clock forward; what has become due happens before this returns.</summary>
    public void Jump(TimeSpan by)
    {
        JumpingTimer[] timers;
        lock (_gate)
        {
            Interlocked.Add(ref _ahead, (long)(by.TotalSeconds * TimestampFrequency));
            timers = [.. _timers];
        }

        foreach (var timer in timers) { timer.Jumped(); }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new JumpingTimer(this, callback, state);
        lock (_gate) { _timers.Add(timer); }
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class JumpingTimer : ITimer
    {
        private readonly JumpingTime _owner;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private readonly ITimer _timer;
        private long _due = long.MaxValue;

        public JumpingTimer(JumpingTime owner, TimerCallback callback, object? state)
        {
            (_owner, _callback, _state) = (owner, callback, state);
            _timer = System.CreateTimer(_ => Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (period > TimeSpan.Zero) { throw new NotSupportedException("Timers here fire once."); }
            Interlocked.Exchange(ref _due, dueTime == Timeout.InfiniteTimeSpan ? long.MaxValue : _owner.GetTimestamp() + (long)(dueTime.TotalSeconds * _owner.TimestampFrequency));
            return _timer.Change(dueTime, period);
        }

        public void Jumped()
        {
            if (Interlocked.Read(ref _due) <= _owner.GetTimestamp()) { Fire(); }
        }

        public void Dispose()
        {
            Interlocked.Exchange(ref _due, long.MaxValue);
            lock (_owner._gate) { _owner._timers.Remove(this); }
            _timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Fire()
        {
            if (Interlocked.Exchange(ref _due, long.MaxValue) < long.MaxValue) { _callback(_state); }
        }
    }
}
