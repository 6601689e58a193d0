using Sluice.Tests.Broker.Core;
using Sluice.Tests.Broker.Protocol;

namespace Sluice.Tests.Broker.Groups;

/// <summary>A name of an assignment strategy with the member's metadata for it: opaque to the broker.</summary>
internal sealed record GroupProtocol(string Name, ReadOnlyMemory<byte> Metadata);

/// <summary>What a member asks for when it joins.</summary>
internal sealed record JoinRequest(
    string MemberId, string? InstanceId, string ClientId, string ClientHost, string ProtocolType, List<GroupProtocol> Protocols,
    TimeSpan SessionTimeout, TimeSpan RebalanceTimeout, bool RequiresKnownMember);

/// <summary>Answer to a join; the members are told to the leader only.</summary>
internal sealed record JoinResult(
    ErrorCode Error, string MemberId, int Generation = -1, string? ProtocolType = null, string? Protocol = null, string Leader = "",
    IReadOnlyList<GroupMember>? Members = null);

internal sealed record SyncResult(ErrorCode Error, string? ProtocolType = null, string? Protocol = null, ReadOnlyMemory<byte> Assignment = default);

/// <summary>One member of a group.</summary>
internal sealed class GroupMember(string id, JoinRequest request, Deadline session)
{
    public string Id { get; } = id;

    public string? InstanceId { get; } = request.InstanceId;

    public string ClientId { get; } = request.ClientId;

    public string ClientHost { get; } = request.ClientHost;

    public List<GroupProtocol> Protocols { get; private set; } = request.Protocols;

    public TimeSpan SessionTimeout { get; private set; } = request.SessionTimeout;

    public TimeSpan RebalanceTimeout { get; private set; } = request.RebalanceTimeout;

    public ReadOnlyMemory<byte> Assignment { get; set; }

    public bool HasSynced { get; set; }

    public TaskCompletionSource<JoinResult>? Joining { get; private set; }

    public TaskCompletionSource<SyncResult>? Syncing { get; private set; }

    /// <summary>Whether this is what the member said when it last joined.</summary>
    public bool Matches(List<GroupProtocol> protocols) =>
        Protocols.Count == protocols.Count
        && Protocols.Zip(protocols).All(pair => pair.First.Name == pair.Second.Name
            && pair.First.Metadata.Span.SequenceEqual(pair.Second.Metadata.Span));

    public ReadOnlyMemory<byte> Metadata(string? protocol) =>
        Protocols.Find(one => one.Name == protocol)?.Metadata ?? ReadOnlyMemory<byte>.Empty;

    public void Update(JoinRequest request)
    {
        Protocols = request.Protocols;
        SessionTimeout = request.SessionTimeout;
        RebalanceTimeout = request.RebalanceTimeout;
    }

    /// <summary>Starts to wait for the rebalance. A member that waits is alive, however long that takes.</summary>
    public Task<JoinResult> StartJoining()
    {
        _ = Joining?.TrySetCanceled();
        session.Clear();
        Joining = new TaskCompletionSource<JoinResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        return Joining.Task;
    }

    public Task<SyncResult> StartSyncing()
    {
        _ = Syncing?.TrySetCanceled();
        session.Clear();
        Syncing = new TaskCompletionSource<SyncResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        return Syncing.Task;
    }

    public void Joined(JoinResult result)
    {
        _ = Joining?.TrySetResult(result);
        Joining = null;
        KeepAlive();
    }

    public void Synced(SyncResult result)
    {
        _ = Syncing?.TrySetResult(result);
        Syncing = null;
        KeepAlive();
    }

    /// <summary>Starts the session time-out anew.</summary>
    public void KeepAlive() => session.Set(SessionTimeout);

    /// <summary>Answers what the member waits for, for it is no longer one.</summary>
    public void Dismiss(ErrorCode error)
    {
        _ = Joining?.TrySetResult(new JoinResult(error, Id));
        _ = Syncing?.TrySetResult(new SyncResult(error));
        (Joining, Syncing) = (null, null);
        session.Dispose();
    }
}
