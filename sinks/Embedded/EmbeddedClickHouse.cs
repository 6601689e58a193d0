using System.Buffers;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;

namespace Sluice.Sinks.Embedded;

/// <summary>ClickHouse as a library in this process, its data in a folder.</summary>
/// <remarks>
/// Writers and readers have connections of their own, so a slow question never holds up the pipeline. A statement that
/// passes its time is stopped in the engine; a connection that still does not answer is set aside and replaced.
/// </remarks>
public sealed class EmbeddedClickHouse : IClickHouse
{
    private static readonly string[] StreamableFormats = ["JSONEachRow", "TSV", "TabSeparated", "CSV", "RowBinary", "Native"];

    /// <summary>How long a stopped statement may take to end before its connection is given up.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan RetryKill = TimeSpan.FromMilliseconds(200);

    private static long _marks;

    private readonly EmbeddedOptions _options;
    private readonly EngineHost _host;
    private readonly TimeProvider _time;
    private readonly ConnectionPool _writers;
    private readonly ConnectionPool _readers;
    private readonly ConnectionPool _sessions;
    private int _disposed;

    private EmbeddedClickHouse(EmbeddedOptions options, EngineHost host, TimeProvider time)
    {
        (_options, _host, _time) = (options, host, time);
        _writers = new ConnectionPool(options.WriteConnections, s => ConnectAsync(EngineConfiguration.Writer(host.Folder), s));
        _readers = new ConnectionPool(options.ReadConnections, s => ConnectAsync(EngineConfiguration.Reader(host.Folder, options), s));

        // Callers with settings of their own do not take the connections of those without.
        _sessions = new ConnectionPool(options.ReadConnections, s => ConnectAsync(EngineConfiguration.Session(host.Folder, options), s));
    }

    /// <inheritdoc/>
    public string Database => _options.Database;

    /// <summary>Absolute path of the store.</summary>
    public string Path => _host.Folder.Path;

