using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Sluice.Sinks.Http;

/// <summary>A ClickHouse server, or several with the same data, over ClickHouse's HTTP interface.</summary>
/// <remarks>
/// Every request names its statement, so that one that takes too long, or whose caller has given up, is stopped on the server too.
/// What cannot be reached is an error of kind <see cref="ClickHouseErrorKind.Retry"/> once every host has been tried. A password never
/// stands in a message.
/// </remarks>
public sealed class HttpClickHouse : IClickHouse
{
    private static readonly string[] StreamableFormats = ["JSONEachRow", "TSV", "TabSeparated", "CSV", "RowBinary", "Native"];

    private readonly HttpClickHouseOptions _options;
    private readonly HttpSender _sender;
    private readonly TimeProvider _time;

    /// <summary>Takes the options; nothing is sent yet.</summary>
    /// <exception cref="StoreException">The certificate file cannot be read.</exception>
    public HttpClickHouse(HttpClickHouseOptions options, TimeProvider? time = null)
    {
        if (new HttpClickHouseOptionsValidator().Validate(null, options) is { Failed: true } failed)
        {
            throw new OptionsValidationException(nameof(HttpClickHouseOptions), typeof(HttpClickHouseOptions), failed.Failures);
        }

        (_options, _time) = (options, time ?? TimeProvider.System);
        _sender = new HttpSender(options, _time);
    }

    /// <inheritdoc/>
    public string Database => _options.Address.Database;

    /// <inheritdoc/>
    public Task ExecuteAsync(string sql, CancellationToken ct = default) => WriteAsync(
        new HttpStatement(sql) { Settings = HttpSettings.Writing }, ct);

    /// <summary>Runs a statement that does not need the database, such as the one that makes it.</summary>
    internal Task ExecuteOutsideAsync(string sql, CancellationToken ct) => WriteAsync(
        new HttpStatement(sql) { Settings = HttpSettings.Writing, InDatabase = false }, ct);

    /// <inheritdoc/>
    public Task InsertAsync(
        string table, string columns, Action<IBufferWriter<byte>> writeBlocks, string deduplicationToken, CancellationToken ct = default) => WriteAsync(
        new HttpStatement($"INSERT INTO `{table}` ({columns}) FORMAT Native")
        {
            Body = () => new NativeBody(writeBlocks, _options.Address.IsCompressed),
            Settings = [.. HttpSettings.Writing, ("insert_deduplication_token", deduplicationToken)],
            CanRepeat = true, // the token tells the server, and equal keys replace each other
        },
        ct);

    /// <inheritdoc/>
    public Task<QueryResult> QueryAsync(ClickHouseQuery query, CancellationToken ct = default) => QueryAsync(query, inDatabase: true, ct);

    /// <summary>Asks without naming the database, which may not be there.</summary>
    internal Task<QueryResult> QueryOutsideAsync(ClickHouseQuery query, CancellationToken ct) => QueryAsync(query, inDatabase: false, ct);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(
        ClickHouseQuery query, [EnumeratorCancellation] CancellationToken ct = default)
    {
        if (!StreamableFormats.Contains(query.Format))
        {
            throw new ArgumentException($"Format {query.Format} has a header or a footer and does not come in pieces.", nameof(query));
        }

        var statement = Reading(query, inDatabase: true, []);
        await using var run = new Run(this, statement, DurationOf(query), ct);
        var reply = await run.DoAsync(token => _sender.SendAsync(statement, token)).ConfigureAwait(false);
        using var rows = new RowPieces(query.Format);
        while (await run.DoAsync(token => ReadAsync(reply, rows, token)).ConfigureAwait(false))
        {
            if (rows.Next() is not { IsEmpty: false } piece) { continue; }
            ThrowIfTooMany(query, rows.Rows);
            yield return piece;
        }

        if (reply.Failure is { } failure)
        {
            run.Ended();
            throw failure;
        }

        var last = rows.Last(rows.Rest.Length);
        ThrowIfTooMany(query, rows.Rows);
        run.Ended();
        if (last.Length > 0) { yield return last; }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _sender.Dispose();
        return ValueTask.CompletedTask;
    }

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

    /// <summary>Reads on; false at the end, which may be a failure of the reply.</summary>
    private static async Task<bool> ReadAsync(HttpReply reply, RowPieces rows, CancellationToken ct)
    {
        Exception? broken = null;
        try
        {
            var count = await reply.Body.ReadAsync(rows.Room(), ct).ConfigureAwait(false);
            rows.Advance(count);
            if (count > 0) { return true; }
        }
        catch (Exception e) when (e is IOException or HttpRequestException or InvalidDataException)
        {
            broken = e;
        }

        reply.End(rows.Rest, broken, mayBeBare: true);
        return false;
    }

