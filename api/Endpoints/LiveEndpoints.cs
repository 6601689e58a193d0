using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Sluice.Api.Feed;
using Sluice.Api.Statements;
using Sluice.Api.Status;

namespace Sluice.Api.Endpoints;

/// <summary>What happens now: the live feed and the process's status.</summary>
internal static class LiveEndpoints
{
    private const string LastEventId = "Last-Event-ID";

    public static void MapLive(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/status", GetStatus).WithTags("Live").WithName(nameof(GetStatus)).ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapGet("/api/v1/live", ReadLive).WithTags("Live").WithName(nameof(ReadLive)).WithMetadata(FeedRequest.Parameters)
            .Produces<string>(StatusCodes.Status200OK, FeedStream.MediaType)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .DisableRequestTimeout();
        routes.MapGet("/ws/live", ConnectLive).WithTags("Live").WithName(nameof(ConnectLive)).WithMetadata(FeedRequest.Parameters)
            .Produces(StatusCodes.Status101SwitchingProtocols)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status426UpgradeRequired).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .DisableRequestTimeout();
    }

    /// <summary>Says how the process that follows the chain stands: slots, lag, gaps, endpoints, findings of the last minute.</summary>
    internal static Results<Ok<LiveStatus>, ProblemHttpResult> GetStatus(LiveServices live) =>
        live.Status is { } source ? TypedResults.Ok(source.Read()) : Problems.NotLive();

    /// <summary>Sends findings and blocks as server-sent events, as they come: a snapshot, then changes.</summary>
    internal static async Task ReadLive(HttpContext http, LiveServices live, IHostApplicationLifetime lifetime)
    {
        if (!TryBegin(http, live, "sse", out var feed, out var request, out var problem, out var reader))
        {
            await problem!.ExecuteAsync(http);
            return;
        }

        using (reader)
        using (lifetime.ApplicationStopping.Register(() => reader.Cut(FeedCut.Ending)))
        {
            http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            await new FeedStream(feed, reader, http.Response).RunAsync(request, http.RequestAborted);
        }
    }

    /// <summary>Sends the same over a WebSocket, on which subscriptions can be added and ended.</summary>
    internal static async Task ConnectLive(HttpContext http, LiveServices live, IHostApplicationLifetime lifetime)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            await (live.Feed is null ? Problems.NotLive() : Problems.UpgradeRequired()).ExecuteAsync(http);
            return;
        }

        // A WebSocket is not bound to one origin by the browser.
        if (CallersSite.IsForeign(http.Request))
        {
            await Problems.ForeignReader().ExecuteAsync(http);
            return;
        }

        if (!TryBegin(http, live, "ws", out var feed, out var request, out var problem, out var reader))
        {
            await problem!.ExecuteAsync(http);
            return;
        }

        using (reader)
        using (lifetime.ApplicationStopping.Register(() => reader.Cut(FeedCut.Ending)))
        {
            using var socket = await http.WebSockets.AcceptWebSocketAsync();
            await new FeedSocket(feed, reader, socket).RunAsync(request, http.RequestAborted);
        }
    }

    private static bool TryBegin(
        HttpContext http, LiveServices live, string transport, out LiveFeed feed, out FeedRequest request, out ProblemHttpResult? problem, out FeedReader reader)
    {
        (feed, request, reader) = (live.Feed!, null!, null!);
        problem = live.Feed is null ? Problems.NotLive() : null;
        if (problem is not null || !FeedRequest.TryRead(http.Request.Query, feed.Options, out request!, out problem)) { return false; }

        // A browser's EventSource comes back with the last id that it saw, by itself; it is newer than what its URL says.
        if (http.Request.Headers[LastEventId] is [{ } last] && FeedPosition.TryParse(last, out var position)) { request = request with { Since = position }; }
        if (feed.TryConnect(transport) is { } connected)
        {
            reader = connected;
            return true;
        }

        http.Response.Headers.RetryAfter = "5";
        problem = Problems.Busy($"The live feed has {feed.Options.MaxReaders} readers already: try again later.");
        return false;
    }
}
