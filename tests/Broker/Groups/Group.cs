using Sluice.Tests.Broker.Core;
using Sluice.Tests.Broker.Protocol;

namespace Sluice.Tests.Broker.Groups;

internal enum GroupState
{
    Empty,
    PreparingRebalance,
    CompletingRebalance,
    Stable,
    Dead,
}

/// <summary>One consumer group: who is in it, and how it comes to an assignment.</summary>
/// <remarks>
/// A rebalance: (1) somebody joins, leaves or is silent for its session time-out; members learn it from their heartbeats.
/// (2) Everybody joins again; who has not when the longest rebalance time-out is over is put out. (3) The generation goes
/// up, and the leader is told the members. (4) The leader's assignment comes with its sync; everybody gets a share.
/// Source: Apache Kafka's documentation of the group protocol; KIP-62, KIP-345 (static members), KIP-394 (member ids).
/// </remarks>
internal sealed class Group
{
    private readonly Cluster _cluster;
    private readonly Deadline _joinDeadline, _syncDeadline;
    private readonly Dictionary<string, GroupMember> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Deadline> _pending = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _staticMembers = new(StringComparer.Ordinal);
    private string? _leader;
    private bool _waitsForFirstMembers;

    public Group(Cluster cluster, string id)
    {
        (_cluster, Id) = (cluster, id);
        _joinDeadline = new Deadline(cluster, CompleteJoin);
        _syncDeadline = new Deadline(cluster, PutOutWhoDidNotSync);
    }

    public string Id { get; }

    public GroupState State { get; private set; }

    public int Generation { get; private set; }

    public string? ProtocolType { get; private set; }

    public string? Protocol { get; private set; }

    public GroupOffsets Offsets { get; } = new();

    public IReadOnlyCollection<GroupMember> Members => _members.Values;

    public Task<JoinResult> Join(JoinRequest request)
    {
        var error = CheckJoin(request);
        if (error != ErrorCode.None) { return Task.FromResult(new JoinResult(error, request.MemberId)); }
        if (request.MemberId.Length == 0) { return JoinUnknown(request); }
        if (RemovePending(request.MemberId)) { return JoinNew(request.MemberId, request); }
        if (!_members.TryGetValue(request.MemberId, out var member))
        {
            return Task.FromResult(new JoinResult(ErrorCode.UnknownMemberId, request.MemberId));
        }

        var unchanged = member.Matches(request.Protocols);
        var answersNow = unchanged && (State == GroupState.CompletingRebalance || (State == GroupState.Stable && member.Id != _leader));
        if (answersNow)
        {
            // The answer of the last rebalance got lost, or a follower asks without a reason: nothing changes.
            member.KeepAlive();
            return Task.FromResult(CurrentGeneration(member));
        }

        member.Update(request);
        var joined = member.StartJoining();
        if (State != GroupState.PreparingRebalance) { PrepareRebalance(); } else { TryCompleteJoin(); }
        return joined;
    }

    public Task<SyncResult> Sync(
        string memberId, string? instanceId, int generation, string? protocolType, string? protocol,
        List<(string MemberId, ReadOnlyMemory<byte> Assignment)> assignments)
    {
        var error = CheckMember(memberId, instanceId, generation);
        if (error == ErrorCode.None && ((protocolType is not null && protocolType != ProtocolType) || (protocol is not null && protocol != Protocol)))
        {
            error = ErrorCode.InconsistentGroupProtocol;
        }

        if (error == ErrorCode.None && State == GroupState.PreparingRebalance) { error = ErrorCode.RebalanceInProgress; }
        if (error != ErrorCode.None) { return Task.FromResult(new SyncResult(error)); }
        var member = _members[memberId];
        member.HasSynced = true;
        if (State == GroupState.Stable)
        {
            member.KeepAlive();
            StopSyncDeadline();
            return Task.FromResult(Share(member));
        }

        var synced = member.StartSyncing();
        if (memberId != _leader) { return synced; }
        foreach (var one in _members.Values) { one.Assignment = ReadOnlyMemory<byte>.Empty; }
        foreach (var (id, assignment) in assignments)
        {
            if (_members.TryGetValue(id, out var one)) { one.Assignment = assignment.ToArray(); }
        }

        State = GroupState.Stable;
        foreach (var one in _members.Values)
        {
            if (one.Syncing is not null) { one.Synced(Share(one)); }
        }

        StopSyncDeadline();
        return synced;
    }

    public ErrorCode Heartbeat(string memberId, string? instanceId, int generation)
    {
        var error = CheckMember(memberId, instanceId, generation);
        if (error != ErrorCode.None) { return error; }
        _members[memberId].KeepAlive();
        return State == GroupState.PreparingRebalance ? ErrorCode.RebalanceInProgress : ErrorCode.None;
    }

