using System.Net.Http.Headers;
using System.Text;

namespace Sluice.Sinks.Http;

/// <summary>Sends statements to a host that answers. Safe for concurrent use.</summary>
internal sealed class HttpSender : IDisposable
{
    /// <summary>More settings than any request has.</summary>
    private const int MaxRefusedSettings = 50;

    private static readonly MediaTypeHeaderValue Text = new("text/plain", "utf-8");
    private static readonly MediaTypeHeaderValue Binary = new("application/octet-stream");

    private readonly HttpClickHouseOptions _options;
    private readonly HttpClient _client;
    private readonly HttpHosts _hosts;
    private readonly TimeProvider _time;

    public HttpSender(HttpClickHouseOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _client = HttpTransport.Create(options);
        _hosts = new HttpHosts(options, time);
    }

    /// <summary>Sends a statement and gives the reply of the first host that takes it; its body may still fail.</summary>
    /// <exception cref="ClickHouseException">Refused, or no host answers.</exception>
    public async Task<HttpReply> SendAsync(HttpStatement statement, CancellationToken ct)
    {
        ClickHouseException? failure = null;
        var order = _hosts.InOrder();
        foreach (var host in order)
        {
            for (var attempts = 1; ; attempts++)
            {
                var (reply, error, next) = await TryAsync(host, statement, ct).ConfigureAwait(false);
                if (reply is not null) { return reply; }
                failure = error;
                if (next == Next.SameHost && attempts <= MaxRefusedSettings) { continue; }
                if (next != Next.OtherHost) { throw error!; }
                break;
            }
        }

        if (order.Length == 1) { throw failure!; }
        throw new ClickHouseException(failure!.Code, $"None of {order.Length} hosts answers; the last: {failure.Message}", failure.Kind, failure);
    }

