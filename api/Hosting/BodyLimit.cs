using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Sluice.Api.Hosting;

/// <summary>Refuses bodies that say they are larger than what is taken, in a way that the caller can read.</summary>
/// <remarks>
/// The server's own limit closes the connection at once, so a caller who is still sending sees a broken pipe in place of the answer. Here the status
/// is given without reading the body, and the server takes in what still comes before it goes on, for some seconds at most. Bodies that do not
/// tell their size have the server's own limit.
/// </remarks>
internal static class BodyLimit
{
    /// <param name="context">Request.</param>
    /// <param name="next">What takes it.</param>
    /// <param name="most">Largest body, bytes.</param>
    public static Task CheckAsync(HttpContext context, RequestDelegate next, long most)
    {
        if (context.Request.ContentLength is not { } length || length <= most) { return next(context); }
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) { size.MaxRequestBodySize = null; }
        context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
        return Task.CompletedTask;
    }
}
