using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sluice.Api.Endpoints;
using Sluice.Api.Hosting;
using Sluice.Api.Metrics;

namespace Sluice.Cli.Roles.Http;

/// <summary>What every role has around its work: meters, the log, and a small server for /metrics, /health and what the role adds.</summary>
/// <remarks>On a loopback address only requests to this machine's names are answered; on others, whoever can reach it may read it.</remarks>
internal sealed class RoleHost : IAsyncDisposable
{
    private static readonly TimeSpan ShutdownTime = TimeSpan.FromSeconds(2);

    private readonly MetricRegistry _metrics = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private WebApplication? _server;

    public RoleHost(bool isVerbose) => Log = RoleLog.For(isVerbose);

    public ILogger Log { get; }

    public IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    /// <summary>Tells how the role is; starting, until the role sets it.</summary>
    public Func<RoleHealth> Health { get; set; } = static () => RoleHealth.Starting;

    /// <summary>Begins to serve, and says where on standard error.</summary>
    /// <param name="map">Adds the role's own addresses.</param>
    /// <exception cref="IOException">The address is in use, or is none of this machine's.</exception>
    public async Task ServeAsync(HttpAddress address, Action<IEndpointRouteBuilder>? map, CancellationToken cancel)
    {
        if (address.EndPoint is not { } at) { return; }
        try
        {
            _server = await StartAsync(at, map, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            if (!address.MayMove)
            {
                throw new IOException($"cannot serve on {at}: {e.Message.TrimEnd('.')}. Name another address with --http HOST:PORT, or --http off.", e);
            }

            // Several roles on one machine: the second one takes what is free.
            _server = await StartAsync(new IPEndPoint(at.Address, 0), map, cancel).ConfigureAwait(false);
        }

        Console.Error.WriteLine($"Serving on {_server.Urls.First()}: /metrics, /health{(map is null ? "" : ", /stores")}");
    }

    /// <summary>Answers with an object.</summary>
    public static async Task WriteAsync(HttpContext http, int status, Action<Utf8JsonWriter> write)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        await using (var json = new Utf8JsonWriter(http.Response.BodyWriter))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        await http.Response.BodyWriter.FlushAsync(http.RequestAborted).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.StopAsync(CancellationToken.None).ConfigureAwait(false);
            await _server.DisposeAsync().ConfigureAwait(false);
        }

        await _services.DisposeAsync().ConfigureAwait(false);
        _metrics.Dispose();
    }

    private async Task<WebApplication> StartAsync(IPEndPoint at, Action<IEndpointRouteBuilder>? map, CancellationToken cancel)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Sluice.Cli" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(at);
        });
        builder.Services.AddSingleton<IHostLifetime, CallersLifetime>().AddRoutingCore();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTime);
        var server = builder.Build();
        if (IPAddress.IsLoopback(at.Address)) { server.Use(LocalRequests.Check); }
        server.UseRouting();
        server.MapGet("/metrics", http => MetricsEndpoints.GetMetrics(_metrics).ExecuteAsync(http));
        server.MapGet("/health", http => WriteAsync(http, Health()));
        server.MapGet("/health/live", http => WriteAsync(http, new RoleHealth("live", null)));
        map?.Invoke(server);
        try
        {
            await server.StartAsync(cancel).ConfigureAwait(false);
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static Task WriteAsync(HttpContext http, RoleHealth health) => WriteAsync(
        http, health.IsRunning ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, json =>
        {
            json.WriteString("status", health.Status);
            if (health.Reason is { } reason) { json.WriteString("reason", reason); }
        });
}
