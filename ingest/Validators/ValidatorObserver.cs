using Sluice.Ingest.Rpc;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Ingest.Validators;

/// <summary>Asks nodes what they know of every validator, and makes one observation of each of it. One call at a time.</summary>
/// <remarks>
/// Steps: the epoch; vote accounts, which say who there is; then the other parts, each by itself; the epoch again. Where it has changed meanwhile, all is
/// asked once more, since stakes and credits of one epoch do not belong to another. A part that no node gives leaves its fields null, and is tried again
/// the next time; so is each list, which has as many addresses as nodes take at once. What holds for a whole epoch is asked once in it: the leader
/// schedule, and what was paid for the epoch before.
/// </remarks>
public sealed class ValidatorObserver(RpcClient rpc, ValidatorMetrics? metrics, TimeProvider time)
{
    /// <summary>Addresses of one request: as many accounts as a node of Agave gives at once.</summary>
    private const int Batch = 100;

    private const int Attempts = 3;

    private readonly ClusterClient _cluster = new(rpc);
    private readonly Dictionary<Pubkey, InflationReward?> _rewards = [];
    private readonly Dictionary<Pubkey, Pubkey> _tipAccounts = [];
    private List<VoteAccount> _known = [];
    private LeaderSlots? _leaders;
    private ulong? _epoch;

    /// <summary>Is told which part no node gave, and why.</summary>
    public Action<ObservedPart, RpcException>? Refused { get; init; }

    /// <summary>How endpoints are asked for observations: with few repetitions, since the next observation comes soon, and without breakers, which a method
    /// that a node does not offer would open for the others.</summary>
    public static RpcOptions OptionsFor(IReadOnlyList<RpcEndpointAddress> endpoints) => new()
    {
        Endpoints = endpoints,
        Rounds = 3,
        RequestTimeout = TimeSpan.FromSeconds(30),
        HedgeAfter = TimeSpan.FromSeconds(10),
        BreakerRequests = int.MaxValue,
    };

    /// <summary>Observes every validator; empty where nodes do not say who there is.</summary>
    /// <exception cref="RpcException">No node tells the epoch.</exception>
    public async Task<ValidatorObservation[]> ObserveAsync(CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            var observedAt = time.GetUtcNow().ToUnixTimeMilliseconds();
            var (info, source) = await EpochAsync(cancel).ConfigureAwait(false);
            var seen = await ObserveAsync(info, source, observedAt, cancel).ConfigureAwait(false);
            if (attempt < Attempts && await HasChangedAsync(cancel).ConfigureAwait(false)) { continue; }
            metrics?.Observed(seen.Length);
            return seen;
        }
    }

    /// <summary>Whether another epoch has begun since the last observation; false also where no node says.</summary>
    public async Task<bool> HasChangedAsync(CancellationToken cancel)
    {
        try
        {
            return (await _cluster.GetEpochInfoAsync(cancel).ConfigureAwait(false)).Info.Epoch > _epoch;
        }
        catch (RpcException)
        {
            return false;
        }
    }

    private async Task<(EpochInfo Info, string Source)> EpochAsync(CancellationToken cancel)
    {
        try
        {
            var told = await _cluster.GetEpochInfoAsync(cancel).ConfigureAwait(false);
            if (told.Info.Epoch == _epoch) { return told; }
            _epoch = told.Info.Epoch;
            _leaders = null;
            _rewards.Clear();
            _tipAccounts.Clear();
            return told;
        }
        catch (RpcException e)
        {
            Note(ObservedPart.Epoch, e);
            throw;
        }
    }

    private async Task<ValidatorObservation[]> ObserveAsync(EpochInfo info, string source, long observedAt, CancellationToken cancel)
    {
        var told = await PartAsync(ObservedPart.VoteAccounts, () => _cluster.GetVoteAccountsAsync(cancel)).ConfigureAwait(false);

        // Who there was a moment ago is there still, whatever is known of him now.
        var votes = told ?? [.. _known.Select(v => v with { Stake = null, IsDelinquent = null, Commission = null, CommissionBps = null, LastVote = null, Root = null, Credits = [] })];
        if (votes.Count == 0) { return []; }
        _known = votes;
        _leaders ??= await PartAsync(ObservedPart.LeaderSchedule, () => _cluster.GetLeaderScheduleAsync(info.Slot, cancel)).ConfigureAwait(false);
        var production = await PartAsync(ObservedPart.BlockProduction, () => _cluster.GetBlockProductionAsync(cancel)).ConfigureAwait(false);
        var nodes = await PartAsync(ObservedPart.ClusterNodes, () => _cluster.GetClusterNodesAsync(cancel)).ConfigureAwait(false);
        await PartAsync(ObservedPart.InflationRewards, () => AskRewardsAsync(votes, info.Epoch, cancel)).ConfigureAwait(false);
        var tips = new Dictionary<Pubkey, TipDistributionAccount?>();
        await PartAsync(ObservedPart.TipDistributions, () => AskTipsAsync(votes, info.Epoch, tips, cancel)).ConfigureAwait(false);

        var draft = new ObservationDraft(info, source, observedAt)
        {
            Leaders = _leaders,

            // A node that is still, or already, in another epoch counts what is not asked for.
            Production = production?.FirstSlot >= info.FirstSlot ? production : null,
            Nodes = nodes,
            Rewards = _rewards,
            Tips = tips,
        };
        return [.. votes.Select(draft.Of)];
    }

    /// <summary>Asks for what was paid for the epoch before; of each account once an epoch.</summary>
    private async Task<object> AskRewardsAsync(List<VoteAccount> votes, ulong epoch, CancellationToken cancel)
    {
        if (epoch == 0) { return _rewards; }
        foreach (var some in votes.Where(v => !_rewards.ContainsKey(v.Vote)).Select(v => v.Vote).Chunk(Batch))
        {
            var told = await _cluster.GetInflationRewardsAsync(some, epoch - 1, cancel).ConfigureAwait(false);
            for (var i = 0; i < some.Length; i++) { _rewards[some[i]] = told[i]; }
        }

        return _rewards;
    }

    private async Task<object> AskTipsAsync(List<VoteAccount> votes, ulong epoch, Dictionary<Pubkey, TipDistributionAccount?> tips, CancellationToken cancel)
    {
        foreach (var some in votes.Select(v => v.Vote).Chunk(Batch))
        {
            var told = await _cluster.GetTipDistributionsAsync([.. some.Select(v => TipAccountOf(v, epoch))], cancel).ConfigureAwait(false);
            for (var i = 0; i < some.Length; i++) { tips[some[i]] = told[i]; }
        }

        return tips;
    }

    private Pubkey TipAccountOf(Pubkey vote, ulong epoch)
    {
        if (!_tipAccounts.TryGetValue(vote, out var address)) { _tipAccounts[vote] = address = TipDistributionAccount.AddressOf(in vote, epoch); }
        return address;
    }

    /// <summary>A part, or null where no node gives it.</summary>
    private async Task<T?> PartAsync<T>(ObservedPart part, Func<Task<T>> ask)
        where T : class
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (RpcException e)
        {
            Note(part, e);
            return null;
        }
    }

    private void Note(ObservedPart part, RpcException why)
    {
        metrics?.Refused(part);
        Refused?.Invoke(part, why);
    }
}
