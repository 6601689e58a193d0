using Sluice.Tests.Broker.Core;
using Sluice.Tests.Broker.Protocol;

namespace Sluice.Tests.Broker.Groups;

/// <summary>JoinGroup, versions 0 to 7. The answer waits until the rebalance is done.</summary>
internal static class JoinGroupApi
{
    public static async Task HandleAsync(Cluster cluster, Request request, ResponseWriter w, CancellationToken ct)
    {
        var r = request.Body;
        var version = request.Version;
        var groupId = r.String();
        var session = TimeSpan.FromMilliseconds(r.Int32());
        var rebalance = version >= 1 ? TimeSpan.FromMilliseconds(r.Int32()) : session;
        var memberId = r.String();
        var instanceId = version >= 5 ? r.NullableString() : null;
        var protocolType = r.String();
        var protocols = r.Array(r =>
        {
            var protocol = new GroupProtocol(r.String(), r.Bytes());
            r.Tags();
            return protocol;
        });
        var join = new JoinRequest(
            memberId, instanceId, request.ClientId, request.ClientHost, protocolType, protocols, session, rebalance,
            RequiresKnownMember: version >= 4);

        Task<JoinResult> joining;
        lock (cluster.Gate)
        {
            joining = request.Injected != ErrorCode.None ? Task.FromResult(new JoinResult(request.Injected, memberId))
                : groupId.Length == 0 ? Task.FromResult(new JoinResult(ErrorCode.InvalidGroupId, memberId))
                : memberId.Length > 0 && cluster.Groups.Find(groupId) is null
                    ? Task.FromResult(new JoinResult(ErrorCode.UnknownMemberId, memberId))
                : cluster.Groups.FindOrCreate(groupId).Join(join);
        }

        var joined = await joining.WaitAsync(ct);
        lock (cluster.Gate) { Write(w, version, joined); }
    }

    private static void Write(ResponseWriter w, short version, JoinResult joined)
    {
        if (version >= 2) { w.Throttle(); }
        w.Error(joined.Error);
        w.Int32(joined.Generation);
        if (version >= 7) { w.String(joined.ProtocolType); }
        w.String(version >= 7 ? joined.Protocol : joined.Protocol ?? "");
        w.String(joined.Leader);
        w.String(joined.MemberId);
        w.Array(joined.Members ?? [], member =>
        {
            w.String(member.Id);
            if (version >= 5) { w.String(member.InstanceId); }
            w.Bytes(member.Metadata(joined.Protocol).Span);
            w.Tags();
        });
        w.Tags();
    }
}
