using Sluice.Tests.Broker.Core;
using Sluice.Tests.Broker.Protocol;

namespace Sluice.Tests.Broker.Groups;

/// <summary>SyncGroup, versions 0 to 5. The answer of a follower waits for the leader's assignment.</summary>
internal static class SyncGroupApi
{
    public static async Task HandleAsync(Cluster cluster, Request request, ResponseWriter w, CancellationToken ct)
    {
        var r = request.Body;
        var version = request.Version;
        var groupId = r.String();
        var generation = r.Int32();
        var memberId = r.String();
        var instanceId = version >= 3 ? r.NullableString() : null;
        var protocolType = version >= 5 ? r.NullableString() : null;
        var protocol = version >= 5 ? r.NullableString() : null;
        var assignments = r.Array(r =>
        {
            var assignment = (r.String(), r.Bytes());
            r.Tags();
            return assignment;
        });

        Task<SyncResult> syncing;
        lock (cluster.Gate)
        {
            syncing = request.Injected != ErrorCode.None ? Task.FromResult(new SyncResult(request.Injected))
                : cluster.Groups.Find(groupId) is not { } group ? Task.FromResult(new SyncResult(ErrorCode.UnknownMemberId))
                : group.Sync(memberId, instanceId, generation, protocolType, protocol, assignments);
        }

        var synced = await syncing.WaitAsync(ct);
        if (version >= 1) { w.Throttle(); }
        w.Error(synced.Error);
        if (version >= 5)
        {
            w.String(synced.ProtocolType);
            w.String(synced.Protocol);
        }

        w.Bytes(synced.Assignment.Span);
        w.Tags();
    }
}
