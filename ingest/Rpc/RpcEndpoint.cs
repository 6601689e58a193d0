using Polly;
using Polly.CircuitBreaker;

namespace Sluice.Ingest.Rpc;

/// <summary>State of an endpoint's breaker.</summary>
public enum BreakerState
{
    /// <summary>Requests go through.</summary>
    Closed,

    /// <summary>The endpoint is spared.</summary>
    Open,

    /// <summary>One request tries whether it answers again.</summary>
    HalfOpen,
}

/// <summary>One endpoint: its breaker, its rest after a rate limit, and what it has answered. Safe for concurrent use.</summary>
public sealed class RpcEndpoint
{
    private readonly CircuitBreakerStateProvider _state = new();
    private readonly TimeProvider _time;
    private long _restUntil;
    private long _answered;
    private long _failed;
    private long _rateLimited;

    internal RpcEndpoint(RpcEndpointAddress address, string shown, RpcOptions options)
    {
        (Address, Shown, _time) = (address, shown, options.Time);
        Pipeline = new ResiliencePipelineBuilder<RpcReply> { TimeProvider = options.Time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<RpcReply>
            {
                FailureRatio = 0.5,
                MinimumThroughput = options.BreakerRequests,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDurationGenerator = args => ValueTask.FromResult(options.BreakerPause * Math.Pow(2, Math.Min(6, args.HalfOpenAttempts))),
                ShouldHandle = static args => ValueTask.FromResult(args.Outcome.Exception is RpcException { IsIllness: true }),
                StateProvider = _state,
                OnOpened = args =>
                {
                    RestFor(args.BreakDuration);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
    }

    internal RpcEndpointAddress Address { get; }

    /// <summary>Host and port, and a number where several have the same.</summary>
    public string Shown { get; }

    /// <summary>Requests answered, and not.</summary>
    public long Answered => Interlocked.Read(ref _answered);

    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Requests that were not answered because there were too many.</summary>
    public long RateLimited => Interlocked.Read(ref _rateLimited);

    /// <summary>Its share of the requests, against the other weights.</summary>
    public int Weight => Address.Weight;

    public BreakerState Breaker => _state.CircuitState switch
    {
        CircuitState.Closed => BreakerState.Closed,
        CircuitState.HalfOpen => BreakerState.HalfOpen,
        _ => BreakerState.Open,
    };

    internal ResiliencePipeline<RpcReply> Pipeline { get; }

    /// <summary>Current credit of the weighted turns; guarded by the client.</summary>
    internal int Credit { get; set; }

    /// <summary>What is left of the time in which the endpoint is not asked: it wished so, or its breaker is open.</summary>
    public TimeSpan Rest
    {
        get
        {
            var left = Interlocked.Read(ref _restUntil) - _time.GetTimestamp();
            return left <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds((double)left / _time.TimestampFrequency);
        }
    }

    internal void NoteAnswer() => Interlocked.Increment(ref _answered);

    internal void NoteFault(RpcException fault, TimeSpan restWithoutWord)
    {
        Interlocked.Increment(ref _failed);
        if (fault.Fault == RpcFault.RateLimited) { Interlocked.Increment(ref _rateLimited); }
        if (fault.Fault == RpcFault.RateLimited || fault.RetryAfter is not null) { RestFor(fault.RetryAfter ?? restWithoutWord); }
    }

    private void RestFor(TimeSpan time)
    {
        var until = _time.GetTimestamp() + (long)(time.TotalSeconds * _time.TimestampFrequency);
        for (var seen = Interlocked.Read(ref _restUntil); seen < until; seen = Interlocked.Read(ref _restUntil))
        {
            if (Interlocked.CompareExchange(ref _restUntil, until, seen) == seen) { return; }
        }
    }
}
