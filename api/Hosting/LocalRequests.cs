using Microsoft.AspNetCore.Http;

namespace Sluice.Api.Hosting;

/// <summary>Lets only requests through that name this machine or a host that was allowed, and sets the headers that every answer has.</summary>
/// <remarks>
/// Listening on loopback keeps other machines out, but not a web page that the user has open: a name of its own that
/// resolves to 127.0.0.1 would make it of one origin with the api (DNS rebinding). The Host header gives it away.
/// </remarks>
internal static class LocalRequests
{
    private static readonly IReadOnlySet<string> ThisMachineOnly = new HashSet<string>();

    public static Task Check(HttpContext context, RequestDelegate next) => CheckAsync(context, next, ThisMachineOnly);

    /// <param name="hosts">Further names that are let through.</param>
    public static Task CheckAsync(HttpContext context, RequestDelegate next, IReadOnlySet<string> hosts)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
        var host = context.Request.Host.Host;
        return IsLocal(host) || hosts.Contains(host) ? next(context) : Problems.ForeignHost().ExecuteAsync(context);
    }

    private static bool IsLocal(string host) => host is "localhost" or "127.0.0.1" or "[::1]";
}
