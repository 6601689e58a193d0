using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sluice.Api.Hosting;
using Sluice.Cli.Serve.Geyser;
using Sluice.Lab.Faults;
using Sluice.Lab.Node;

namespace Sluice.Cli.Serve;

/// <summary>
/// The simulated node's sockets: JSON-RPC by POST and notices by WebSocket on one port, notices on the port after it too, Yellowstone gRPC on one of its own.
/// </summary>
/// <remarks>
/// Clients that are told only an HTTP address expect WebSockets on the next port, as validators have them; hosted nodes have both on one.
/// The slots come from one task of its own, at the pace that was asked or as fast as the machine can, whichever is slower.
/// </remarks>
internal sealed class ServeHost : IAsyncDisposable
{
    /// <summary>Bytes of a request, at most: Agave's limit.</summary>
    private const int MaxRequestBytes = 50 << 10;

    private const int MaxConnections = 4_096;

    /// <summary>
    /// Slots after which dropped blocks are collected. Blocks are arrays of megabytes, few and without references: finding them costs next to nothing,
    /// while the collector left alone let three times of what is kept pile up.
    /// </summary>
    private const int CollectEvery = 64;

    private readonly ServeOptions _options;
    private readonly TimeProvider _time;
    private readonly WebApplication _server;
    private readonly CancellationTokenSource _ending = new();
    private Task _slots = Task.CompletedTask;

    private ServeHost(ServeOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        Node = new SimulatedNode(options.Simulation, options.Node, time);
        _server = Build();
    }

    public SimulatedNode Node { get; }

    /// <summary>Where HTTP is answered.</summary>
    public string HttpAddress { get; private set; } = "";

    /// <summary>Where WebSockets are taken, the port after HTTP's first.</summary>
    public IReadOnlyList<string> SocketAddresses { get; private set; } = [];

    /// <summary>Where Yellowstone gRPC is spoken; null where it is not.</summary>
    public string? GrpcAddress { get; private set; }

    /// <summary>Ends when the simulation is at its end, or fails with it.</summary>
    public Task Slots => _slots;

    /// <summary>Slots that came late because the machine could not make them faster.</summary>
    public long LateSlots { get; private set; }

