using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sluice.Api.Contracts;
using Sluice.Api.Endpoints;
using Sluice.Api.Filters;
using Sluice.Api.Hosting;
using Sluice.Api.Metrics;
using Sluice.Api.OpenApi;
using Sluice.Api.Queries;
using Sluice.Sinks;

namespace Sluice.Api;

/// <summary>Builds the web server over a store. It reads only, and listens on 127.0.0.1 unless told otherwise.</summary>
public static class ApiHost
{
    /// <summary>Largest request body, bytes: a statement.</summary>
    private const long MaxBodyBytes = 1 << 20;

    /// <summary>Makes the server; start it with <c>StartAsync</c>. It owns neither the store nor the process's signals.</summary>
    /// <param name="options">Port and limits.</param>
    /// <param name="store">Where everything is read from.</param>
    /// <param name="metrics">What <c>/metrics</c> shows; null for a registry that begins to count now.</param>
    /// <param name="configure">Last word on services: logging, more health checks, another server in tests.</param>
    /// <param name="live">What happens now, where the process follows a chain.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">An option is out of its range.</exception>
    public static WebApplication Build(
        ApiOptions options, IClickHouse store, MetricRegistry? metrics = null, Action<WebApplicationBuilder>? configure = null, LiveServices? live = null)
    {
        options.Validate();

        // Empty: nothing is read from files or the environment of whoever hosts the api.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Sluice.Api" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.Listen(options.Address, options.Port);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        AddServices(builder.Services, options, store);
        builder.Services.AddSingleton(live ?? LiveServices.None);
        if (metrics is null) { builder.Services.AddSingleton(_ => new MetricRegistry()); }
        else { builder.Services.AddSingleton(metrics); }
        configure?.Invoke(builder);

        var app = builder.Build();

        // Counting begins now, not with the first request for the figures.
        app.Services.GetRequiredService<MetricRegistry>();
        UseMiddleware(app, options);
        Map(app);
        return app;
    }

    private static void AddServices(IServiceCollection services, ApiOptions options, IClickHouse store)
    {
        services.AddSingleton(options).AddSingleton(store).AddSingleton(TimeProvider.System);
        services.AddSingleton<IHostLifetime, CallersLifetime>();
        services.AddSingleton<ApiMetrics>().AddSingleton<StoreReader>().AddSingleton<StoreState>().AddSingleton<ListReader>()
            .AddSingleton<SwapQueries>().AddSingleton<ArbitrageQueries>().AddSingleton<SlotQueries>().AddSingleton<SummaryQueries>()
            .AddSingleton<LeaderboardQueries>().AddSingleton<FindingQueries>().AddSingleton<ValidatorQueries>();
        services.AddMetrics();
        services.AddRoutingCore();
        services.AddProblemDetails();
        services.AddExceptionHandler<ErrorHandler>();
        services.AddHealthChecks().AddCheck<StoreHealthCheck>("store");
        services.ConfigureHttpJsonOptions(json => ApiJson.Configure(json.SerializerOptions));
        services.AddRateLimiter(limits => RequestLimits.Configure(limits, options));
        services.AddOutputCache(cache =>
        {
            cache.SizeLimit = options.CacheMegabytes * 1024L * 1024L;
            cache.AddPolicy(StoreCaching.Policy, StoreCaching.Configure);
        });
        services.AddRequestTimeouts(timeouts => timeouts.DefaultPolicy = new RequestTimeoutPolicy
        {
            Timeout = options.QueryTimeout + options.RequestAllowance,
            TimeoutStatusCode = StatusCodes.Status504GatewayTimeout,
            WriteTimeoutResponse = http =>
                Problems.TooSlow("The answer took too long: ask for a smaller range of slots or times.").ExecuteAsync(http),
        });
        services.AddOpenApi(ApiDocument.Name, ApiDocument.Configure);
    }

    private static void UseMiddleware(WebApplication app, ApiOptions options)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages(context =>
            Problems.OfStatus(context.HttpContext.Response.StatusCode, context.HttpContext.Request).ExecuteAsync(context.HttpContext));
        app.Use((http, next) => LocalRequests.CheckAsync(http, next, options.Hosts));
        app.Use(static (http, next) => BodyLimit.CheckAsync(http, next, MaxBodyBytes));
        app.UseRouting();
        app.UseRequestTimeouts();
        app.UseRateLimiter();
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(30) });
        app.UseOutputCache();
    }

    private static void Map(WebApplication app)
    {
        app.MapPage();
        app.MapHealth();
        app.MapMetrics();
        app.MapQuery();
        app.MapLive();
        app.MapOpenApi("/openapi/{documentName}.json");

        // In this order: bad requests are told so, then the caller's copy is looked at, and only then the store is asked.
        var v1 = app.MapGroup("/api/v1")
            .AddEndpointFilter(KnownParameters.Check)
            .AddEndpointFilter(StoreCaching.AddHeaders)
            .CacheOutput(StoreCaching.Policy)
            .RequireRateLimiting(RequestLimits.StorePolicy)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .ProducesProblem(StatusCodes.Status504GatewayTimeout);
        v1.MapSlots();
        v1.MapSwaps();
        v1.MapArbitrages();
        v1.MapFindings();
        v1.MapValidators();
        v1.MapSummary();
        v1.MapLeaderboards();
    }
}
