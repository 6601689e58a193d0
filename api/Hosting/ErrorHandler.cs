using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Logging;
using Sluice.Sinks;

namespace Sluice.Api.Hosting;

/// <summary>Turns what a handler threw into a problem, and logs what was our fault or the store's.</summary>
internal sealed partial class ErrorHandler(ILogger<ErrorHandler> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        // Nobody listens any more.
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var problem = ProblemOf(exception, httpContext.Request);
        if (problem.StatusCode >= 500) { Failed(log, exception, httpContext.Request.Path, problem.StatusCode); }
        await problem.ExecuteAsync(httpContext);
        return true;
    }

    private static ProblemHttpResult ProblemOf(Exception exception, HttpRequest request) => exception switch
    {
        ClickHouseException { Code: ClickHouseException.TimeoutExceeded } =>
            Problems.TooSlow("The store needed longer than a request may take: ask for a smaller range of slots or times."),
        ClickHouseException { Kind: ClickHouseErrorKind.Retry } e =>
            Problems.Busy($"The store cannot answer now (code {e.Code}): try again."),
        ClickHouseException e => Problems.StoreFailed($"The store refused (code {e.Code}): {e.Message}"),
        StoreException e => Problems.StoreFailed(e.Message),
        BadHttpRequestException e => Problems.OfStatus(e.StatusCode, request),
        _ => Problems.OfStatus(StatusCodes.Status500InternalServerError, request),
    };

    [LoggerMessage(EventId = 4001, Level = LogLevel.Error, Message = "{Path} was answered with {Status}")]
    private static partial void Failed(ILogger log, Exception exception, string path, int status);
}
