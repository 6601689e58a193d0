using System.Diagnostics.Metrics;
using Sluice.Cli.Live;
using Sluice.Cli.Output;
using Sluice.Cli.Roles.Http;
using Sluice.Ingest.Live;
using Sluice.Ingest.Rpc;
using Sluice.Schemas.Records;

namespace Sluice.Cli.Roles.Ingest.Nodes;

/// <summary>Finalized blocks of nodes, and what nodes say of validators, for the ingest worker that writes.</summary>
/// <remarks>
/// A finalized block is never replaced, so nothing that is made of it has to be retracted. One turn of the worker follows the chain from where the ledger
/// ends; figures are those of all turns.
/// </remarks>
internal sealed class NodeSource : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly NodeOptions _options;
    private readonly IMeterFactory _meters;
    private readonly RpcClient _rpc;
    private readonly ChainClient _chain;
    private readonly Outage _outage = new(TimeProvider.System);
    private readonly HashSet<(string Source, string Why)> _told = [];
    private readonly LivePosition _position;
    private BlockFollower? _follower;
    private long _written = -1;
    private long _pushedBefore;

    public NodeSource(NodeOptions options, IMeterFactory meters)
    {
        (_options, _meters) = (options, meters);
        _rpc = new RpcClient(new RpcOptions { Endpoints = options.Endpoints }, new RpcMetrics(meters));
        _chain = new ChainClient(_rpc);
        _position = new LivePosition(
            () => Volatile.Read(ref _follower)?.Tip ?? 0,
            () => Interlocked.Read(ref _written) is var slot and >= 0 ? (ulong)slot : null,
            () => Interlocked.Read(ref _pushedBefore) + (Volatile.Read(ref _follower)?.ByPush ?? 0),
            meters);
        foreach (var push in options.Pushes) { _position.NoteSource(push.Shown, false); }
    }

    /// <summary>Running, or waiting for an endpoint that answers.</summary>
    public RoleHealth Health => _rpc.Endpoints.All(e => e.Breaker == BreakerState.Open || e.Rest > TimeSpan.Zero)
        ? new RoleHealth("waiting", $"no endpoint answers: {string.Join(", ", _rpc.Endpoints.Select(e => e.Shown))}")
        : RoleHealth.Running;

    /// <summary>Follows the chain for a turn, until cancelled or until writing fails.</summary>
    public async Task RunAsync(IngestRun run, ProgressLine progress, CancellationToken turn)
    {
        var start = await StartAsync(run.Ledger, turn).ConfigureAwait(false);
        Console.Error.WriteLine($"Following finalized blocks of {string.Join(", ", _rpc.Endpoints.Select(e => e.Shown))} {start.Shown}.");
        var pushed = new PushedBlocks { Changed = NoteSource };
        var follower = new BlockFollower(_chain, new FollowerOptions(), pushed)
        {
            Waiting = _outage.Tell,
            Found = _ => _position.NoteGap(GapKind.BackFilled),
        };
        Volatile.Write(ref _follower, follower);
        using var watch = _options.ValidatorsEvery > TimeSpan.Zero ? new ValidatorWatch(_options.Endpoints, _options.ValidatorsEvery, _meters) : null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(turn);
        var input = new LiveInput(follower, start.First, start.Before, null, Missed, AskLater);
        run.Written = slot => Interlocked.Exchange(ref _written, slot);
        Task[] all =
        [
            run.RunAsync(input, progress, stop.Token), run.KeepCommittingAsync(stop.Token),
            .. _options.Pushes.Select(p => p.RunAsync(pushed, stop.Token)),
            .. watch is null ? Array.Empty<Task>() : [watch.RunAsync(run.WriteAsync, stop.Token)],
        ];

        // Whichever ends takes the others with it.
        var first = await Task.WhenAny(all).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(all).ContinueWith(static _ => { }, TaskScheduler.Default).ConfigureAwait(false);
        Volatile.Write(ref _follower, null);
        Interlocked.Add(ref _pushedBefore, follower.ByPush);
        await first.ConfigureAwait(false);
        turn.ThrowIfCancellationRequested();
        throw new InvalidOperationException("Following the chain ended by itself.");
    }

    public void Dispose() => _rpc.Dispose();

    private static string AskLater(ulong first, bool isOne) =>
        $"where an endpoint has {(isOne ? "it" : "them")}, stop every worker and start one with --from {first} that asks there";

    private async Task<LedgerStart> StartAsync(IngestLedger ledger, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                return await LedgerStart.OfAsync(ledger, _options.From, _chain, cancel).ConfigureAwait(false);
            }
            catch (RpcException e)
            {
                _outage.Tell(e);
                await Task.Delay(Pause, cancel).ConfigureAwait(false);
            }
        }
    }

    private void Missed(ulong first, ulong last, string why) => _position.NoteGap(GapKind.Missed, (long)(last - first + 1));

    /// <summary>Tells that a source is lost, each reason once until it is back: it tries again every few seconds.</summary>
    private void NoteSource(string source, string? why)
    {
        _position.NoteSource(source, why is null);
        lock (_told)
        {
            if (why is null) { _told.RemoveWhere(t => t.Source == source); }
            else if (_told.Add((source, why))) { Fail.Print($"{source}: {why}; blocks are asked for until it is back."); }
        }
    }
}
