using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Sluice.Ingest.Yellowstone.Grpc;
using Sluice.Ingest.Yellowstone.Messages;
using Sluice.Lab.Node;
using Sluice.Lab.Node.Subscriptions;

namespace Sluice.Cli.Serve.Geyser;

/// <summary>One call of Yellowstone gRPC's Subscribe: requests of the client in, slots and blocks out, of the commitment that the first request asks for.</summary>
/// <remarks>The blocks are those that a WebSocket would be told of, with the same faults; each is told as a slot first.</remarks>
internal sealed class GeyserSession(HttpContext http)
{
    private const int PrefixBytes = 5, MaxRequestBytes = 1 << 20;
    private const string Path = "/geyser.Geyser/Subscribe", ContentType = "application/grpc";

    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _turn = new(1);
    private SubscribeRequest? _asked;

    /// <summary>Whether a request is a call of gRPC, whatever its method.</summary>
    public static bool IsAsked(HttpContext http) => http.Request.Protocol == HttpProtocol.Http2 && http.Request.ContentType?.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Serves until the client leaves, is cut off, or the node ends.</summary>
    public static async Task RunAsync(SimulatedNode node, HttpContext http, TimeProvider time, CancellationToken ending)
    {
        http.Response.ContentType = ContentType;
        if (http.Request.Path != Path)
        {
            End(http, 12, "only Subscribe is simulated");
            return;
        }

        if (node.TryConnect() is not { } subscriber)
        {
            End(http, 8, "too many connections");
            return;
        }

        // A stream that lasts has no least rate and no size.
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) { rate.MinDataRate = null; }
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) { size.MaxRequestBodySize = null; }
        using var both = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, ending, subscriber.CutOff);
        var session = new GeyserSession(http);
        await http.Response.StartAsync(both.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task[] tasks = [session.SendAllAsync(subscriber, both.Token), session.PingAsync(time, both.Token), session.ReceiveAllAsync(subscriber, both.Token)];
        await Task.WhenAny(tasks).ConfigureAwait(false);
        subscriber.Leave("the client left");
        await both.CancelAsync().ConfigureAwait(false);
        foreach (var task in tasks) { await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); }
        http.Abort(); // by a fault, because the client is too slow or has left, or because the node ends
    }

    private static byte[] SubscribeBlocks(CommitmentLevel commitment) => Encoding.ASCII.GetBytes(
        $$"""{"jsonrpc":"2.0","id":1,"method":"blockSubscribe","params":["all",{"commitment":"{{(commitment == CommitmentLevel.Finalized ? "finalized" : "confirmed")}}","encoding":"json","transactionDetails":"full","maxSupportedTransactionVersion":0,"showRewards":true}]}""");

    private async Task ReceiveAllAsync(Subscriber subscriber, CancellationToken cancel)
    {
        var messages = new GrpcMessageReader(http.Request.Body, MaxRequestBytes);
        while (await messages.ReadAsync(cancel).ConfigureAwait(false) is { } message)
        {
            using (message)
            {
                var request = SubscribeRequest.Parser.ParseFrom(message.Bytes);
                if (request.Ping is { } ping) { await SendAsync(new SubscribeUpdate { Pong = new SubscribeUpdatePong { Id = ping.Id } }, cancel).ConfigureAwait(false); }
                else if (Interlocked.Exchange(ref _asked, request) is null) { subscriber.Receive(SubscribeBlocks(request.Commitment)); }
            }
        }
    }

    private async Task SendAllAsync(Subscriber subscriber, CancellationToken cancel)
    {
        await foreach (var message in subscriber.ReadAllAsync(cancel).ConfigureAwait(false))
        {
            if (!message.Body.IsEmpty) { await TellAsync(message.Body, cancel).ConfigureAwait(false); }
            subscriber.Sent(message);
        }
    }

    private async Task TellAsync(ReadOnlyMemory<byte> notice, CancellationToken cancel)
    {
        using var json = JsonDocument.Parse(notice);
        var value = json.RootElement.GetProperty("value");
        var slot = value.GetProperty("slot").GetUInt64();
        var block = value.GetProperty("block");
        if (block.ValueKind == JsonValueKind.Null) { return; }
        var asked = Volatile.Read(ref _asked)!;
        var status = asked.Commitment == CommitmentLevel.Finalized ? SlotStatus.SlotFinalized : SlotStatus.SlotConfirmed;
        foreach (var (name, _) in asked.Slots)
        {
            var update = new SubscribeUpdateSlot { Slot = slot, Parent = block.GetProperty("parentSlot").GetUInt64(), Status = status };
            await SendAsync(new SubscribeUpdate { Filters = { name }, Slot = update }, cancel).ConfigureAwait(false);
        }

        if (asked.Blocks.Count == 0) { return; }
        var whole = new SubscribeUpdate { Block = GeyserBlocks.Of(slot, block) };
        whole.Filters.Add(asked.Blocks.Keys);
        await SendAsync(whole, cancel).ConfigureAwait(false);
    }

    private async Task PingAsync(TimeProvider time, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(PingEvery, time);
        while (await timer.WaitForNextTickAsync(cancel).ConfigureAwait(false))
        {
            await SendAsync(new SubscribeUpdate { Ping = new SubscribeUpdatePing() }, cancel).ConfigureAwait(false);
        }
    }

    private async Task SendAsync(SubscribeUpdate update, CancellationToken cancel)
    {
        var size = update.CalculateSize();
        var frame = ArrayPool<byte>.Shared.Rent(PrefixBytes + size);
        frame[0] = 0; // not compressed
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)size);
        update.WriteTo(frame.AsSpan(PrefixBytes, size));
        await _turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            await http.Response.Body.WriteAsync(frame.AsMemory(0, PrefixBytes + size), cancel).ConfigureAwait(false);
            await http.Response.Body.FlushAsync(cancel).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
            ArrayPool<byte>.Shared.Return(frame);
        }
    }

    /// <summary>An answer of a status alone.</summary>
    private static void End(HttpContext http, int status, string message)
    {
        http.Response.Headers["grpc-status"] = status.ToString(System.Globalization.CultureInfo.InvariantCulture);
        http.Response.Headers["grpc-message"] = Uri.EscapeDataString(message);
    }
}
