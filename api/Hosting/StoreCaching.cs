using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Net.Http.Headers;
using Sluice.Api.Queries;

namespace Sluice.Api.Hosting;

/// <summary>Keeps answers for as long as the store stays as it is, here and at the caller.</summary>
/// <remarks>
/// The store's generation is part of the key of a cached answer and is its ETag. So an answer is never older than
/// <see cref="ApiOptions.CacheFreshness"/>, and a caller that has it already gets 304 and no body.
/// </remarks>
internal static class StoreCaching
{
    /// <summary>Name of the output-cache policy.</summary>
    public const string Policy = "store";

    /// <summary>Answers of a state that is gone are never asked for again; this only lets go of their memory.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    public static void Configure(OutputCachePolicyBuilder policy) => policy
        .Expire(Kept)
        .VaryByValue(static async (http, cancellationToken) =>
        {
            var state = await StateOf(http).CurrentAsync(cancellationToken);
            return new KeyValuePair<string, string>("generation", state.Generation);
        });

    /// <summary>Adds the headers to good answers, and answers 304 where the caller has the answer.</summary>
    public static async ValueTask<object?> AddHeaders(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var state = await StateOf(http).CurrentAsync(http.RequestAborted);
        var tag = new EntityTagHeaderValue($"\"{state.Generation}\"", isWeak: true);
        var isKnown = http.Request.GetTypedHeaders().IfNoneMatch.Any(t => t.Compare(tag, useStrongComparison: false));
        var result = isKnown ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : await next(context);
        if (StatusOf(result) is StatusCodes.Status200OK or StatusCodes.Status304NotModified)
        {
            var headers = http.Response.GetTypedHeaders();
            headers.ETag = tag;
            headers.CacheControl = new CacheControlHeaderValue { Public = true, NoCache = true };
        }

        return result;
    }

    private static StoreState StateOf(HttpContext http) =>
        (StoreState)http.RequestServices.GetService(typeof(StoreState))!;

    private static int? StatusOf(object? result) => result switch
    {
        INestedHttpResult nested => StatusOf(nested.Result),
        IStatusCodeHttpResult coded => coded.StatusCode,
        _ => null,
    };
}
