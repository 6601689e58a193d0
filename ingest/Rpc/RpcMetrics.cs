using System.Diagnostics.Metrics;

namespace Sluice.Ingest.Rpc;

/// <summary>What asking nodes counts, by endpoint (host and port) and method.</summary>
public sealed class RpcMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _answered;
    private readonly Counter<long> _failed;
    private readonly Histogram<double> _duration;

    public RpcMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(IngestMetrics.MeterName);
        _answered = _meter.CreateCounter<long>("pipeline.rpc.request.answered", "{request}", "Requests that a node answered.");
        _failed = _meter.CreateCounter<long>("pipeline.rpc.request.failed", "{request}", "Requests without an answer, by reason.");
        _duration = _meter.CreateHistogram<double>("pipeline.rpc.request.duration", "s", "Time from a request to its whole answer.");
    }

    internal void Answered(string endpoint, string method, TimeSpan time)
    {
        _answered.Add(1, new("endpoint", endpoint), new("method", method));
        _duration.Record(time.TotalSeconds, new("endpoint", endpoint), new("method", method));
    }

    internal void Failed(string endpoint, string method, RpcFault fault) =>
        _failed.Add(1, new("endpoint", endpoint), new("method", method), new("reason", NameOf(fault)));

    /// <summary>Shows the breaker of each endpoint.</summary>
    internal void Observe(IReadOnlyList<RpcEndpoint> endpoints) => _meter.CreateObservableGauge(
        "pipeline.rpc.breaker.state",
        () => endpoints.Select(e => new Measurement<int>((int)e.Breaker, new KeyValuePair<string, object?>("endpoint", e.Shown))),
        null,
        "0 closed, 1 open, 2 half-open.");

    private static string NameOf(RpcFault fault) => fault switch
    {
        RpcFault.Unreachable => "unreachable",
        RpcFault.Timeout => "timeout",
        RpcFault.RateLimited => "rate-limited",
        RpcFault.Unavailable => "unavailable",
        RpcFault.BadReply => "bad-reply",
        RpcFault.NotThere => "not-there",
        RpcFault.Gone => "gone",
        _ => "refused",
    };
}