    /// <summary>Opens the store and starts the engine, or throws <see cref="StoreException"/> with one line that says what to do.</summary>
    public static async Task<EmbeddedClickHouse> OpenAsync(
        EmbeddedOptions options, TimeProvider? time = null, CancellationToken ct = default)
    {
        if (new EmbeddedOptionsValidator().Validate(null, options) is { Failed: true } failed)
        {
            throw new OptionsValidationException(nameof(EmbeddedOptions), typeof(EmbeddedOptions), failed.Failures);
        }

        ct.ThrowIfCancellationRequested();
        var host = await EngineHost.AcquireAsync(options).ConfigureAwait(false);
        try
        {
            await host.Control.RunAsync(c => c.Execute($"CREATE DATABASE IF NOT EXISTS `{options.Database}`")).ConfigureAwait(false);
            return new EmbeddedClickHouse(options, host, time ?? TimeProvider.System);
        }
        catch
        {
            await host.ReleaseAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task ExecuteAsync(string sql, CancellationToken ct = default)
    {
        var mark = Mark();
        return RunAsync(_writers, SessionSettings.None, mark, _options.MaxWriteDuration, c => c.Execute(mark + sql), ct);
    }

    /// <inheritdoc/>
    public Task InsertAsync(
        string table, string columns, Action<IBufferWriter<byte>> writeBlocks, string deduplicationToken, CancellationToken ct = default)
    {
        var mark = Mark();
        var sql = $"{mark}INSERT INTO `{table}` ({columns})";
        return RunAsync(_writers, SessionSettings.None, mark, _options.MaxWriteDuration, c => EngineStatements.Insert(c, sql, writeBlocks), ct);
    }

    /// <inheritdoc/>
    public async Task<QueryResult> QueryAsync(ClickHouseQuery query, CancellationToken ct = default)
    {
        var mark = Mark();
        var session = SessionSettings.Of(query);
        var result = await RunAsync(
            ReadersOf(session),
            session,
            mark,
            DurationOf(query),
            c =>
            {
                EngineStatements.RequireReading(c, query.Sql);
                return EngineStatements.Query(c, mark + query.Sql, query);
            },
            ct).ConfigureAwait(false);
        ThrowIfTooMany(query, result.Rows);
        return result;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(
        ClickHouseQuery query, [EnumeratorCancellation] CancellationToken ct = default)
    {
        if (!StreamableFormats.Contains(query.Format))
        {
            throw new ArgumentException($"Format {query.Format} has a header or a footer and does not come in pieces.", nameof(query));
        }

        var mark = Mark();
        var deadline = _time.GetTimestamp() + (long)(DurationOf(query).TotalSeconds * _time.TimestampFrequency);
        var session = SessionSettings.Of(query);
        var readers = ReadersOf(session);
        var connection = await readers.RentAsync(session, ct).ConfigureAwait(false);
        var lease = new Lease(this, readers, session, connection, mark);
        try
        {
            var (stream, whole) = await lease.RunAsync<(nint, QueryResult?)>(
                c =>
                {
                    EngineStatements.RequireReading(c, query.Sql);
                    return EngineStatements.TryBeginStream(c, mark + query.Sql, query, out var begun)
                        ? (begun, null)
                        : (0, EngineStatements.Query(c, mark + query.Sql, query));
                },
                Left(deadline),
                ct).ConfigureAwait(false);
            if (whole is not null)
            {
                ThrowIfTooMany(query, whole.Rows);
                if (whole.Bytes.Length > 0) { yield return whole.Bytes; }
                yield break;
            }

            var ended = false;
            long rows = 0;
            try
            {
                while (true)
                {
                    var piece = await lease.RunAsync(c => EngineStatements.Fetch(c, stream), Left(deadline), ct).ConfigureAwait(false);
                    if (piece.Bytes.Length == 0)
                    {
                        ended = true;
                        yield break;
                    }

                    rows += piece.Rows;
                    ThrowIfTooMany(query, rows);
                    yield return piece.Bytes;
                }
            }
            finally
            {
                if (lease.IsUsable)
                {
                    await lease.RunAsync(c => EngineStatements.EndStream(c, stream, ended), Grace, CancellationToken.None)
                        .ConfigureAwait(false);
                }
            }
        }
        finally
        {
            lease.Dispose();
        }
    }

    /// <summary>Waits for nothing: statements under way are given up. The last user of a store stops the engine.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) { return; }
        await _readers.CloseAsync().ConfigureAwait(false);
        await _sessions.CloseAsync().ConfigureAwait(false);
        await _writers.CloseAsync().ConfigureAwait(false);
        await _host.ReleaseAsync().ConfigureAwait(false);
    }

    /// <summary>A comment that stands before a statement, so that the statement can be found and stopped.</summary>
    private static string Mark() => $"/* sluice {Interlocked.Increment(ref _marks)} */ ";

    private static void ThrowIfTooMany(ClickHouseQuery query, long rows)
    {
        if (query.MaxRows > 0 && rows > query.MaxRows)
        {
            throw new ClickHouseException(
                ClickHouseException.TooManyRowsOrBytes,
                $"The result has more than {query.MaxRows} rows: add a LIMIT or narrow the question.",
                ClickHouseErrorKind.Reject);
        }
    }

    private TimeSpan DurationOf(ClickHouseQuery query) =>
        query.MaxDuration is { } asked && asked < _options.MaxQueryDuration ? asked : _options.MaxQueryDuration;

    private TimeSpan Left(long deadline) =>
        TimeSpan.FromSeconds(Math.Max(0.001, (double)(deadline - _time.GetTimestamp()) / _time.TimestampFrequency));

    private ConnectionPool ReadersOf(SessionSettings session) => session.Equals(SessionSettings.None) ? _readers : _sessions;

    /// <summary>Opens a connection; one with settings of its own gets them first and can change nothing from then on.</summary>
    private async Task<EngineConnection> ConnectAsync(IReadOnlyList<string> arguments, SessionSettings session)
    {
        var connection = await EngineConnection.OpenAsync(arguments).ConfigureAwait(false);
        try
        {
            await connection.RunAsync(c => c.Execute($"USE {SessionSettings.Name(session.Database ?? _options.Database)}")).ConfigureAwait(false);
            if (session.Equals(SessionSettings.None)) { return connection; }
            foreach (var statement in session.Statements) { await connection.RunAsync(c => c.Execute(statement)).ConfigureAwait(false); }
            await connection.RunAsync(c => c.Execute("SET readonly = 1")).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            connection.Abandon();
            throw;
        }
    }

    private async Task<T> RunAsync<T>(
        ConnectionPool pool, SessionSettings session, string mark, TimeSpan limit, Func<EngineConnection, T> work, CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        using var lease = new Lease(this, pool, session, await pool.RentAsync(session, ct).ConfigureAwait(false), mark);
        return await lease.RunAsync(work, limit, ct).ConfigureAwait(false);
    }

    /// <summary>A rented connection; goes back to its pool, or aside when its work did not end.</summary>
    private sealed class Lease(
        EmbeddedClickHouse owner, ConnectionPool pool, SessionSettings session, EngineConnection connection, string mark) : IDisposable
    {
        public bool IsUsable { get; private set; } = true;

        /// <summary>Runs one call, and stops it in the engine when time is up or the caller gives up.</summary>
        public async Task<T> RunAsync<T>(Func<EngineConnection, T> work, TimeSpan limit, CancellationToken ct)
        {
            var task = connection.RunAsync(work);
            try
            {
                return await task.WaitAsync(limit, owner._time, ct).ConfigureAwait(false);
            }
            catch (Exception e) when (e is TimeoutException or OperationCanceledException)
            {
                // Done at the last moment after all.
                if (task.IsCompleted) { return await task.ConfigureAwait(false); }
                await StopAsync(task).ConfigureAwait(false);
                ct.ThrowIfCancellationRequested();
                throw new ClickHouseException(
                    ClickHouseException.TimeoutExceeded,
                    $"Stopped after {limit.TotalSeconds:0.###} s: narrow the question or allow more time.",
                    ClickHouseErrorKind.Retry);
            }
        }

        public void Dispose()
        {
            if (IsUsable) { pool.Return(session, connection); }
        }

        /// <summary>Asks more than once: a statement that has not reached the engine yet cannot be found there.</summary>
        private async Task StopAsync(Task task)
        {
            using var grace = new CancellationTokenSource(Grace);
            try
            {
                while (!task.IsCompleted)
                {
                    await owner._host.KillAsync(mark).WaitAsync(grace.Token).ConfigureAwait(false);
                    await Task.WhenAny(task, Task.Delay(RetryKill, grace.Token)).ConfigureAwait(false);
                    grace.Token.ThrowIfCancellationRequested();
                }
            }
            catch (Exception e) when (e is OperationCanceledException or ClickHouseException)
            {
                if (task.IsCompleted) { return; }
                IsUsable = false;
                pool.SetAside(connection);
            }
        }
    }
}