    public ErrorCode Leave(string memberId, string? instanceId)
    {
        if (instanceId is not null)
        {
            if (!_staticMembers.TryGetValue(instanceId, out var current)) { return ErrorCode.UnknownMemberId; }
            if (memberId.Length > 0 && memberId != current) { return ErrorCode.FencedInstanceId; }
            memberId = current;
        }

        if (RemovePending(memberId))
        {
            TryCompleteJoin();
            return ErrorCode.None;
        }

        if (!_members.TryGetValue(memberId, out var member)) { return ErrorCode.UnknownMemberId; }
        Remove(member, ErrorCode.UnknownMemberId);
        return ErrorCode.None;
    }

    /// <summary>Whether somebody may commit offsets: a member of this generation, or anybody while the group is empty.</summary>
    /// <param name="inTransaction">Producers older than KIP-447 commit without saying whose offsets they are.</param>
    public ErrorCode CheckCommit(string memberId, string? instanceId, int generation, bool inTransaction)
    {
        if (generation < 0 && memberId.Length == 0 && instanceId is null)
        {
            return State == GroupState.Empty || inTransaction ? ErrorCode.None : ErrorCode.UnknownMemberId;
        }

        var error = CheckMember(memberId, instanceId, generation);
        if (error != ErrorCode.None || inTransaction) { return error; }
        _members[memberId].KeepAlive();
        return State == GroupState.CompletingRebalance ? ErrorCode.RebalanceInProgress : ErrorCode.None;
    }

    /// <summary>Ends the group; true when it had no members.</summary>
    public bool TryKill()
    {
        if (State is not GroupState.Empty || _pending.Count > 0) { return false; }
        State = GroupState.Dead;
        _joinDeadline.Dispose();
        _syncDeadline.Dispose();
        return true;
    }

    /// <summary>Gives every member a new session, as a coordinator does that has come back.</summary>
    public void RenewSessions()
    {
        foreach (var member in _members.Values)
        {
            if (member.Joining is null && member.Syncing is null) { member.KeepAlive(); }
        }
    }

    private ErrorCode CheckJoin(JoinRequest request)
    {
        var options = _cluster.Options;
        if (request.SessionTimeout < options.MinSessionTimeout || request.SessionTimeout > options.MaxSessionTimeout)
        {
            return ErrorCode.InvalidSessionTimeout;
        }

        if (request.ProtocolType.Length == 0 || request.Protocols.Count == 0) { return ErrorCode.InconsistentGroupProtocol; }
        if (_members.Count > 0 && (request.ProtocolType != ProtocolType || !request.Protocols.Exists(protocol => AllSupport(protocol.Name))))
        {
            return ErrorCode.InconsistentGroupProtocol;
        }

        return request.MemberId.Length > 0 && request.InstanceId is { } instance && _staticMembers.TryGetValue(instance, out var current)
            && current != request.MemberId ? ErrorCode.FencedInstanceId : ErrorCode.None;
    }

    private Task<JoinResult> JoinUnknown(JoinRequest request)
    {
        var id = $"{request.InstanceId ?? request.ClientId}-{Guid.NewGuid()}";
        if (request.InstanceId is { } instance)
        {
            return _staticMembers.TryGetValue(instance, out var oldId) ? Replace(_members[oldId], id, request) : JoinNew(id, request);
        }

        if (!request.RequiresKnownMember) { return JoinNew(id, request); }
        var deadline = new Deadline(_cluster, () =>
        {
            _ = RemovePending(id);
            TryCompleteJoin();
        });
        deadline.Set(request.SessionTimeout);
        _pending.Add(id, deadline);
        return Task.FromResult(new JoinResult(ErrorCode.MemberIdRequired, id));
    }

    private Task<JoinResult> JoinNew(string id, JoinRequest request)
    {
        var joined = Add(id, request).StartJoining();
        if (State != GroupState.PreparingRebalance) { PrepareRebalance(); } else { TryCompleteJoin(); }
        return joined;
    }

    /// <summary>A static member is back under a new id; nothing is rebalanced unless it wants something else now.</summary>
    private Task<JoinResult> Replace(GroupMember old, string id, JoinRequest request)
    {
        var oldLeader = _leader;
        var keepsShare = State == GroupState.Stable && old.Matches(request.Protocols);
        _members.Remove(old.Id);
        old.Dismiss(ErrorCode.FencedInstanceId);
        var member = Add(id, request);
        (member.Assignment, member.HasSynced) = (old.Assignment, old.HasSynced);
        if (_leader == old.Id) { _leader = id; }
        if (keepsShare)
        {
            member.KeepAlive();

            // Under the old leader's name, so that a leader that is back does not assign anew.
            return Task.FromResult(CurrentGeneration(member) with { Leader = oldLeader ?? "", Members = [] });
        }

        var joined = member.StartJoining();
        if (State != GroupState.PreparingRebalance) { PrepareRebalance(); } else { TryCompleteJoin(); }
        return joined;
    }

    private GroupMember Add(string id, JoinRequest request)
    {
        var session = new Deadline(_cluster, () => Expire(id));
        var member = new GroupMember(id, request, session);
        if (_members.Count == 0) { ProtocolType = request.ProtocolType; }
        _members.Add(id, member);
        if (request.InstanceId is { } instance) { _staticMembers[instance] = id; }
        _leader ??= id;
        return member;
    }