    private async Task<QueryResult> QueryAsync(ClickHouseQuery query, bool inDatabase, CancellationToken ct)
    {
        // An error then comes with its status, before any row.
        var statement = Reading(query, inDatabase, [("wait_end_of_query", "1")]);
        await using var run = new Run(this, statement, DurationOf(query), ct);
        return await run.DoAsync(async token =>
        {
            using var reply = await _sender.SendAsync(statement, token).ConfigureAwait(false);
            var bytes = await reply.ReadAllAsync(_options.MaxResultBytes, token).ConfigureAwait(false);
            if (reply.Failure is { } failure) { throw failure; }
            var result = new QueryResult(bytes, RowsOf(query.Format, bytes, reply.Message));
            ThrowIfTooMany(query, result.Rows);
            return result;
        }).ConfigureAwait(false);
    }

    private async Task WriteAsync(HttpStatement statement, CancellationToken ct)
    {
        await using var run = new Run(this, statement, _options.MaxWriteDuration, ct);
        await run.DoAsync(async token =>
        {
            using var reply = await _sender.SendAsync(statement, token).ConfigureAwait(false);
            await reply.ReadAllAsync(_options.MaxResultBytes, token).ConfigureAwait(false);
            return reply.Failure is { } failure ? throw failure : true;
        }).ConfigureAwait(false);
    }

    private HttpStatement Reading(ClickHouseQuery query, bool inDatabase, IReadOnlyList<(string Name, string Value)> more)
    {
        List<(string Name, string Value)> settings =
        [
            .. HttpSettings.Reading,
            .. more,
            ("max_execution_time", HttpSettings.Whole(DurationOf(query).TotalSeconds)),
            ("max_result_bytes", HttpSettings.Whole(_options.MaxResultBytes)),
            ("result_overflow_mode", "throw"),
        ];
        if (query.MaxRows > 0) { settings.Add(("max_result_rows", HttpSettings.Whole(query.MaxRows))); }
        return new HttpStatement(query.Sql)
        {
            IsReading = true,
            CanRepeat = true,
            InDatabase = inDatabase,
            Database = query.Database,
            IsCompressed = _options.Address.IsCompressed,
            Format = query.Format,
            Parameters = query.Parameters,
            Settings = settings,
            Wanted = query.Settings,
        };
    }

    private TimeSpan DurationOf(ClickHouseQuery query) =>
        query.MaxDuration is { } asked && asked < _options.MaxQueryDuration ? asked : _options.MaxQueryDuration;

    /// <summary>Rows of a result: lines where a line is a row, otherwise what the server says; 0 when it does not.</summary>
    private static long RowsOf(string format, byte[] bytes, HttpResponseMessage message)
    {
        if (bytes.Length == 0) { return 0; }
        if (format is "JSONEachRow" or "TSV" or "TabSeparated") { return bytes.AsSpan().Count((byte)'\n') + (bytes[^1] == '\n' ? 0 : 1); }
        if (!message.Headers.TryGetValues("X-ClickHouse-Summary", out var values)) { return 0; }
        try
        {
            using var summary = JsonDocument.Parse(values.First());
            return summary.RootElement.TryGetProperty("result_rows", out var rows) && long.TryParse(rows.ToString(), out var count) ? count : 0;
        }
        catch (JsonException)
        {
            return 0;
        }
    }

    /// <summary>One statement's time: when it is up, or the caller gives up, the statement is stopped on the server.</summary>
    private sealed class Run : IAsyncDisposable
    {
        private readonly HttpClickHouse _owner;
        private readonly HttpStatement _statement;
        private readonly TimeSpan _limit;
        private readonly CancellationToken _caller;
        private readonly CancellationTokenSource _timer;
        private readonly CancellationTokenSource _either;
        private HttpReply? _reply;
        private bool _ended;

        public Run(HttpClickHouse owner, HttpStatement statement, TimeSpan limit, CancellationToken caller)
        {
            (_owner, _statement, _limit, _caller) = (owner, statement, limit, caller);
            _timer = new CancellationTokenSource(limit, owner._time);
            _either = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, caller);
        }

        /// <summary>The statement has come to its own end: there is nothing to stop.</summary>
        public void Ended() => _ended = true;

        public async Task<T> DoAsync<T>(Func<CancellationToken, Task<T>> work)
        {
            try
            {
                var result = await work(_either.Token).ConfigureAwait(false);
                if (result is HttpReply reply) { _reply = reply; }
                else if (_reply is null) { _ended = true; }
                return result;
            }
            catch (Exception e) when (_either.IsCancellationRequested && e is not ClickHouseException { Code: not 0 })
            {
                _caller.ThrowIfCancellationRequested();
                throw new ClickHouseException(
                    ClickHouseException.TimeoutExceeded,
                    $"Stopped after {_limit.TotalSeconds:0.###} s: narrow the question or allow more time.",
                    ClickHouseErrorKind.Retry);
            }
            catch
            {
                _ended = true;
                throw;
            }
        }

        /// <remarks>The connection is closed first: a server that watches it stops by itself.</remarks>
        public async ValueTask DisposeAsync()
        {
            _reply?.Dispose();
            if (!_ended) { await _owner._sender.KillAsync(_statement).ConfigureAwait(false); }
            _either.Dispose();
            _timer.Dispose();
        }
    }
}
