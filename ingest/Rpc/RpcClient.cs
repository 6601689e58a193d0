using System.Globalization;
using System.Text;
using Polly;
using Polly.CircuitBreaker;
using Polly.Hedging;
using Polly.Retry;

namespace Sluice.Ingest.Rpc;

/// <summary>Asks Solana nodes by JSON-RPC over HTTP. Safe for concurrent use.</summary>
/// <remarks>
/// A call goes to the endpoint whose turn it is by weight, but for those whose breaker is open and those that asked to be left alone. What has no
/// answer in time goes to another endpoint as well, what fails goes to the next at once; when none answered, there is a pause, as long as the
/// endpoints asked for and else growing, and a new round.
/// </remarks>
public sealed class RpcClient : IDisposable
{
    private static readonly ResiliencePropertyKey<Call> CallKey = new("call");

    private readonly Lock _gate = new();
    private readonly RpcOptions _options;
    private readonly RpcMetrics? _metrics;
    private readonly RpcTransport _transport;
    private readonly RpcEndpoint[] _endpoints;
    private readonly ResiliencePipeline<RpcReply> _pipeline;

    /// <param name="options">Endpoints and how they are asked.</param>
    /// <param name="metrics">Counts requests; none are counted without.</param>
    /// <param name="handler">Carries requests; null for the network.</param>
    /// <exception cref="ArgumentException">There is no endpoint.</exception>
    public RpcClient(RpcOptions options, RpcMetrics? metrics = null, HttpMessageHandler? handler = null)
    {
        if (options.Endpoints.Count == 0) { throw new ArgumentException("At least one endpoint is asked for.", nameof(options)); }
        (_options, _metrics) = (options, metrics);
        _transport = new RpcTransport(options, handler);
        _endpoints = [.. options.Endpoints.Select((e, i) => new RpcEndpoint(e, NameOf(options.Endpoints, i), options))];
        metrics?.Observe(_endpoints);
        var builder = new ResiliencePipelineBuilder<RpcReply> { TimeProvider = options.Time };
        if (options.Rounds > 1)
        {
            builder.AddRetry(new RetryStrategyOptions<RpcReply>
            {
                MaxRetryAttempts = options.Rounds - 1,
                Delay = options.FirstPause,
                MaxDelay = options.LongestPause,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = args => ValueTask.FromResult(IsWorthAnother(args.Outcome) && !IsGone(args.Context.Properties.GetValue(CallKey, null!))),
                DelayGenerator = _ => ValueTask.FromResult(Rest()),
                OnRetry = args =>
                {
                    lock (_gate) { args.Context.Properties.GetValue(CallKey, null!).Asked.Clear(); }
                    return ValueTask.CompletedTask;
                },
            });
        }

        if (_endpoints.Length > 1)
        {
            builder.AddHedging(new HedgingStrategyOptions<RpcReply>
            {
                MaxHedgedAttempts = Math.Min(10, _endpoints.Length - 1),
                Delay = options.HedgeAfter,
                ShouldHandle = static args => ValueTask.FromResult(IsWorthAnother(args.Outcome)),
                ActionGenerator = args => () => AskNextAsync(args.PrimaryContext.Properties.GetValue(CallKey, null!), args.ActionContext.CancellationToken),
            });
        }

        _pipeline = builder.Build();
    }

    /// <summary>The endpoints, in the order in which they were given.</summary>
    public IReadOnlyList<RpcEndpoint> Endpoints => _endpoints;

