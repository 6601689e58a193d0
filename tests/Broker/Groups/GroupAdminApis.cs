using Sluice.Tests.Broker.Core;
using Sluice.Tests.Broker.Protocol;

namespace Sluice.Tests.Broker.Groups;

/// <summary>ListGroups 0 to 4, DescribeGroups 0 to 5, DeleteGroups 0 to 1.</summary>
internal static class GroupAdminApis
{
    private const int NoOperations = int.MinValue;

    public static void List(Cluster cluster, Request request, ResponseWriter w)
    {
        var version = request.Version;
        var states = version >= 4 ? request.Body.Array(r => r.String()) : [];
        if (version >= 1) { w.Throttle(); }
        w.Error(request.Injected);
        var groups = request.Injected != ErrorCode.None ? []
            : cluster.Groups.All.Where(group => states.Count == 0 || states.Contains(group.State.ToString())).ToList();
        w.Array(groups, group =>
        {
            w.String(group.Id);
            w.String(group.ProtocolType ?? "");
            if (version >= 4) { w.String(group.State.ToString()); }
            w.Tags();
        });
        w.Tags();
    }

    public static void Describe(Cluster cluster, Request request, ResponseWriter w)
    {
        var version = request.Version;
        var ids = request.Body.Array(r => r.String());
        if (version >= 1) { w.Throttle(); }
        w.Array(ids, id =>
        {
            var group = request.Injected == ErrorCode.None ? cluster.Groups.Find(id) : null;
            w.Error(request.Injected);
            w.String(id);
            w.String((group?.State ?? GroupState.Dead).ToString());
            w.String(group?.ProtocolType ?? "");
            w.String(group?.State == GroupState.Stable ? group.Protocol : "");
            w.Array(group?.Members ?? [], member =>
            {
                w.String(member.Id);
                if (version >= 4) { w.String(member.InstanceId); }
                w.String(member.ClientId);
                w.String(member.ClientHost);
                w.Bytes(member.Metadata(group!.Protocol).Span);
                w.Bytes(member.Assignment.Span);
                w.Tags();
            });
            if (version >= 3) { w.Int32(NoOperations); }
            w.Tags();
        });
        w.Tags();
    }

    public static void Delete(Cluster cluster, Request request, ResponseWriter w)
    {
        var ids = request.Body.Array(r => r.String());
        w.Throttle();
        w.Array(ids, id =>
        {
            w.String(id);
            w.Error(request.Injected != ErrorCode.None ? request.Injected : Delete(cluster, id));
        });
    }

    private static ErrorCode Delete(Cluster cluster, string id)
    {
        if (cluster.Groups.Find(id) is not { } group) { return ErrorCode.GroupIdNotFound; }
        if (!group.TryKill()) { return ErrorCode.NonEmptyGroup; }
        cluster.Groups.Remove(id);
        return ErrorCode.None;
    }
}
