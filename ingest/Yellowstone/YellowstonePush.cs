using System.Collections.Concurrent;
using Polly;
using Polly.Retry;
using Sluice.Ingest.Buffers;
using Sluice.Ingest.Live;
using Sluice.Ingest.Rpc;
using Sluice.Ingest.Yellowstone.Grpc;
using Sluice.Ingest.Yellowstone.Messages;
using Sluice.Ingest.Yellowstone.Wire;

namespace Sluice.Ingest.Yellowstone;

/// <summary>Slots and whole blocks of a node, confirmed or finalized, by Yellowstone gRPC's <c>Subscribe</c>.</summary>
/// <remarks>
/// A message is read into one pooled buffer, and a block is taken from there without copying. A block that the node put together before all its
/// transactions had come is not pushed; its slot is told, so that it is asked for elsewhere. Pauses between failed connections grow and are drawn with
/// jitter; they begin anew once a connection has brought something. Source of the protocol: rpcpool/yellowstone-grpc.
/// </remarks>
public sealed class YellowstonePush : IBlockPush
{
    private const ulong Confirmed = 1, Finalized = 2;

    private static readonly SubscribeRequest PingAnswer = new() { Ping = new SubscribeRequestPing { Id = 1 } };

    private readonly YellowstoneAddress _address;
    private readonly YellowstoneOptions _options;
    private readonly Uri _subscribe;
    private readonly SubscribeRequest _subscription;
    private readonly ResiliencePipeline _again;
    private readonly ConcurrentBag<GeyserBlockReader> _readers = [];

    public YellowstonePush(YellowstoneAddress address, YellowstoneOptions options)
    {
        (_address, _options) = (address, options);
        _subscribe = new Uri(address.Url, "/geyser.Geyser/Subscribe");
        _subscription = new SubscribeRequest
        {
            Commitment = options.Commitment == Commitment.Finalized ? CommitmentLevel.Finalized : CommitmentLevel.Confirmed,
            Slots = { ["slots"] = new SubscribeRequestFilterSlots { FilterByCommitment = true } },
            Blocks = { ["blocks"] = new SubscribeRequestFilterBlocks { IncludeTransactions = true, IncludeAccounts = false, IncludeEntries = false } },
        };
        _again = new ResiliencePipelineBuilder { TimeProvider = options.Time }.AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = int.MaxValue,
            Delay = options.FirstPause,
            MaxDelay = options.LongestPause,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = new PredicateBuilder().Handle<GrpcException>(),
        }).Build();
    }

    public string Shown => _address.Shown;

    public async Task RunAsync(IBlockPushTaker taker, CancellationToken cancel)
    {
        using var http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // a token goes where it was meant to go
            ConnectTimeout = TimeSpan.FromSeconds(5),
            InitialHttp2StreamWindowSize = 8 << 20, // a block at once, without waiting for the window to grow
            KeepAlivePingDelay = TimeSpan.FromSeconds(15),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
            UseCookies = false,
            UseProxy = !_address.Url.IsLoopback,
        });
        try
        {
            while (true)
            {
                await _again.ExecuteAsync(
                    static async (state, token) => await state.Self.ListenAsync(state.Http, state.Taker, token).ConfigureAwait(false), (Self: this, Http: http, Taker: taker), cancel).ConfigureAwait(false);
                await Task.Delay(_options.FirstPause * (0.5 + Random.Shared.NextDouble()), _options.Time, cancel).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Whoever listened has left.
        }
    }

    /// <summary>One connection. Returns when it broke after it had brought something; throws where it brought nothing.</summary>
    private async Task ListenAsync(HttpMessageInvoker http, IBlockPushTaker taker, CancellationToken cancel)
    {
        using var quiet = new CancellationTokenSource(_options.Silence, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, quiet.Token);
        var hasBrought = false;
        try
        {
            using var stream = await GrpcStream.CallAsync(http, _subscribe, _address.Token, _subscription, _options.MaxMessageBytes, either.Token).ConfigureAwait(false);
            taker.Connected(Shown);
            while (true)
            {
                var message = await stream.ReadAsync(either.Token).ConfigureAwait(false);
                quiet.CancelAfter(_options.Silence);
                if (Take(message, taker)) { await stream.SendAsync(PingAnswer, either.Token).ConfigureAwait(false); }
                hasBrought = true;
            }
        }
        catch (Exception e) when (e is GrpcException or HttpRequestException or IOException or OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            var why = e switch
            {
                GrpcException => e.Message,
                OperationCanceledException { InnerException: TimeoutException } => "no connection", // within the handler's time
                OperationCanceledException when quiet.IsCancellationRequested => FormattableString.Invariant($"nothing came for {_options.Silence.TotalSeconds:0.#} s"),
                _ => HttpFault.Reason(e),
            };
            taker.Disconnected(Shown, why);
            if (!hasBrought) { throw new GrpcException(why, e); }
        }
    }

    /// <summary>Hands on what a message brings; true where it is to be answered.</summary>
    private bool Take(MessageBuffer message, IBlockPushTaker taker)
    {
        using (message)
        {
            var update = GeyserUpdate.Read(message.Bytes);
            switch (update.Kind)
            {
                case UpdateKind.Ping:
                    return true;
                case UpdateKind.Slot when update.Status is Confirmed or Finalized:
                    taker.TakeSlot(update.Slot);
                    return false;
                case UpdateKind.Block when GeyserHeader.TryRead(message.Bytes.Slice(update.Block.Start, update.Block.Length), out var header):
                    if (header.IsWhole)
                    {
                        taker.TakeBlock(new PushedBlock(header.Slot, header.Header, new YellowstoneBlockBody(message.Detach(), update.Block, Shown, _readers)));
                    }
                    else
                    {
                        taker.TakeSlot(header.Slot);
                    }

                    return false;
                case UpdateKind.Damaged or UpdateKind.Block:
                    throw new GrpcException("a message is damaged");
                default:
                    return false;
            }
        }
    }
}
