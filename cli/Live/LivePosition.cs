using System.Diagnostics.Metrics;
using Sluice.Ingest;
using Sluice.Schemas.Records;

namespace Sluice.Cli.Live;

/// <summary>How far following a chain is, and what it has met; also as metrics. Safe for concurrent use.</summary>
internal sealed class LivePosition
{
    private static readonly string[] KindNames = ["back_filled", "replaced", "orphaned", "missed"];

    private readonly Func<ulong> _tip;
    private readonly Func<ulong?> _position;
    private readonly long[] _gaps = new long[KindNames.Length];
    private readonly Dictionary<string, bool> _sources = [];
    private long _finalized;
    private long _reconciled;
    private long _retracted;

    /// <param name="tip">Tells the newest slot that nodes told; 0 before there is one.</param>
    /// <param name="position">Tells the newest slot that went through; null before there is one.</param>
    /// <param name="byPush">Counts the blocks that a push brought before an answer did.</param>
    /// <param name="meters">Makes the meter.</param>
    public LivePosition(Func<ulong> tip, Func<ulong?> position, Func<long> byPush, IMeterFactory meters)
    {
        (_tip, _position) = (tip, position);
        var meter = meters.Create(IngestMetrics.MeterName);
        meter.CreateObservableGauge("pipeline.live.slot", Slots, "{slot}", "Where the chain and the run are: tip, finalized, position, reconciled.");
        meter.CreateObservableCounter("pipeline.live.gap", Gaps, "{slot}", "Slots that were not there at once, or not rightly, by what became of them.");
        meter.CreateObservableCounter("pipeline.live.finding.retracted", () => Retracted, "{finding}", "Findings that were retracted because a block was replaced.");
        meter.CreateObservableCounter("pipeline.live.block.pushed", byPush, "{block}", "Blocks that a push brought before an answer did.");
        meter.CreateObservableGauge("pipeline.live.source.connected", Connected, null, "1 where a source that pushes is connected, else 0.");
    }

    /// <summary>The newest slot that nodes told; 0 before there is one.</summary>
    public ulong Tip => _tip();

    /// <summary>The newest slot that went through the pipeline.</summary>
    public ulong? Position => _position();

    /// <summary>The newest finalized slot that nodes told; 0 before there is one.</summary>
    public ulong Finalized => (ulong)Interlocked.Read(ref _finalized);

    /// <summary>Slot up to which the store agrees with the finalized chain; 0 before there is one.</summary>
    public ulong Reconciled => (ulong)Interlocked.Read(ref _reconciled);

    /// <summary>Findings that were retracted.</summary>
    public long Retracted => Interlocked.Read(ref _retracted);

    /// <summary>Whether each source that pushes is connected, by host and port.</summary>
    public IReadOnlyList<(string Source, bool IsConnected)> Sources
    {
        get { lock (_sources) { return [.. _sources.Select(s => (s.Key, s.Value))]; } }
    }

    /// <summary>Slots of a kind of gap.</summary>
    public long GapsOf(GapKind kind) => Interlocked.Read(ref _gaps[(int)kind]);

    public void NoteFinalized(ulong slot) => Interlocked.Exchange(ref _finalized, (long)slot);

    public void NoteReconciled(ulong slot) => Interlocked.Exchange(ref _reconciled, (long)slot);

    public void NoteRetracted(int count) => Interlocked.Add(ref _retracted, count);

    public void NoteGap(GapKind kind, long slots = 1) => Interlocked.Add(ref _gaps[(int)kind], slots);

    public void NoteSource(string source, bool isConnected)
    {
        lock (_sources) { _sources[source] = isConnected; }
    }

    private IEnumerable<Measurement<long>> Slots()
    {
        (string Kind, ulong? Slot)[] all = [("tip", Tip), ("finalized", Finalized), ("position", Position), ("reconciled", Reconciled)];
        return all.Where(s => s.Slot > 0).Select(s => new Measurement<long>((long)s.Slot!.Value, new KeyValuePair<string, object?>("kind", s.Kind)));
    }

    private IEnumerable<Measurement<long>> Gaps() =>
        Enum.GetValues<GapKind>().Select(k => new Measurement<long>(GapsOf(k), new KeyValuePair<string, object?>("kind", KindNames[(int)k])));

    private IEnumerable<Measurement<int>> Connected() =>
        Sources.Select(s => new Measurement<int>(s.IsConnected ? 1 : 0, new KeyValuePair<string, object?>("source", s.Source)));
}
