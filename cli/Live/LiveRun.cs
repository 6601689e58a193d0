using System.Diagnostics.Metrics;
using Sluice.Api.Status;
using Sluice.Cli.Output;
using Sluice.Cli.Replay;
using Sluice.Ingest.Live;
using Sluice.Ingest.Rpc;
using Sluice.Schemas.Records;
using Sluice.Sinks;
using Sluice.Sinks.Writing;

namespace Sluice.Cli.Live;

/// <summary>Confirmed blocks as they come through the whole pipeline into a store, compared with the finalized chain behind them.</summary>
internal sealed class LiveRun : IDisposable
{
    /// <summary>How soon rows are stored.</summary>
    private static readonly TimeSpan BatchAge = TimeSpan.FromMilliseconds(500);

    /// <summary>Slots whose standing in the store is looked up, before those that are still to be compared.</summary>
    private const ulong StoredBefore = 4_096;

    /// <summary>How long storing may take when the run ends.</summary>
    private static readonly TimeSpan LastStore = TimeSpan.FromSeconds(1);

    private readonly IClickHouse _store;
    private readonly LiveOptions _options;
    private readonly IMeterFactory _meters;
    private readonly RpcClient _rpc;
    private readonly PushedBlocks _pushed;
    private readonly BlockFollower _follower;
    private readonly ChainLedger _ledger = new();
    private readonly Outage _outage;
    private readonly HashSet<(string Source, string Why)> _told = [];
    private GapBook? _gaps;
    private StoreWriter? _writer;

    public LiveRun(IClickHouse store, LiveOptions options, IMeterFactory meters)
    {
        (_store, _options, _meters) = (store, options, meters);
        _rpc = new RpcClient(new RpcOptions { Endpoints = options.Endpoints, Time = options.Time }, new RpcMetrics(meters));
        _outage = new Outage(options.Time);
        _pushed = new PushedBlocks { Changed = NoteSource };
        _follower = new BlockFollower(new ChainClient(_rpc, Commitment.Confirmed), new FollowerOptions { Time = options.Time }, _pushed)
        {
            Waiting = _outage.Tell,
            Found = slot => _gaps?.BackFilled(slot),
        };
        Position = new LivePosition(() => _follower.Tip, () => _ledger.Position, () => _follower.ByPush, meters);
        foreach (var push in options.Pushes) { Position.NoteSource(push.Shown, false); }
    }

    /// <summary>How far it is.</summary>
    public LivePosition Position { get; }

    /// <summary>Nodes that are asked.</summary>
    public IReadOnlyList<RpcEndpoint> Endpoints => _rpc.Endpoints;

    /// <summary>What the status shows of it.</summary>
    public LiveFigures Figures => new()
    {
        Tip = Position.Tip is var tip and > 0 ? tip : null,
        Finalized = Position.Finalized is var finalized and > 0 ? finalized : null,
        Reconciled = Position.Reconciled is var reconciled and > 0 ? reconciled : null,
        Gaps = new LiveGaps
        {
            BackFilled = Position.GapsOf(GapKind.BackFilled),
            Missed = Position.GapsOf(GapKind.Missed),
            Replaced = Position.GapsOf(GapKind.Replaced),
            Orphaned = Position.GapsOf(GapKind.Orphaned),
            Skipped = null,
        },
        PushedBlocks = _options.Pushes.Count > 0 ? _follower.ByPush : null,
        Endpoints =
        [
            .. LiveSurface.Of(_rpc.Endpoints),
            .. Position.Sources.Select(s => LiveSurface.Of(_options.Pushes.Any(p => p is WebSocketPush && p.Shown == s.Source) ? "ws" : "grpc", s.Source, s.IsConnected)),
        ],
        Stored = Volatile.Read(ref _writer) is { } writer ? new LiveStored { Slots = writer.StoredSlots, Rows = writer.StoredRows } : null,
    };

    /// <summary>What was seen; null before the run.</summary>
    public ReplaySummary? Summary { get; private set; }

