using Microsoft.AspNetCore.Http;

namespace Sluice.Api.Statements;

/// <summary>Which page sent a request, as the browser tells.</summary>
internal static class CallersSite
{
    /// <summary>A page that the user happens to have open must not reach into the store through the user's browser.</summary>
    public static bool IsForeign(HttpRequest request)
    {
        if (request.Headers.Origin is [{ Length: > 0 } origin]) { return origin != $"{request.Scheme}://{request.Host}"; }
        return request.Headers.TryGetValue("Sec-Fetch-Site", out var site) && site != "same-origin" && site != "none";
    }
}
