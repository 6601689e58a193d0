using System.Buffers;
using Sluice.Lab.Faults;
using Sluice.Lab.Node.Rpc;
using Sluice.Lab.Node.Subscriptions;

namespace Sluice.Lab.Node;

/// <summary>How far a node is.</summary>
/// <param name="Slot">Slot that it has come to.</param>
/// <param name="Processed">Slot of its last block.</param>
/// <param name="Confirmed">Slot of the last confirmed block.</param>
/// <param name="Finalized">Slot of the last finalized block.</param>
/// <param name="FirstKept">First slot that is kept.</param>
/// <param name="KeptBytes">Bytes of the blocks that are kept.</param>
/// <param name="Transactions">Transactions of all blocks.</param>
/// <param name="Requests">Requests answered over HTTP or refused.</param>
/// <param name="Refused">Those of them that a rate limit or a fault refused.</param>
/// <param name="Subscribers">Connections that take notices.</param>
public readonly record struct NodeStatus(
    ulong Slot, ulong Processed, ulong Confirmed, ulong Finalized, ulong FirstKept, long KeptBytes, ulong Transactions, ulong Requests, ulong Refused, int Subscribers);

/// <summary>What becomes of a request before it is read.</summary>
/// <param name="Fault">None, for a request that is to be answered.</param>
/// <param name="Code">HTTP status, or the JSON-RPC error that stands for every answer.</param>
/// <param name="RetryAfterSeconds">With status 429, seconds after which to come again.</param>
public readonly record struct Admission(RequestFault Fault, int Code, int RetryAfterSeconds);

/// <summary>A Solana node over the simulated chain, without sockets: bytes of requests in, bytes of answers out.</summary>
/// <remarks>
/// Whoever owns the node gives it time, by <see cref="TryTick"/> once a slot, from one thread; requests and subscribers may come on any. The same
/// options and the same requests in the same order give the same answers.
/// </remarks>
public sealed class SimulatedNode
{
    private readonly ForkingChain _source;
    private readonly FaultPlan _plan;
    private readonly NoticeBoard _notices;
    private readonly RateLimit? _limit;
    private readonly Lock _gate = new();
    private readonly List<Subscriber> _subscribers = [];
    private ChainSlot? _made;
    private ulong _requests;
    private ulong _refused;
    private ulong _subscriptions;

    /// <param name="simulation">The chain.</param>
    /// <param name="options">How it is served.</param>
    /// <param name="time">Clock of the rate limit; null for the machine's.</param>
    public SimulatedNode(SimulatorOptions simulation, NodeOptions options, TimeProvider? time = null)
    {
        options.Check();
        Options = options;
        var simulator = new Simulator(simulation);
        _plan = new FaultPlan(options.Faults);
        _source = new ForkingChain(simulator, _plan, options.Made);
        Facts = new ClusterFacts(simulator);
        Chain = new NodeChain(simulation.FirstSlot, simulation.Cluster.EpochSlots, options, _plan);
        _notices = new NoticeBoard(Chain, options, _plan);
        _limit = options.RequestsPerSecond is { } rate ? new RateLimit(rate, time ?? TimeProvider.System) : null;
        Rpc = new RpcServer(this, simulator);
    }

    public NodeOptions Options { get; }

    /// <summary>Methods that are answered over HTTP, and those of subscribers.</summary>
    public IEnumerable<string> Methods => Rpc.Methods;

    public static IEnumerable<string> SubscriptionMethodNames => SubscriptionMethods.Names;

    internal NodeChain Chain { get; }

    internal ClusterFacts Facts { get; }

    internal RpcServer Rpc { get; }

    /// <summary>What getHealth answers where the node is not well; null where it is.</summary>
    internal RpcError? Health => Chain.Tip(Commitment.Processed) is null ? RpcError.Unhealthy(1) : null;

    public NodeStatus Status
    {
        get
        {
            int subscribers;
            lock (_gate) { subscribers = _subscribers.Count; }
            lock (Chain.Gate)
            {
                var tip = Chain.Tip(Commitment.Processed);
                return new NodeStatus(
                    Chain.Now, tip?.Slot ?? 0, Chain.Tip(Commitment.Confirmed)?.Slot ?? 0, Chain.Tip(Commitment.Finalized)?.Slot ?? 0, Chain.FirstKept,
                    Chain.Bytes, tip is null ? 0 : tip.TransactionsBefore + (ulong)tip.Transactions, Interlocked.Read(ref _requests),
                    Interlocked.Read(ref _refused), subscribers);
            }
        }
    }

    /// <summary>Goes on by one slot: makes it and shows it. False when the simulation is at its end.</summary>
    public bool TryTick()
    {
        if (!TryMake()) { return false; }
        Publish();
        return true;
    }

    /// <summary>Makes the next slot, which takes time, but does not show it yet.</summary>
    public bool TryMake() => _made is not null || _source.TryNext(out _made!);

    /// <summary>Shows the slot that was made, and tells the subscribers.</summary>
    public void Publish()
    {
        var slot = _made ?? throw new InvalidOperationException("No slot was made.");
        _made = null;
        lock (Chain.Gate) { Chain.Add(slot); }
        Subscriber[] all;
        lock (_gate)
        {
            _subscribers.RemoveAll(s => s.ClosedFor is not null);
            all = [.. _subscribers];
        }

        _notices.Publish(slot, all);
        if (!_plan.DropsSocketsAfter(slot.Slot)) { return; }
        foreach (var subscriber in all) { subscriber.Close("dropped by a fault"); }
    }

    /// <summary>Says whether a request is to be answered; ask once a request, before <see cref="Answer"/>.</summary>
    public Admission Admit()
    {
        var number = Interlocked.Increment(ref _requests);
        if (_limit is not null && !_limit.TryTake(out var seconds))
        {
            Interlocked.Increment(ref _refused);
            return new Admission(RequestFault.RateLimited, 429, seconds);
        }

        var (fault, code) = _plan.OfRequest(number - 1);
        if (fault != RequestFault.None) { Interlocked.Increment(ref _refused); }
        return new Admission(fault, code, fault == RequestFault.RateLimited ? 1 : 0);
    }

    /// <summary>Answers a request that came over HTTP.</summary>
    /// <param name="request">Its body.</param>
    /// <param name="output">Gets the answer; stays empty where none is due.</param>
    /// <param name="error">JSON-RPC error that stands for every answer, by a fault; null for none.</param>
    public void Answer(ReadOnlyMemory<byte> request, ArrayBufferWriter<byte> output, int? error = null) => Rpc.Answer(request, output, lie: error);

    /// <summary>Takes a connection that will subscribe; null where there are too many. It is forgotten when it is closed.</summary>
    public Subscriber? TryConnect()
    {
        lock (_gate)
        {
            _subscribers.RemoveAll(s => s.ClosedFor is not null);
            if (_subscribers.Count >= Options.MaxSockets) { return null; }
            var subscriber = new Subscriber(this);
            _subscribers.Add(subscriber);
            return subscriber;
        }
    }

    internal ulong NextSubscription() => Interlocked.Increment(ref _subscriptions) - 1;
}
