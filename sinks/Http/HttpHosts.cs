namespace Sluice.Sinks.Http;

/// <summary>Which server is asked. Safe for concurrent use.</summary>
/// <remarks>
/// Requests go to one server as long as it answers, so that what was written is read from where it was written. One that
/// fails is set aside for a time that doubles with each failure, and the next in the list takes over; when all are set aside, each is
/// tried all the same, the one that has waited longest first.
/// </remarks>
internal sealed class HttpHosts
{
    private readonly Lock _gate = new();
    private readonly HttpHost[] _hosts;
    private readonly HttpClickHouseOptions _options;
    private readonly TimeProvider _time;
    private int _current;

    public HttpHosts(HttpClickHouseOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        var scheme = options.Address.IsTls ? "https" : "http";
        _hosts = [.. options.Address.Hosts.Select(h => new HttpHost($"{scheme}://{h.Host}:{h.Port}"))];
    }

    /// <summary>Hosts in the order in which to try them.</summary>
    public HttpHost[] InOrder()
    {
        if (_hosts.Length == 1) { return _hosts; }
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            var order = Enumerable.Range(0, _hosts.Length).Select(i => _hosts[(_current + i) % _hosts.Length]).ToArray();
            return [.. order.Where(h => h.SetAsideUntil <= now), .. order.Where(h => h.SetAsideUntil > now).OrderBy(h => h.SetAsideUntil)];
        }
    }

    public void Answered(HttpHost host)
    {
        lock (_gate)
        {
            (host.Failures, host.SetAsideUntil) = (0, 0);
            _current = Array.IndexOf(_hosts, host);
        }
    }

    public void Failed(HttpHost host)
    {
        lock (_gate)
        {
            var seconds = Math.Min(_options.MaxSetAside.TotalSeconds, _options.FirstSetAside.TotalSeconds * Math.Pow(2, Math.Min(20, host.Failures)));
            host.Failures++;
            host.SetAsideUntil = _time.GetTimestamp() + (long)(seconds * _time.TimestampFrequency);
        }
    }
}