    /// <summary>Makes the first slots and begins to serve.</summary>
    /// <exception cref="IOException">A port is in use.</exception>
    public static async Task<ServeHost> StartAsync(ServeOptions options, TimeProvider time, CancellationToken cancel)
    {
        var host = new ServeHost(options, time);
        try
        {
            for (var i = 0; i < options.SlotsBefore && host.Node.TryTick(); i++) { cancel.ThrowIfCancellationRequested(); }
            await host._server.StartAsync(cancel).ConfigureAwait(false);
            var urls = host._server.Urls.ToArray();
            if (options.GrpcPort is not null)
            {
                host.GrpcAddress = urls[^1];
                urls = urls[..^1];
            }

            host.HttpAddress = urls[0];
            host.SocketAddresses = [.. urls.Reverse().Select(url => url.Replace("http://", "ws://", StringComparison.Ordinal))];
            host._slots = Task.Run(host.MakeSlotsAsync, CancellationToken.None);
            return host;
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await _slots.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _server.DisposeAsync().ConfigureAwait(false);
        _ending.Dispose();
    }

    private WebApplication Build()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Sluice.Cli" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBytes;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Limits.MaxConcurrentUpgradedConnections = _options.Node.MaxSockets;
            kestrel.Listen(_options.At);
            if (_options.At.Port is > 0 and < 65_535) { kestrel.Listen(_options.At.Address, _options.At.Port + 1); }
            if (_options.GrpcPort is { } port) { kestrel.Listen(_options.At.Address, port, listen => listen.Protocols = HttpProtocols.Http2); }
        });
        builder.Services.AddSingleton<IHostLifetime, CallersLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
        var server = builder.Build();
        if (IPAddress.IsLoopback(_options.At.Address)) { server.Use(LocalRequests.Check); }
        server.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(30) });
        server.Run(HandleAsync);
        return server;
    }

    private Task HandleAsync(HttpContext http)
    {
        if (GeyserSession.IsAsked(http)) { return GeyserSession.RunAsync(Node, http, _time, _ending.Token); }
        if (http.WebSockets.IsWebSocketRequest) { return SocketSession.RunAsync(Node, http, _ending.Token); }
        if (HttpMethods.IsGet(http.Request.Method) && http.Request.Path == "/health")
        {
            return http.Response.WriteAsync(Node.Status.Processed > 0 ? "ok" : "behind");
        }

        if (!HttpMethods.IsPost(http.Request.Method)) { return RefuseAsync(http, StatusCodes.Status405MethodNotAllowed, "Used HTTP Method is not allowed. POST or OPTIONS is required\n"); }
        return http.Request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) == true
            ? AnswerAsync(http)
            : RefuseAsync(http, StatusCodes.Status415UnsupportedMediaType, "Supplied content type is not allowed. Content-Type: application/json is required\n");
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var admission = Node.Admit();
        switch (admission.Fault)
        {
            case RequestFault.RateLimited:
                http.Response.Headers.RetryAfter = admission.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
                http.Response.ContentType = "application/json";
                await RefuseAsync(http, admission.Code, "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":429,\"message\":\"Too many requests\"},\"id\":null}").ConfigureAwait(false);
                return;
            case RequestFault.ServerError:
                await RefuseAsync(http, admission.Code, "The simulated node fails as it was asked to.\n").ConfigureAwait(false);
                return;
            case RequestFault.Timeout:
                await Task.Delay(TimeSpan.FromMilliseconds(_options.Node.Faults.TimeoutMs), _time, http.RequestAborted)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                http.Abort();
                return;
            case RequestFault.Dropped:
                http.Abort();
                return;
            default:
                break;
        }

        var request = new ArrayBufferWriter<byte>(1_024);
        while (true)
        {
            var read = await http.Request.BodyReader.ReadAsync(http.RequestAborted).ConfigureAwait(false);
            foreach (var part in read.Buffer) { request.Write(part.Span); }
            http.Request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) { break; }
        }

        var answer = new ArrayBufferWriter<byte>(4_096);
        Node.Answer(request.WrittenMemory, answer, admission.Fault == RequestFault.RpcError ? admission.Code : null);
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = answer.WrittenCount;
        await http.Response.BodyWriter.WriteAsync(answer.WrittenMemory, http.RequestAborted).ConfigureAwait(false);
    }

    private static Task RefuseAsync(HttpContext http, int status, string text)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsync(text);
    }

    /// <summary>Makes each slot ahead and shows it when it is due. Where making takes longer than a slot, time slips; slots are never rushed to catch up.</summary>
    private async Task MakeSlotsAsync()
    {
        var slotTicks = Math.Max(1, (long)(_options.SlotTime.TotalSeconds * _time.TimestampFrequency));
        var due = _time.GetTimestamp() + slotTicks;
        var made = 0L;
        while (!_ending.IsCancellationRequested && Node.TryMake())
        {
            var left = _time.GetElapsedTime(_time.GetTimestamp(), due);
            if (left > TimeSpan.Zero)
            {
                await Task.Delay(left, _time, _ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (_ending.IsCancellationRequested) { return; }
                due += slotTicks;
            }
            else
            {
                LateSlots++;
                due = _time.GetTimestamp() + slotTicks;
            }

            var shown = _time.GetTimestamp();
            Node.Publish();
            _options.Published?.Invoke(shown, Node.Status);
            if (++made % CollectEvery == 0) { GC.Collect(2, GCCollectionMode.Forced, blocking: false); }
        }
    }

    /// <summary>Whether a start failed because a port is taken.</summary>
    public static bool IsPortInUse(Exception e) => e is AddressInUseException or IOException { InnerException: AddressInUseException or SocketException };
}
