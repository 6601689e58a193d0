using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Sluice.Api;

/// <summary>The api's errors, as problem details of RFC 9457. Each says what to do; <c>type</c> is stable.</summary>
internal static class Problems
{
    private const string TypePrefix = "urn:sluice:problem:";

    public static ProblemHttpResult UnknownParameter(string name, IReadOnlyList<string> known) => Of(
        "unknown-parameter", StatusCodes.Status400BadRequest, "Unknown parameter",
        known.Count == 0
            ? $"'{name}' is not a parameter here; this resource takes none."
            : $"'{name}' is not a parameter here; known are {string.Join(", ", known)}.",
        name);

    public static ProblemHttpResult RepeatedParameter(string name) => Of(
        "repeated-parameter", StatusCodes.Status400BadRequest, "Repeated parameter", $"Give '{name}' once.", name);

    /// <param name="expected">What a good value is, as the end of a sentence that begins with "must be".</param>
    public static ProblemHttpResult InvalidParameter(string name, string value, string expected) => Of(
        "invalid-parameter", StatusCodes.Status400BadRequest, "Invalid parameter",
        $"'{name}' must be {expected}; it is '{Shorten(value)}'.", name);

    public static ProblemHttpResult EmptyRange(string from, string to) => Of(
        "empty-range", StatusCodes.Status400BadRequest, "Empty range",
        $"'{from}' lies after '{to}': exchange them or leave one out.", from);

    public static ProblemHttpResult MissingParameter(string name, string why) => Of(
        "missing-parameter", StatusCodes.Status400BadRequest, "Missing parameter", $"Add '{name}': {why}", name);

    public static ProblemHttpResult InvalidCursor() => Of(
        "invalid-cursor", StatusCodes.Status400BadRequest, "Invalid cursor",
        "'cursor' must be a next_cursor of an earlier reply, unchanged; to begin anew, leave it out.", "cursor");

    public static ProblemHttpResult CursorOfAnotherQuery() => Of(
        "cursor-of-another-query", StatusCodes.Status400BadRequest, "Cursor of another query",
        "'cursor' comes from a query with other filters: repeat the filters of that query (limit may change), or leave it out.", "cursor");

    public static ProblemHttpResult NotFound(string detail) => Of(
        "not-found", StatusCodes.Status404NotFound, "Not found", detail);

    public static ProblemHttpResult TooSlow(string detail) => Of(
        "too-slow", StatusCodes.Status504GatewayTimeout, "Too slow", detail);

    public static ProblemHttpResult Busy(string detail) => Of(
        "busy", StatusCodes.Status503ServiceUnavailable, "Busy", detail);

    public static ProblemHttpResult TooManyRequests(int perSecond) => Of(
        "too-many-requests", StatusCodes.Status429TooManyRequests, "Too many requests",
        $"At most {perSecond} requests a second are served to one address: wait a second.");

    public static ProblemHttpResult StoreFailed(string detail) => Of(
        "store-failed", StatusCodes.Status503ServiceUnavailable, "The store did not answer", detail);

    public static ProblemHttpResult CrossSite() => Of(
        "cross-site", StatusCodes.Status403Forbidden, "Not from this page",
        "A page of another site may not send statements to the store.");

    public static ProblemHttpResult ForeignReader() => Of(
        "cross-site", StatusCodes.Status403Forbidden, "Not from this page", "A page of another site may not read the live feed.");

    public static ProblemHttpResult NotLive() => Of(
        "not-live", StatusCodes.Status404NotFound, "Not live",
        "This process serves a store and follows no chain, so it has no live feed and no status; 'sluice run' has both, and 'sluice api --kafka' the feed.");

    public static ProblemHttpResult UpgradeRequired() => Of(
        "upgrade-required", StatusCodes.Status426UpgradeRequired, "A WebSocket is asked for",
        "Connect with a WebSocket client (ws://), or read the same as server-sent events at /api/v1/live.");

    public static ProblemHttpResult ForeignHost() => Of(
        "foreign-host", StatusCodes.Status400BadRequest, "Unknown host",
        "The Host header must name this machine (localhost, 127.0.0.1 or [::1]) or a name given with --allow-host.");

    /// <summary>The problem of a status that no handler explained.</summary>
    public static ProblemHttpResult OfStatus(int status, HttpRequest request) => status switch
    {
        StatusCodes.Status404NotFound => NotFound($"There is nothing at {Shorten(request.Path)}; / and /openapi/v1.json list what there is."),
        StatusCodes.Status405MethodNotAllowed => Of(
            "method-not-allowed", status, "Method not allowed",
            $"{request.Method} is not served at {Shorten(request.Path)}; the Allow header lists what is."),
        StatusCodes.Status413PayloadTooLarge => Of(
            "too-large", status, "Too large", "The body is larger than what is taken here, 1 MiB."),
        >= 500 => Of(
            "internal-error", status, "Internal error", "This is a fault of the server, not of the request; its log says more."),
        _ => Of("bad-request", status, "Bad request", "The request could not be understood."),
    };

    private static ProblemHttpResult Of(string code, int status, string title, string detail, string? parameter = null) =>
        TypedResults.Problem(
            detail, statusCode: status, title: title, type: TypePrefix + code,
            extensions: parameter is null ? null : [new KeyValuePair<string, object?>("parameter", parameter)]);

    private static string Shorten(string text) => text.Length <= 100 ? text : string.Concat(text.AsSpan(0, 97), "…");
}
