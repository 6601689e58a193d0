using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;

namespace Sluice.Api.Hosting;

/// <summary>Bounds on requests: so many a second from one address, where that is set, and so many at a time in the store.</summary>
internal static class RequestLimits
{
    /// <summary>Name of the policy of everything that asks the store.</summary>
    public const string StorePolicy = "store";

    public static void Configure(RateLimiterOptions limits, ApiOptions options)
    {
        limits.AddConcurrencyLimiter(StorePolicy, store =>
        {
            store.PermitLimit = options.MaxRequestsInStore;
            store.QueueLimit = 0;
        });
        if (options.RequestsPerSecond > 0)
        {
            limits.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http => RateLimitPartition.GetTokenBucketLimiter(
                http.Connection.RemoteIpAddress?.ToString() ?? "",
                _ => new TokenBucketRateLimiterOptions
                {
                    TokenLimit = options.RequestsPerSecond,
                    TokensPerPeriod = options.RequestsPerSecond,
                    ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                    QueueLimit = 0,
                }));
        }

        limits.OnRejected = async (rejected, cancellationToken) =>
        {
            var http = rejected.HttpContext;
            var metrics = (ApiMetrics)http.RequestServices.GetService(typeof(ApiMetrics))!;

            // Only the bucket knows when to come back; the queue of the store does not.
            var isRate = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out _);
            metrics.Refused(isRate ? "rate" : "busy");
            http.Response.Headers.RetryAfter = "1";
            var problem = isRate
                ? Problems.TooManyRequests(options.RequestsPerSecond)
                : Problems.Busy($"{options.MaxRequestsInStore} requests are with the store already: try again in a second.");
            await problem.ExecuteAsync(http);
        };
    }
}
