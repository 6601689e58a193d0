using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Sluice.Api.Metrics;

namespace Sluice.Api.Endpoints;

/// <summary>The process's metrics.</summary>
internal static class MetricsEndpoints
{
    public static void MapMetrics(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/metrics", GetMetrics).WithTags("Health").WithName(nameof(GetMetrics));

    /// <summary>Returns the metrics of the process in Prometheus's text format.</summary>
    internal static MetricsText GetMetrics(MetricRegistry registry) => new(registry);

    internal sealed class MetricsText(MetricRegistry registry) : IResult, IEndpointMetadataProvider
    {
        public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
            builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(string), ["text/plain"]));

        public async Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.ContentType = PrometheusText.ContentType;
            registry.WriteTo(httpContext.Response.BodyWriter);
            await httpContext.Response.BodyWriter.FlushAsync(httpContext.RequestAborted);
        }
    }
}
