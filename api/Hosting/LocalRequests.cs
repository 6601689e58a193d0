using Microsoft.AspNetCore.Http;

namespace Sluice.Api.Hosting;

/// <summary>Lets only requests through that name this machine, and sets the headers that every answer has.</summary>
/// <remarks>
/// Listening on loopback keeps other machines out, but not a web page that the user has open: a name of its own that
/// resolves to 127.0.0.1 would make it of one origin with the api (DNS rebinding). The Host header gives it away.
/// </remarks>
internal static class LocalRequests
{
    public static Task Check(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
        return IsLocal(context.Request.Host.Host) ? next(context) : Problems.ForeignHost().ExecuteAsync(context);
    }

    private static bool IsLocal(string host) => host is "localhost" or "127.0.0.1" or "[::1]";
}
