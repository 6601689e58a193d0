using System.Diagnostics;
using System.Diagnostics.Metrics;
using Sluice.Api;
using Sluice.Api.Feed;
using Sluice.Api.Status;
using Sluice.Ingest.Rpc;

namespace Sluice.Cli.Live;

/// <summary>What a run shows to the world beside its store: the live feed and the status.</summary>
internal sealed class LiveSurface : ILiveStatusSource, IDisposable
{
    /// <summary>Slots behind the newest one from which on a run is catching up: what a hiccup of some seconds leaves behind.</summary>
    private const long CatchingUp = 64;

    private readonly TimeProvider _time;
    private readonly long _begin;
    private readonly LiveFeed _feed;
    private readonly FindingPace _pace;
    private readonly SlotPace _slots;
    private readonly ITimer _watch;

    public LiveSurface(IMeterFactory meters, TimeProvider time)
    {
        (_time, _begin) = (time, time.GetTimestamp());
        _feed = new LiveFeed(meters: meters, time: time);
        _pace = new FindingPace(time);
        _slots = new SlotPace(time);
        Findings = new FeedFindings(_feed, _pace);
        Services = new LiveServices(_feed, this);
        _watch = time.CreateTimer(static self => ((LiveSurface)self!).NoteTip(), this, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        var meter = meters.Create("Sluice.Live");
        meter.CreateObservableGauge("pipeline.live.lag", () => Lag(Figures()) is { } lag ? [new Measurement<long>(lag)] : Array.Empty<Measurement<long>>(), "{slot}", "Slots from the newest one that has passed the detectors to the newest one that the nodes told.");
        meter.CreateObservableGauge(
            "pipeline.live.finding.per_minute", () => _pace.Read().Select(k => new Measurement<long>(k.Value, new KeyValuePair<string, object?>("kind", k.Key))), "{finding}", "Findings of the last minute.");
    }

    /// <summary>Is to be told what is found.</summary>
    public FeedFindings Findings { get; }

    /// <summary>For the api.</summary>
    public LiveServices Services { get; }

    /// <summary>Tells how the run is. Safe for concurrent use.</summary>
    public Func<LiveFigures> Figures { get; set; } = static () => new LiveFigures();

    /// <summary>The endpoints of a client, as the status shows them.</summary>
    public static IEnumerable<LiveEndpoint> Of(IEnumerable<RpcEndpoint> endpoints) => endpoints.Select(e => new LiveEndpoint
    {
        Name = e.Shown,
        Kind = "rpc",
        Weight = e.Weight,
        Breaker = e.Breaker switch { BreakerState.Closed => "closed", BreakerState.Open => "open", _ => "half_open" },
        Requests = e.Answered + e.Failed,
        Failures = e.Failed,
        RateLimited = e.RateLimited,
        RestSeconds = Math.Round(e.Rest.TotalSeconds, 3),
    });

    /// <summary>A source that pushes, as the status shows it.</summary>
    public static LiveEndpoint Of(string kind, string source, bool isConnected) => new()
    {
        Name = source,
        Kind = kind,
        Weight = null,
        Breaker = isConnected ? "closed" : "open",
        Requests = null,
        Failures = null,
        RateLimited = null,
        RestSeconds = 0,
    };

    public LiveStatus Read()
    {
        var figures = Figures();
        var lag = Lag(figures);
        var findings = _pace.Read();
        using var process = Process.GetCurrentProcess();
        return new LiveStatus
        {
            At = _time.GetUtcNow().UtcDateTime,
            State = State(figures, lag),
            TipSlot = figures.Tip,
            FinalizedSlot = figures.Finalized,
            Position = Findings.Position,
            ReconciledSlot = figures.Reconciled,
            LagSlots = lag,
            LagSeconds = lag is { } slots && _slots.SecondsPerSlot is { } pace ? Math.Round(slots * pace, 1) : null,
            Gaps = figures.Gaps with { Skipped = figures.Gaps.Skipped ?? Findings.Skipped },
            PushedBlocks = figures.PushedBlocks,
            Endpoints = figures.Endpoints,
            FindingsPerMinute = new LiveFindings { Total = findings.Values.Sum(), ByKind = findings },
            Retracted = _feed.Retracted,
            Stored = figures.Stored,
            Readers = _feed.Readers,
            MemoryBytes = process.WorkingSet64,
            UptimeSeconds = Math.Round(_time.GetElapsedTime(_begin).TotalSeconds, 1),
        };
    }

    public void Dispose()
    {
        _watch.Dispose();
        _feed.Dispose();
    }

    private static string State(LiveFigures figures, long? lag)
    {
        var asked = figures.Endpoints.Where(e => e.Kind == "rpc").ToArray();
        return asked.Length > 0 && asked.All(e => e.RestSeconds > 0 || e.Breaker == "open") ? "waiting"
            : lag is null ? "starting"
            : lag > CatchingUp ? "catching_up"
            : "following";
    }

    private void NoteTip()
    {
        if (Figures().Tip is { } tip) { _slots.Note(tip); }
    }

    /// <summary>The nodes may tell of a block before they tell of its slot, or after.</summary>
    private long? Lag(LiveFigures figures) =>
        figures.Tip is { } tip && Findings.Position is { } position ? Math.Max(0, (long)tip - (long)position) : null;
}
