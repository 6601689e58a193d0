using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Sluice.Api.Contracts;

namespace Sluice.Api.Endpoints;

/// <summary>Whether the process lives, and whether it can serve.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", GetLiveness).WithTags("Health").WithName(nameof(GetLiveness));
        routes.MapGet("/health/ready", GetReadiness).WithTags("Health").WithName(nameof(GetReadiness))
            .Produces<Readiness>(StatusCodes.Status503ServiceUnavailable);
    }

    /// <summary>Answers as long as the process does.</summary>
    internal static Ok<Liveness> GetLiveness() => TypedResults.Ok(new Liveness { Status = "live" });

    /// <summary>Says whether requests can be served; when not, which check failed and why (503).</summary>
    internal static async Task<Results<Ok<Readiness>, JsonHttpResult<Readiness>>> GetReadiness(
        HealthCheckService checks, CancellationToken cancellationToken)
    {
        var report = await checks.CheckHealthAsync(cancellationToken);
        var isReady = report.Status == HealthStatus.Healthy;
        var reply = new Readiness
        {
            Status = isReady ? "ready" : "not_ready",
            Checks =
            [
                .. report.Entries.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => new ReadinessCheck
                {
                    Name = e.Key,
                    Ok = e.Value.Status == HealthStatus.Healthy,
                    Reason = e.Value.Status == HealthStatus.Healthy ? null : e.Value.Description ?? "no reason was given",
                    DurationMs = Math.Round(e.Value.Duration.TotalMilliseconds, 3),
                }),
            ],
        };
        return isReady ? TypedResults.Ok(reply) : TypedResults.Json(reply, statusCode: StatusCodes.Status503ServiceUnavailable);
    }
}
