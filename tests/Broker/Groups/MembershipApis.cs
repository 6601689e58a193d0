using Sluice.Tests.Broker.Core;
using Sluice.Tests.Broker.Protocol;

namespace Sluice.Tests.Broker.Groups;

/// <summary>Heartbeat, versions 0 to 4, and LeaveGroup, versions 0 to 4.</summary>
internal static class MembershipApis
{
    public static void Heartbeat(Cluster cluster, Request request, ResponseWriter w)
    {
        var r = request.Body;
        var groupId = r.String();
        var generation = r.Int32();
        var memberId = r.String();
        var instanceId = request.Version >= 3 ? r.NullableString() : null;
        var error = request.Injected != ErrorCode.None ? request.Injected
            : cluster.Groups.Find(groupId)?.Heartbeat(memberId, instanceId, generation) ?? ErrorCode.UnknownMemberId;
        if (request.Version >= 1) { w.Throttle(); }
        w.Error(error);
        w.Tags();
    }

    public static void Leave(Cluster cluster, Request request, ResponseWriter w)
    {
        const short batched = 3;
        var r = request.Body;
        var version = request.Version;
        var group = cluster.Groups.Find(r.String());
        var leaving = version < batched ? [(r.String(), null)] : r.Array(r =>
        {
            var one = (MemberId: r.String(), InstanceId: r.NullableString());
            r.Tags();
            return one;
        });
        var results = new List<(string MemberId, string? InstanceId, ErrorCode Error)>();
        foreach (var (memberId, instanceId) in leaving)
        {
            var error = request.Injected != ErrorCode.None ? request.Injected
                : group?.Leave(memberId, instanceId) ?? ErrorCode.UnknownMemberId;
            results.Add((memberId, instanceId, error));
        }

        if (version >= 1) { w.Throttle(); }
        w.Error(version < batched ? results[0].Error : request.Injected);
        if (version >= batched)
        {
            w.Array(results, result =>
            {
                w.String(result.MemberId);
                w.String(result.InstanceId);
                w.Error(result.Error);
                w.Tags();
            });
        }

        w.Tags();
    }
}
