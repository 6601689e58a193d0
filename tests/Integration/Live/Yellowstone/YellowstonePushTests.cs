using Google.Protobuf;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Blocks.Json;
using Sluice.Ingest.Decoding.Model;
using Sluice.Ingest.Yellowstone;
using Sluice.Ingest.Yellowstone.Messages;
using Sluice.Schemas.Chain;
using Sluice.Tests.Unit.Ingest.Blocks;
using Sluice.Tests.Unit.Ingest.Yellowstone;
using Sluice.Tests.Unit.Sinks;

namespace Sluice.Tests.Integration.Live.Yellowstone;

/// <summary>The stream of a Yellowstone node, and all that goes wrong with it, over real sockets.</summary>
public sealed class YellowstonePushTests
{
    private static readonly SubscribeUpdate Block = new() { Filters = { "blocks" }, Block = GeyserSamples.Small() };

    [Fact]
    public async Task Slots_and_blocks_are_asked_for_and_pushed()
    {
        SubscribeRequest? asked = null;
        await using var server = await GeyserServer.StartAsync(async call =>
        {
            asked = await call.RequestAsync();
            await call.SendAsync(Slot(99, SlotStatus.SlotProcessed));
            await call.SendAsync(Slot(100, SlotStatus.SlotConfirmed));
            await call.SendAsync(Block);
            await call.StayAsync();
        });
        await using var pushes = new Pushes(server.Address, token: "secret");
        Assert.Equal(["connected", "slot 100", "block 100"], [await pushes.NextAsync(), await pushes.NextAsync(), await pushes.NextAsync()]);
        Assert.Equal(("/geyser.Geyser/Subscribe", "secret"), (server.Calls.Single(), server.Tokens.Single()));
        Assert.Equal(CommitmentLevel.Confirmed, asked!.Commitment);
        Assert.True(asked.Slots.Values.Single().FilterByCommitment);
        var filter = asked.Blocks.Values.Single();
        Assert.Equal((true, false, false), (filter.IncludeTransactions, filter.IncludeAccounts, filter.IncludeEntries));
        Assert.True(filter is { HasIncludeAccounts: true, HasIncludeEntries: true });

        var pushed = await pushes.BlockAsync();
        Assert.Equal((100UL, 99UL, Pubkey.Parse(SmallBlock.Key(7)), Pubkey.Parse(SmallBlock.Key(6))), (pushed.Slot, pushed.Header.ParentSlot, pushed.Header.Blockhash, pushed.Header.PreviousBlockhash));
        Assert.Equal(pushes.Shown, pushed.Body.Source);
        Assert.True(pushed.Body.TryReadHeader(new JsonScratch(), out var header));
        Assert.Equal(pushed.Header, header);
        Assert.Equal(Block.Block.ToByteArray(), pushed.Body.Bytes.ToArray());
        var block = new RawBlock();
        Assert.Equal(new ReadResult(ReadStatus.Read), pushed.Body.Read(new BlockReader(), block));
        Assert.Equal(RawBlockText.Of(GeyserSamples.MustRead(Block.Block)), RawBlockText.Of(block));
        pushed.Body.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pushed.Body.Bytes.Length);
    }

    [Fact]
    public async Task A_block_that_is_not_whole_is_only_told_as_a_slot()
    {
        var partial = Block.Clone();
        partial.Block.Transactions.RemoveAt(1);
        await using var server = await GeyserServer.StartAsync(async call =>
        {
            await call.SendAsync(partial);
            await call.StayAsync();
        });
        await using var pushes = new Pushes(server.Address);
        Assert.Equal(["connected", "slot 100"], [await pushes.NextAsync(), await pushes.NextAsync()]);
    }

    [Fact]
    public async Task A_ping_is_answered()
    {
        var answers = new TaskCompletionSource<SubscribeRequest>();
        await using var server = await GeyserServer.StartAsync(async call =>
        {
            await call.RequestAsync();
            await call.SendAsync(new SubscribeUpdate { Ping = new SubscribeUpdatePing() });
            answers.SetResult(await call.RequestAsync());
            await call.SendAsync(new SubscribeUpdate { Pong = new SubscribeUpdatePong { Id = 1 } });
            await call.SendAsync(Block);
            await call.StayAsync();
        });
        await using var pushes = new Pushes(server.Address);
        Assert.Equal(["connected", "block 100"], [await pushes.NextAsync(), await pushes.NextAsync()]);
        Assert.Equal(new SubscribeRequest { Ping = new SubscribeRequestPing { Id = 1 } }, await answers.Task);
    }

    [Fact]
    public async Task A_connection_cut_within_a_message_is_made_again()
    {
        var frame = GeyserServer.Call.Frame(Block.ToByteArray());
        await using var server = await GeyserServer.StartAsync(
            async call =>
            {
                await call.UntilTakenAsync();
                await call.SendAsync(frame[..^1]);
                call.Http.Abort();
            },
            async call =>
            {
                await call.SendAsync(frame[..3]);
                await call.EndAsync(14, "restarting");
            },
            async call =>
            {
                await call.SendAsync(frame);
                await call.SendAsync(frame[..400]);
                await call.EndAsync(0, "");
            },
            async call =>
            {
                await call.SendAsync(frame);
                await call.EndAsync(14, "restarting");
            },
            async call =>
            {
                await call.SendAsync([.. frame, .. frame]);
                await call.StayAsync();
            });
        await using var pushes = new Pushes(server.Address);
        string[] expected =
        [
            "connected", "lost: the connection broke", "connected", "lost: the stream ended within a message", "connected", "block 100",
            "lost: the stream ended within a message", "connected", "block 100", "lost: UNAVAILABLE (restarting)", "connected", "block 100", "block 100",
        ];
        foreach (var line in expected) { Assert.Equal(line, await pushes.NextAsync()); }
    }

    [Fact]
    public async Task A_wrong_token_is_told_without_the_token_and_tried_again()
    {
        await using var server = await GeyserServer.StartAsync(call => call.RefuseAsync(16, "no such token: s3cr:et"));
        await using var pushes = new Pushes(server.Address.Replace("http://", "http://s3cr%3Aet@", StringComparison.Ordinal));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("lost: UNAUTHENTICATED (no such token: …): the token is missing or wrong; check SLUICE_GRPC_TOKEN", await pushes.NextAsync());
        }

        Assert.All(server.Tokens, t => Assert.Equal("s3cr:et", t));
        Assert.DoesNotContain("s3cr", pushes.Shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(7, "no", "PERMISSION_DENIED (no): the token does not allow this stream; check it and what its plan allows")]
    [InlineData(8, "", "RESOURCE_EXHAUSTED: too many streams or requests for this token")]
    [InlineData(12, "", "UNIMPLEMENTED: there is no Yellowstone gRPC at this address; check host and port")]
    [InlineData(99, "a\nb", "status 99 (a b)")]
    public async Task A_status_is_told_by_its_name(int status, string message, string said)
    {
        await using var server = await GeyserServer.StartAsync(call => call.RefuseAsync(status, message));
        await using var pushes = new Pushes(server.Address);
        Assert.Equal($"lost: {said}", await pushes.NextAsync());
    }

    [Theory]
    [InlineData("00ffffffff00", "a message of 4095 MiB; 1 MiB are taken at most")]
    [InlineData("01000000020000", "a message is compressed, which was not asked for and is not read")]
    [InlineData("00000000022a05", "a message is damaged")]
    [InlineData("00000000041a020880", "a message is damaged")]
    [InlineData("00000000022a00", "a message is damaged")]
    public async Task What_is_no_message_ends_the_connection(string bytes, string said)
    {
        await using var server = await GeyserServer.StartAsync(async call =>
        {
            await call.SendAsync(Convert.FromHexString(bytes));
            await call.StayAsync();
        });
        await using var pushes = new Pushes(server.Address, new YellowstoneOptions { MaxMessageBytes = 1 << 20, FirstPause = TimeSpan.FromMilliseconds(1) });
        Assert.Equal(["connected", $"lost: {said}"], [await pushes.NextAsync(), await pushes.NextAsync()]);
    }

    [Theory]
    [InlineData(401, "UNAUTHENTICATED: the token is missing or wrong; check SLUICE_GRPC_TOKEN")]
    [InlineData(404, "HTTP 404: no gRPC is answered at this address; check host and port")]
    [InlineData(200, "no gRPC is answered at this address; check host and port")]
    [InlineData(503, "UNAVAILABLE")]
    public async Task What_speaks_HTTP_2_but_no_gRPC_is_told(int status, string said)
    {
        await using var server = await GeyserServer.StartAsync(call =>
        {
            call.Http.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        await using var pushes = new Pushes(server.Address);
        Assert.Equal($"lost: {said}", await pushes.NextAsync());
    }

    [Fact]
    public async Task What_speaks_no_HTTP_2_is_tried_again()
    {
        await using var server = await GeyserServer.StartAsync(HttpProtocols.Http1, call => call.StayAsync());
        await using var pushes = new Pushes(server.Address);
        Assert.StartsWith("lost: ", await pushes.NextAsync(), StringComparison.Ordinal);
        Assert.StartsWith("lost: ", await pushes.NextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silence_ends_the_connection()
    {
        var time = new ManualTime();
        await using var server = await GeyserServer.StartAsync(async call =>
        {
            await call.SendAsync(Block);
            await call.StayAsync();
        });
        await using var pushes = new Pushes(server.Address, new YellowstoneOptions { Time = time, Silence = TimeSpan.FromSeconds(30) });
        Assert.Equal(["connected", "block 100"], [await pushes.NextAsync(), await pushes.NextAsync()]);
        var next = pushes.NextAsync();
        while (!next.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal("lost: nothing came for 30 s", await next);
    }

    private static SubscribeUpdate Slot(ulong slot, SlotStatus status) => new() { Filters = { "slots" }, Slot = new SubscribeUpdateSlot { Slot = slot, Parent = slot - 1, Status = status } };
}
