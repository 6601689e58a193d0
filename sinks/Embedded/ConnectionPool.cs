using System.Collections.Concurrent;

namespace Sluice.Sinks.Embedded;

/// <summary>A bounded set of connections of one kind, opened as they are needed.</summary>
internal sealed class ConnectionPool(int size, Func<Task<EngineConnection>> open)
{
    /// <summary>Connections given up on, beyond which the engine counts as dead.</summary>
    private const int MaxAbandoned = 16;

    private readonly SemaphoreSlim _places = new(size, size);
    private readonly ConcurrentBag<EngineConnection> _idle = [];
    private int _abandoned;
    private volatile bool _closed;

    /// <summary>Waits for a free connection.</summary>
    public async Task<EngineConnection> RentAsync(CancellationToken ct)
    {
        await _places.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            return _idle.TryTake(out var connection) ? connection : await open().ConfigureAwait(false);
        }
        catch
        {
            _places.Release();
            throw;
        }
    }

    public void Return(EngineConnection connection)
    {
        _idle.Add(connection);
        if (_closed)
        {
            // The pool was closed meanwhile and may have missed this one.
            while (_idle.TryTake(out var late)) { late.Abandon(); }
        }

        _places.Release();
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

        _places.Release();
    }

    /// <summary>Closes the free connections; the others close when they come back.</summary>
    public async Task CloseAsync()
    {
        _closed = true;
        while (_idle.TryTake(out var connection)) { await connection.CloseAsync().ConfigureAwait(false); }
    }
}
