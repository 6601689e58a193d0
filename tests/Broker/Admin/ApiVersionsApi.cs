using Sluice.Tests.Broker.Protocol;

namespace Sluice.Tests.Broker.Admin;

/// <summary>ApiVersions, versions 0 to 3.</summary>
internal static class ApiVersionsApi
{
    public static void Handle(Request request, ResponseWriter w)
    {
        w.Error(request.Injected);
        w.Array(ApiVersionTable.Rows, row =>
        {
            w.Int16((short)row.Key);
            w.Int16(row.Min);
            w.Int16(row.Max);
            w.Tags();
        });
        if (request.Version >= 1) { w.Throttle(); }
        w.Tags();
    }

    /// <summary>The answer to a version that is too new: in version 0, with the versions that would do (KIP-511).</summary>
    public static ResponseWriter Refuse(int correlationId)
    {
        var w = new ResponseWriter(flexible: false);
        w.Int32(correlationId);
        w.Error(ErrorCode.UnsupportedVersion);
        w.Array(ApiVersionTable.Rows, row =>
        {
            w.Int16((short)row.Key);
            w.Int16(row.Min);
            w.Int16(row.Max);
        });
        return w;
    }
}