    /// <summary>Runs until cancelled, until the last slot that was asked for, or until the store fails.</summary>
    public async Task<ReplayTotals> RunAsync(CancellationToken cancel)
    {
        await using var writer = await StoreWriter.OpenAsync(
            _store, new StoreWriterOptions { BatchAge = BatchAge }, new StoreMetrics(_meters), ct: cancel).ConfigureAwait(false);
        Volatile.Write(ref _writer, writer);
        if (writer.Recovery.Slots.Count > 0)
        {
            Fail.Print($"an earlier run was broken off: {writer.Recovery.Rows} rows of {writer.Recovery.Slots.Count} unfinished slots were removed.");
        }

        var start = await LiveStart.OfAsync(_store, _options.From, cancel).ConfigureAwait(false);
        if (_options.From is null) { await start.RestoreAsync(_store, _ledger, cancel).ConfigureAwait(false); }
        Console.Error.WriteLine($"Following {string.Join(", ", _rpc.Endpoints.Select(e => e.Shown))} {start.Shown}.");
        _gaps = new GapBook(writer, Position, _options.Time);
        var findings = new ManyFindings([new LiveLedger(_ledger), .. _options.Findings]);
        var input = new LiveInput(_follower, start.First, start.Before, _options.Until, _gaps.Missed, AskedAgain);
        var stored = await StoredSlots.LoadAsync(_store, start.Verified is > StoredBefore ? start.Verified.Value - StoredBefore : 0, ct: cancel).ConfigureAwait(false);
        var run = new ReplayRun(input, writer, stored, new ReplayOptions { Findings = findings, Meters = _meters, IsEndless = _options.Until is null });
        Summary = run.Summary;

        var final = new ChainClient(_rpc);
        var repair = new Repair(_store, writer, final, _ledger, findings, _outage);
        var reconciler = new Reconciler(final, _ledger) { NotGiven = (slot, tries, why) => _outage.TellNotGiven(slot, slot, tries, Reconciler.TriesPerBlock, why) };
        var reconciling = new Reconciling(reconciler, repair, _gaps, Position, _ledger, writer, _outage, _options.Time);
        using var watch = _options.ValidatorsEvery > TimeSpan.Zero ? new ValidatorWatch(_options.Endpoints, _options.ValidatorsEvery, _meters) : null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var progress = new ProgressLine();
        var running = run.RunAsync(progress, stop.Token);
        Task[] all =
        [
            running, reconciling.RunAsync(start.Verified, stop.Token),
            .. _options.Pushes.Select(p => p.RunAsync(_pushed, stop.Token)),
            .. watch is null ? Array.Empty<Task>() : [watch.RunAsync(Store, stop.Token)],
        ];

        // Whichever ends takes the others with it.
        var first = await Task.WhenAny(all).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(all).ContinueWith(static _ => { }, TaskScheduler.Default).ConfigureAwait(false);
        await KeepAsync(writer).ConfigureAwait(false);
        await first.ConfigureAwait(false);
        cancel.ThrowIfCancellationRequested();
        return await running.ConfigureAwait(false);
    }

    public void Dispose() => _rpc.Dispose();

    /// <summary>Stores what has not been stored yet, as far as that takes little time; what is lost is read again by the next run.</summary>
    private static async Task KeepAsync(StoreWriter writer)
    {
        using var enough = new CancellationTokenSource(LastStore);
        try
        {
            await writer.FlushAsync(enough.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or StoreException or ObjectDisposedException or InvalidOperationException)
        {
            // The next run begins where the store ends, whatever is in it.
        }
    }

    private static string AskedAgain(ulong first, bool isOne) => isOne ? "it is asked for again when it is finalized" : "they are asked for again when they are finalized";

    private ValueTask Store(ReadOnlyMemory<ValidatorObservation> observations, CancellationToken cancel)
    {
        foreach (ref readonly var observation in observations.Span) { _writer!.Append(in observation); }
        return _writer!.FlushIfDueAsync(cancel);
    }

    /// <summary>Tells that a source is lost, each reason once until it is back: it tries again every few seconds.</summary>
    private void NoteSource(string source, string? why)
    {
        Position.NoteSource(source, why is null);
        lock (_told)
        {
            if (why is null) { _told.RemoveWhere(t => t.Source == source); }
            else if (_told.Add((source, why))) { Fail.Print($"{source}: {why}; blocks are asked for until it is back."); }
        }
    }
}
