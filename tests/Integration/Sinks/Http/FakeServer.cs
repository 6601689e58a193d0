using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Sluice.Sinks.Http;

namespace Sluice.Tests.Integration.Sinks.Http;

/// <summary>A server that does what a test says, for what real servers do not do on demand.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly bool _isTls;

    private FakeServer(X509Certificate2? certificate)
    {
        _isTls = certificate is not null;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(o =>
        {
            // A client that gets little of a busy machine is not turned away.
            o.Limits.MinRequestBodyDataRate = o.Limits.MinResponseDataRate = null;
            o.Limits.RequestHeadersTimeout = OldServer.Patience;
            o.Listen(IPAddress.Loopback, 0, l =>
            {
                l.Protocols = HttpProtocols.Http1;
                if (certificate is not null) { l.UseHttps(certificate, https => https.HandshakeTimeout = OldServer.Patience); }
            });
        });
        _app = builder.Build();
        _app.Run(async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            var sql = await reader.ReadToEndAsync();
            Seen.Enqueue(new Request(sql, http.Request.QueryString.Value!, http.Request.Headers["X-ClickHouse-Key"].ToString()));
            await Answer(http, sql);
        });
    }

    /// <summary>Requests in the order in which they were read.</summary>
    public ConcurrentQueue<Request> Seen { get; } = new();

    /// <summary>Answers a request, given its body.</summary>
    public Func<HttpContext, string, Task> Answer { get; set; } = static (http, _) => http.Response.WriteAsync("1\n");

    public string Authority => new Uri(_app.Urls.Single()).Authority;

    public static async Task<FakeServer> StartAsync(Func<HttpContext, string, Task>? answer = null, X509Certificate2? certificate = null)
    {
        var server = new FakeServer(certificate);
        if (answer is not null) { server.Answer = answer; }
        await server._app.StartAsync();
        return server;
    }

    public HttpClickHouse Connect(string query = "", string? authority = null) => OldServer.Connect(
        $"{(_isTls ? "https" : "http")}://someone@{authority ?? Authority}/d{query}");

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    internal sealed record Request(string Body, string Query, string Key);
}