    /// <summary>Stops a statement where it was sent, as well as that goes.</summary>
    public async Task KillAsync(HttpStatement statement)
    {
        if (statement.SentTo is not { } host) { return; }
        using var timer = new CancellationTokenSource(_options.KillTimeout, _time);
        try
        {
            var kill = new HttpStatement($"KILL QUERY WHERE query_id = '{statement.QueryId}' ASYNC") { InDatabase = false };
            using var request = Request(host, kill);
            using var reply = await _client.SendAsync(request, timer.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            // It ends by its own time limit, or with its server.
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<(HttpReply? Reply, ClickHouseException? Error, Next Next)> TryAsync(HttpHost host, HttpStatement statement, CancellationToken ct)
    {
        using var request = Request(host, statement);
        try
        {
            return await TryAsync(host, statement, request, ct).ConfigureAwait(false);
        }
        finally
        {
            // A server may answer, and a caller give up, before the body has been sent; its connection is then closed.
            if (request.Content is NativeBody body) { await body.Written.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); }
        }
    }

    private async Task<(HttpReply? Reply, ClickHouseException? Error, Next Next)> TryAsync(
        HttpHost host, HttpStatement statement, HttpRequestMessage request, CancellationToken ct)
    {
        HttpResponseMessage message;
        statement.SentTo = host;
        try
        {
            message = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            // The writer of the blocks broke the request off: its own error, and not the server's.
            if (request.Content is NativeBody { WriterFailure: { } own }) { System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(own); }
            if (e is not (HttpRequestException or IOException or OperationCanceledException)) { throw; }
            _hosts.Failed(host);
            var error = e is OperationCanceledException // the connect time-out
                ? HttpErrors.Error($"{host.Address} does not answer within {_options.ConnectTimeout.TotalSeconds:0.#} s.", ClickHouseErrorKind.Retry, e)
                : HttpErrors.OfConnection(e, host.Address);
            var sent = e is HttpRequestException http && !HttpErrors.IsBeforeSending(http);
            if (sent && statement.Body is not null && await ReasonAsync(host, statement, ct).ConfigureAwait(false) is { } reason)
            {
                return (null, reason, Next.Nobody);
            }

            return (null, error, !sent || statement.CanRepeat ? Next.OtherHost : Next.Nobody);
        }

        if (message.IsSuccessStatusCode)
        {
            _hosts.Answered(host);
            return (await HttpReply.OfAsync(message, host.Address, ct).ConfigureAwait(false), null, Next.Nobody);
        }

        using (message)
        {
            var refusal = await HttpErrors.ReadAsync(message, host.Address, ct).ConfigureAwait(false);
            if (HttpErrors.IsUnavailable(message))
            {
                _hosts.Failed(host);
                return (null, refusal, Next.OtherHost);
            }

            _hosts.Answered(host);
            if (HttpSettings.CanDoWithout(host, _options.Address, statement, refusal)) { return (null, refusal, Next.SameHost); }
            if (HttpSettings.LockedSetting(refusal) is not { } setting) { return (null, refusal, Next.Nobody); }

            // Never believed from the text alone, which a statement can bring about: without readonly a question could change something.
            var profile = await ProfileAsync(host, ct).ConfigureAwait(false);
            if (profile == "1")
            {
                if (!HttpSettings.CanLeaveOut(setting, _options.Address, statement))
                {
                    return (null, HttpSettings.MayNotSend(setting, refusal, _options.Address), Next.Nobody);
                }

                host.LeaveOut(setting);
                return (null, refusal, Next.SameHost);
            }

            if (profile != "2" || setting != "readonly" || !request.RequestUri!.Query.EndsWith("&readonly=1", StringComparison.Ordinal))
            {
                return (null, refusal, Next.Nobody);
            }

            host.IsReadOnlyUser = true;
            return (null, refusal, Next.SameHost);
        }
    }

    /// <summary>
    /// Why a server broke off an insert: one that refuses it may close the connection without reading the rest, and then its answer is lost. Asked
    /// once more without rows it has nothing to store and says why; null when the reason is another, or one that passes.
    /// </summary>
    private async Task<ClickHouseException?> ReasonAsync(HttpHost host, HttpStatement statement, CancellationToken ct)
    {
        using var request = Request(host, statement);
        request.Content!.Dispose();
        request.Content = new ByteArrayContent([]);
        try
        {
            using var reply = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct).ConfigureAwait(false);
            if (reply.IsSuccessStatusCode) { return null; }
            var reason = await HttpErrors.ReadAsync(reply, host.Address, ct).ConfigureAwait(false);
            return reason.Kind == ClickHouseErrorKind.Retry || HttpSettings.CanDoWithout(host, _options.Address, statement, reason) ? null : reason;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>The user's own readonly on a host: 0 (may change), 1 (reads, no settings), 2 (reads); null when the host does not say.</summary>
    private async Task<string?> ProfileAsync(HttpHost host, CancellationToken ct)
    {
        var question = new HttpStatement("SELECT value FROM system.settings WHERE name = 'readonly' FORMAT TSV") { InDatabase = false };
        using var request = Request(host, question);
        try
        {
            using var reply = await _client.SendAsync(request, ct).ConfigureAwait(false);
            return reply.IsSuccessStatusCode ? (await reply.Content.ReadAsStringAsync(ct).ConfigureAwait(false)).Trim() : null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private HttpRequestMessage Request(HttpHost host, HttpStatement statement)
    {
        HttpContent content;
        if (statement.Body is { } body)
        {
            content = body();
            content.Headers.ContentType = Binary;
        }
        else
        {
            content = new ByteArrayContent(Encoding.UTF8.GetBytes(statement.Sql));
            content.Headers.ContentType = Text;
        }

        return new HttpRequestMessage(HttpMethod.Post, host.Address + HttpSettings.PathAndQuery(host, _options.Address, statement)) { Content = content };
    }

    private enum Next
    {
        /// <summary>Again, without what was refused.</summary>
        SameHost,

        /// <summary>This one does not answer.</summary>
        OtherHost,

        /// <summary>The error stands.</summary>
        Nobody,
    }
}
