using System.Diagnostics.Metrics;

namespace Sluice.Api.Hosting;

/// <summary>The api's own instruments; requests are counted by the framework (<c>http.server.request.duration</c>).</summary>
internal sealed class ApiMetrics
{
    private readonly Histogram<double> _queryDuration;
    private readonly Counter<long> _requestRefused;

    public ApiMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Sluice.Api");
        _queryDuration = meter.CreateHistogram<double>("pipeline.api.query.duration", "s", "Time of statements in the store, by statement and outcome.");
        _requestRefused = meter.CreateCounter<long>("pipeline.api.request.refused", "{request}", "Requests turned away before they reached the store, by reason.");
    }

    public void QueryDone(string query, string outcome, TimeSpan duration) => _queryDuration.Record(
        duration.TotalSeconds, new KeyValuePair<string, object?>("query", query), new KeyValuePair<string, object?>("outcome", outcome));

    public void Refused(string reason) => _requestRefused.Add(1, new KeyValuePair<string, object?>("reason", reason));
}
