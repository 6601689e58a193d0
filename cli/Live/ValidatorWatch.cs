using System.Diagnostics.Metrics;
using Sluice.Cli.Output;
using Sluice.Ingest.Rpc;
using Sluice.Ingest.Validators;
using Sluice.Schemas.Records;

namespace Sluice.Cli.Live;

/// <summary>Observes validators while a chain is followed; a part that no node gives is named once.</summary>
internal sealed class ValidatorWatch : IDisposable
{
    private readonly RpcClient _rpc;
    private readonly ValidatorPoller _poller;
    private readonly HashSet<ObservedPart> _told = [];

    public ValidatorWatch(IReadOnlyList<RpcEndpointAddress> endpoints, TimeSpan every, IMeterFactory meters)
    {
        _rpc = new RpcClient(ValidatorObserver.OptionsFor(endpoints));
        var observer = new ValidatorObserver(_rpc, new ValidatorMetrics(meters), TimeProvider.System) { Refused = Tell };
        _poller = new ValidatorPoller(observer, every, TimeProvider.System);
    }

    /// <summary>Runs until cancelled.</summary>
    /// <param name="take">Takes the observations of one moment.</param>
    public Task RunAsync(Func<ReadOnlyMemory<ValidatorObservation>, CancellationToken, ValueTask> take, CancellationToken cancel) =>
        _poller.RunAsync((observations, token) => take(observations, token), cancel);

    public void Dispose() => _rpc.Dispose();

    private void Tell(ObservedPart part, RpcException why)
    {
        if (!_told.Add(part)) { return; }
        Fail.Print(part is ObservedPart.Epoch or ObservedPart.VoteAccounts
            ? $"validators are not observed while no endpoint answers {ObservedParts.MethodOf(part)} ({why.Message})."
            : $"what {ObservedParts.MethodOf(part)} tells of validators stays empty while no endpoint answers it ({why.Message}).");
    }
}
