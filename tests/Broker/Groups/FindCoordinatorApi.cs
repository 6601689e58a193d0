using Sluice.Tests.Broker.Core;
using Sluice.Tests.Broker.Protocol;

namespace Sluice.Tests.Broker.Groups;

/// <summary>FindCoordinator, versions 0 to 3: the one node coordinates every group and every transaction.</summary>
internal static class FindCoordinatorApi
{
    public static void Handle(Cluster cluster, Request request, ResponseWriter w)
    {
        const sbyte group = 0, transaction = 1;
        var r = request.Body;
        var key = r.String();
        var type = request.Version >= 1 ? r.Int8() : group;
        var error = request.Injected != ErrorCode.None ? request.Injected
            : type is not (group or transaction) || key.Length == 0 ? ErrorCode.InvalidRequest : ErrorCode.None;
        var found = error == ErrorCode.None;
        if (request.Version >= 1) { w.Throttle(); }
        w.Error(error);
        if (request.Version >= 1) { w.String(null); } // error text
        w.Int32(found ? Cluster.NodeId : -1);
        w.String(found ? Cluster.Host : "");
        w.Int32(found ? cluster.Port : -1);
        w.Tags();
    }
}
