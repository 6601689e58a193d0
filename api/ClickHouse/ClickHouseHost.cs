using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sluice.Api.Hosting;
using Sluice.Sinks;

namespace Sluice.Api.ClickHouse;

/// <summary>Builds the server that answers ClickHouse's HTTP protocol over a store: reading only, on 127.0.0.1, for any user name.</summary>
public static class ClickHouseHost
{
    /// <summary>Largest request body, bytes: a statement and its parameters.</summary>
    internal const long MaxBodyBytes = 1 << 20;

    /// <summary>Makes the server; start it with <c>StartAsync</c>. It owns neither the store nor the process's signals.</summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">An option is out of its range.</exception>
    public static WebApplication Build(ClickHouseOptions options, IClickHouse store)
    {
        options.Validate();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Sluice.Api" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;

            // Statements come in the address too.
            kestrel.Limits.MaxRequestLineSize = (int)MaxBodyBytes;
            kestrel.Limits.MaxRequestBufferSize = MaxBodyBytes * 2;
            kestrel.Listen(IPAddress.Loopback, options.Port);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.Services.AddSingleton<IHostLifetime, CallersLifetime>();
        builder.Services.AddProblemDetails();
        var app = builder.Build();
        app.UseStatusCodePages(static context => context.HttpContext.Response is { StatusCode: StatusCodes.Status413PayloadTooLarge } response
            ? response.WriteAsync("The statement is larger than 1 MiB.\n")
            : Task.CompletedTask);
        app.Use(LocalRequests.Check);
        app.Use(static (http, next) => BodyLimit.CheckAsync(http, next, MaxBodyBytes));
        app.Run(new ClickHouseEndpoint(options, store).AnswerAsync);
        return app;
    }
}
