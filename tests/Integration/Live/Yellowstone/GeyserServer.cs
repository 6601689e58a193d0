using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sluice.Api.Hosting;
using Sluice.Ingest.Yellowstone.Grpc;
using Sluice.Ingest.Yellowstone.Messages;

namespace Sluice.Tests.Integration.Live.Yellowstone;

/// <summary>A server whose calls do what a test says, one script a call; the last one stays.</summary>
internal sealed class GeyserServer : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly ConcurrentQueue<Func<Call, Task>> _scripts;
    private Func<Call, Task>? _last;

    private GeyserServer(HttpProtocols protocols, Func<Call, Task>[] scripts)
    {
        _scripts = new ConcurrentQueue<Func<Call, Task>>(scripts);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.Protocols = protocols));
        builder.Services.AddSingleton<IHostLifetime, CallersLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMilliseconds(100));
        _server = builder.Build();
        _server.Run(http =>
        {
            if (_scripts.TryDequeue(out var next)) { _last = next; }
            Calls.Enqueue(http.Request.Path);
            Tokens.Enqueue(http.Request.Headers["x-token"].ToString());
            if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) { rate.MinDataRate = null; }
            return _last!(new Call(http));
        });
    }

    public string Address => _server.Urls.First();

    public ConcurrentQueue<string> Calls { get; } = [];

    public ConcurrentQueue<string> Tokens { get; } = [];

    public static async Task<GeyserServer> StartAsync(params Func<Call, Task>[] scripts) => await StartAsync(HttpProtocols.Http2, scripts);

    public static async Task<GeyserServer> StartAsync(HttpProtocols protocols, params Func<Call, Task>[] scripts)
    {
        var server = new GeyserServer(protocols, scripts);
        await server._server.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    /// <summary>One call.</summary>
    internal sealed class Call(HttpContext http)
    {
        private readonly GrpcMessageReader _requests = new(http.Request.Body, 1 << 20);

        public HttpContext Http => http;

        /// <summary>What the client sends next.</summary>
        public async Task<SubscribeRequest> RequestAsync()
        {
            using var message = await _requests.ReadAsync(http.RequestAborted) ?? throw new InvalidOperationException("the client has ended its side");
            return SubscribeRequest.Parser.ParseFrom(message.Bytes);
        }

        public Task SendAsync(SubscribeUpdate update) => SendAsync(Frame(update.ToByteArray()));

        public async Task SendAsync(byte[] bytes)
        {
            if (!http.Response.HasStarted) { http.Response.ContentType = "application/grpc"; }
            await http.Response.Body.WriteAsync(bytes);
            await http.Response.Body.FlushAsync();
        }

        /// <summary>Waits until the client has taken what was sent.</summary>
        public async Task UntilTakenAsync()
        {
            await RequestAsync();
            await SendAsync(new SubscribeUpdate { Ping = new SubscribeUpdatePing() });
            await RequestAsync();
        }

        /// <summary>Ends the call with a status behind what was sent.</summary>
        public async Task EndAsync(int status, string message)
        {
            if (!http.Response.HasStarted) { http.Response.ContentType = "application/grpc"; }
            await http.Response.StartAsync();
            http.Response.AppendTrailer("grpc-status", status.ToString(System.Globalization.CultureInfo.InvariantCulture));
            http.Response.AppendTrailer("grpc-message", Uri.EscapeDataString(message));
        }

        /// <summary>Ends it with a status alone.</summary>
        public Task RefuseAsync(int status, string message)
        {
            http.Response.ContentType = "application/grpc";
            http.Response.Headers["grpc-status"] = status.ToString(System.Globalization.CultureInfo.InvariantCulture);
            http.Response.Headers["grpc-message"] = Uri.EscapeDataString(message);
            return Task.CompletedTask;
        }

        /// <summary>Stays until the client leaves.</summary>
        public async Task StayAsync()
        {
            await http.Response.StartAsync();
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        public static byte[] Frame(byte[] message, byte compressed = 0)
        {
            var frame = new byte[5 + message.Length];
            frame[0] = compressed;
            BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)message.Length);
            message.CopyTo(frame, 5);
            return frame;
        }
    }
}