    private void Expire(string id)
    {
        if (_members.TryGetValue(id, out var member) && member.Joining is null && member.Syncing is null)
        {
            Remove(member, ErrorCode.UnknownMemberId);
        }
    }

    private void Remove(GroupMember member, ErrorCode why)
    {
        Forget(member, why);
        if (State is GroupState.Stable or GroupState.CompletingRebalance) { PrepareRebalance(); } else { TryCompleteJoin(); }
    }

    private void Forget(GroupMember member, ErrorCode why)
    {
        _members.Remove(member.Id);
        if (member.InstanceId is { } instance && _staticMembers.GetValueOrDefault(instance) == member.Id) { _staticMembers.Remove(instance); }
        member.Dismiss(why);
        if (_leader == member.Id) { _leader = _members.Keys.FirstOrDefault(); }
    }

    private bool RemovePending(string id)
    {
        if (!_pending.Remove(id, out var deadline)) { return false; }
        deadline.Dispose();
        return true;
    }

    private void PrepareRebalance()
    {
        var wasEmpty = State == GroupState.Empty;
        State = GroupState.PreparingRebalance;
        _syncDeadline.Clear();
        foreach (var member in _members.Values)
        {
            if (member.Syncing is not null) { member.Synced(new SyncResult(ErrorCode.RebalanceInProgress)); }
        }

        _waitsForFirstMembers = wasEmpty && _cluster.Options.InitialRebalanceDelay > TimeSpan.Zero;
        _joinDeadline.Set(_waitsForFirstMembers ? _cluster.Options.InitialRebalanceDelay : LongestRebalance());
        TryCompleteJoin();
    }

    private void TryCompleteJoin()
    {
        if (State != GroupState.PreparingRebalance || _waitsForFirstMembers || _pending.Count > 0) { return; }
        if (_members.Values.All(member => member.Joining is not null)) { CompleteJoin(); }
    }

    private void CompleteJoin()
    {
        if (State != GroupState.PreparingRebalance) { return; }
        _joinDeadline.Clear();
        _waitsForFirstMembers = false;
        foreach (var late in _members.Values.Where(member => member.Joining is null && member.InstanceId is null).ToList())
        {
            Forget(late, ErrorCode.UnknownMemberId);
        }

        Generation++;
        if (_members.Count == 0)
        {
            (State, Protocol, _leader) = (GroupState.Empty, null, null);
            return;
        }

        if (_leader is null || _members[_leader].Joining is null)
        {
            _leader = _members.Values.FirstOrDefault(member => member.Joining is not null)?.Id ?? _leader;
        }

        Protocol = SelectProtocol();
        State = GroupState.CompletingRebalance;
        _syncDeadline.Set(LongestRebalance());
        foreach (var member in _members.Values)
        {
            member.HasSynced = false;
            if (member.Joining is not null) { member.Joined(CurrentGeneration(member)); }
        }
    }

    private void PutOutWhoDidNotSync()
    {
        foreach (var member in _members.Values.Where(member => !member.HasSynced).ToList()) { Forget(member, ErrorCode.UnknownMemberId); }
        PrepareRebalance();
    }

    private void StopSyncDeadline()
    {
        if (_members.Values.All(member => member.HasSynced)) { _syncDeadline.Clear(); }
    }

    private ErrorCode CheckMember(string memberId, string? instanceId, int generation)
    {
        if (State == GroupState.Dead) { return ErrorCode.UnknownMemberId; }
        if (instanceId is not null)
        {
            if (!_staticMembers.TryGetValue(instanceId, out var current)) { return ErrorCode.UnknownMemberId; }
            if (current != memberId) { return ErrorCode.FencedInstanceId; }
        }

        if (!_members.ContainsKey(memberId)) { return ErrorCode.UnknownMemberId; }
        return generation == Generation ? ErrorCode.None : ErrorCode.IllegalGeneration;
    }

    private JoinResult CurrentGeneration(GroupMember member) => new(
        ErrorCode.None, member.Id, Generation, ProtocolType, Protocol, _leader ?? "", member.Id == _leader ? [.. _members.Values] : []);

    private SyncResult Share(GroupMember member) => new(ErrorCode.None, ProtocolType, Protocol, member.Assignment);

    private TimeSpan LongestRebalance() => _members.Count == 0 ? TimeSpan.Zero : _members.Values.Max(member => member.RebalanceTimeout);

    private bool AllSupport(string protocol) => _members.Values.All(member => member.Protocols.Exists(one => one.Name == protocol));

    /// <summary>The strategy that all know and most prefer.</summary>
    private string SelectProtocol() => _members.Values
        .Select(member => member.Protocols.First(protocol => AllSupport(protocol.Name)).Name)
        .GroupBy(name => name)
        .OrderByDescending(votes => votes.Count())
        .First().Key;
}
