namespace Sluice.Sinks.Embedded;

/// <summary>A bounded set of connections of one kind, opened as they are needed.</summary>
/// <remarks>Connections with settings of their own are kept for the next query with the same; beyond the size the one idle longest is closed.</remarks>
internal sealed class ConnectionPool(int size, Func<SessionSettings, Task<EngineConnection>> open)
{
    /// <summary>Connections given up on, beyond which the engine counts as dead.</summary>
    private const int MaxAbandoned = 16;

    private readonly SemaphoreSlim _places = new(size, size);
    private readonly Lock _lock = new();

    /// <summary>Idle connections, the one that was returned last at the end.</summary>
    private readonly List<(SessionSettings Settings, EngineConnection Connection)> _idle = [];

    private int _rented;
    private int _abandoned;
    private bool _closed;

    /// <summary>Waits for a free connection.</summary>
    public async Task<EngineConnection> RentAsync(SessionSettings settings, CancellationToken ct)
    {
        await _places.WaitAsync(ct).ConfigureAwait(false);
        var (connection, surplus) = TakeIdle(settings);
        surplus?.Abandon();
        if (connection is not null) { return connection; }
        try
        {
            return await open(settings).ConfigureAwait(false);
        }
        catch
        {
            Free();
            throw;
        }
    }

    public void Return(SessionSettings settings, EngineConnection connection)
    {
        lock (_lock)
        {
            // The pool may have been closed meanwhile.
            if (_closed) { connection.Abandon(); }
            else { _idle.Add((settings, connection)); }
        }

        Free();
    }

    /// <summary>Takes a connection that does not answer out of the pool; its place is free for a new one.</summary>
    public void SetAside(EngineConnection connection)
    {
        connection.Abandon();
        if (Interlocked.Increment(ref _abandoned) > MaxAbandoned)
        {
            throw new ClickHouseException(
                0, $"{MaxAbandoned} statements never came back from the embedded engine: restart the process.", ClickHouseErrorKind.Stop);
        }

        Free();
    }

    /// <summary>Closes the free connections; the others close when they come back.</summary>
    public async Task CloseAsync()
    {
        EngineConnection[] idle;
        lock (_lock)
        {
            _closed = true;
            idle = [.. _idle.Select(i => i.Connection)];
            _idle.Clear();
        }

        foreach (var connection in idle) { await connection.CloseAsync().ConfigureAwait(false); }
    }

    /// <summary>An idle connection with these settings; where there is none and no room for one more, also one to close.</summary>
    private (EngineConnection? Connection, EngineConnection? Surplus) TakeIdle(SessionSettings settings)
    {
        lock (_lock)
        {
            _rented++;
            var found = _idle.FindLastIndex(i => i.Settings.Equals(settings));
            if (found >= 0)
            {
                var connection = _idle[found].Connection;
                _idle.RemoveAt(found);
                return (connection, null);
            }

            if (_idle.Count == 0 || _idle.Count + _rented <= size) { return (null, null); }
            var surplus = _idle[0].Connection;
            _idle.RemoveAt(0);
            return (null, surplus);
        }
    }

    private void Free()
    {
        lock (_lock) { _rented--; }
        _places.Release();
    }
}