    /// <summary>Calls a method.</summary>
    /// <param name="method">As <c>getBlock</c>.</param>
    /// <param name="parameters">JSON array of the parameters.</param>
    /// <param name="cancel">Ends the call.</param>
    /// <param name="isFault">Says of an error whether the next endpoint is to be asked; without, errors are answers.</param>
    /// <returns>The answer, also where it is an error of JSON-RPC; the caller disposes of it.</returns>
    /// <exception cref="RpcException">No endpoint answered in all rounds.</exception>
    public async Task<RpcReply> CallAsync(string method, string parameters, CancellationToken cancel, Func<RpcError, bool>? isFault = null)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}","params":{{parameters}}}""");
        var context = ResilienceContextPool.Shared.Get(cancel);
        var call = new Call(method, body, isFault);
        context.Properties.Set(CallKey, call);
        try
        {
            return await _pipeline.ExecuteAsync(
                static async (ctx, self) =>
                {
                    var outcome = await self.AskNextAsync(ctx.Properties.GetValue(CallKey, null!), ctx.CancellationToken).ConfigureAwait(false);
                    outcome.ThrowIfException();
                    return outcome.Result!;
                },
                context,
                this).ConfigureAwait(false);
        }
        catch (RpcException e) when (e.Fault == RpcFault.Gone && !IsGone(call))
        {
            // Somebody else may have it still, who could not be asked.
            throw new RpcException(RpcFault.NotThere, e.Endpoint, e.Words, null, e);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    public void Dispose() => _transport.Dispose();

    private static bool IsWorthAnother(Outcome<RpcReply> outcome) => outcome.Exception is RpcException;

    private async ValueTask<Outcome<RpcReply>> AskNextAsync(Call call, CancellationToken cancel)
    {
        if (Next(call) is not { } endpoint) { return Outcome.FromException<RpcReply>(Nobody()); }
        using var timeout = new CancellationTokenSource(_options.RequestTimeout, _options.Time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel, timeout.Token);
        var begin = _options.Time.GetTimestamp();
        try
        {
            var reply = await endpoint.Pipeline.ExecuteAsync(
                static async (state, token) => await state.Self.SendAsync(state.Endpoint, state.Call, token, state.Cancel).ConfigureAwait(false),
                (Self: this, Endpoint: endpoint, Call: call, Cancel: cancel),
                limit.Token).ConfigureAwait(false);
            endpoint.NoteAnswer();
            _metrics?.Answered(endpoint.Shown, call.Method, _options.Time.GetElapsedTime(begin));
            return Outcome.FromResult(reply);
        }
        catch (BrokenCircuitException e)
        {
            return Outcome.FromException<RpcReply>(new RpcException(RpcFault.Unavailable, endpoint.Shown, "spared after failures", e.RetryAfter, e));
        }
        catch (RpcException e)
        {
            endpoint.NoteFault(e, _options.FirstPause * 5);
            if (e.Fault == RpcFault.Gone)
            {
                lock (_gate) { call.Gone.Add(endpoint); }
            }

            _metrics?.Failed(endpoint.Shown, call.Method, e.Fault);
            return Outcome.FromException<RpcReply>(e);
        }
        catch (OperationCanceledException e)
        {
            return Outcome.FromException<RpcReply>(e);
        }
    }

    /// <summary>True when every endpoint said that it has given up what is asked for.</summary>
    private bool IsGone(Call call)
    {
        lock (_gate) { return call.Gone.Count == _endpoints.Length; }
    }

    /// <summary>Sends, and makes a fault of the request's own time limit.</summary>
    private async Task<RpcReply> SendAsync(RpcEndpoint endpoint, Call call, CancellationToken limit, CancellationToken cancel)
    {
        try
        {
            var reply = await _transport.SendAsync(endpoint.Address.Url, endpoint.Shown, call.Body, limit).ConfigureAwait(false);
            if (reply.Error is not { } error || !call.IsFault(error)) { return reply; }
            reply.Dispose();
            throw new RpcException(RpcFault.NotThere, endpoint.Shown, error.Message);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new RpcException(
                RpcFault.Timeout, endpoint.Shown, string.Create(CultureInfo.InvariantCulture, $"no answer within {_options.RequestTimeout.TotalSeconds:0.#} s"), null, e);
        }
    }

    /// <summary>Smooth weighted turns over those that were not asked in this round and may be asked now.</summary>
    private RpcEndpoint? Next(Call call)
    {
        lock (_gate)
        {
            RpcEndpoint? best = null;
            var sum = 0;
            foreach (var endpoint in _endpoints)
            {
                if (endpoint.Rest > TimeSpan.Zero || call.Asked.Contains(endpoint)) { continue; }
                endpoint.Credit += endpoint.Address.Weight;
                sum += endpoint.Address.Weight;
                if (best is null || endpoint.Credit > best.Credit) { best = endpoint; }
            }

            if (best is null) { return null; }
            best.Credit -= sum;
            call.Asked.Add(best);
            return best;
        }
    }

    /// <summary>The shortest rest, where all endpoints rest; null where one may be asked.</summary>
    private TimeSpan? Rest()
    {
        var least = TimeSpan.MaxValue;
        foreach (var endpoint in _endpoints)
        {
            var rest = endpoint.Rest;
            if (rest == TimeSpan.Zero) { return null; }
            if (rest < least) { least = rest; }
        }

        return least;
    }

    private RpcException Nobody()
    {
        var shown = string.Join(", ", _endpoints.Select(e => e.Shown));
        return Rest() is { } rest
            ? new RpcException(RpcFault.RateLimited, shown, string.Create(CultureInfo.InvariantCulture, $"all rest, for {rest.TotalSeconds:0.#} s or longer"), rest)
            : new RpcException(RpcFault.Unavailable, shown, "all were asked without an answer");
    }

    private static string NameOf(IReadOnlyList<RpcEndpointAddress> all, int index)
    {
        var shown = all[index].Shown;
        var before = all.Take(index).Count(e => e.Shown == shown);
        return before == 0 ? shown : string.Create(CultureInfo.InvariantCulture, $"{shown} ({before + 1})");
    }

    /// <summary>A request, and who was asked in the present round.</summary>
    private sealed class Call(string method, byte[] body, Func<RpcError, bool>? isFault)
    {
        public string Method { get; } = method;

        public byte[] Body { get; } = body;

        public bool IsFault(RpcError error) => isFault?.Invoke(error) == true;

        /// <summary>Guarded by the client.</summary>
        public List<RpcEndpoint> Asked { get; } = [];

        /// <summary>Who has given up what is asked for, in any round. Guarded by the client.</summary>
        public HashSet<RpcEndpoint> Gone { get; } = [];
    }
}
