using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text.Json;
using Sluice.Api.Feed;
using Sluice.Tests.Unit.Api.Feed;

namespace Sluice.Tests.Integration.Api.Feed;

/// <summary>The live feed over real sockets: by .NET's WebSocket, by a reader of server-sent events, and by clients that are not ours.</summary>
public sealed class FeedTests
{
    [Fact]
    public async Task A_WebSocket_gets_a_snapshot_and_then_changes()
    {
        await using var server = await FeedServer.StartAsync();
        server.Feed.Publish(LiveFeedTests.Block(1));
        server.Feed.Publish(Rows.Arbitrage(1));
        using var client = await server.ConnectAsync("?channel=arbitrages");
        var begin = await client.UntilAsync("snapshot_end");
        Assert.Equal(["hello", "added", "snapshot_end"], begin.Select(m => m.GetProperty("type").GetString()));
        Assert.Equal(server.Feed.Stream, begin[0].GetProperty("stream").GetString());

        server.Feed.Publish(LiveFeedTests.Block(2));
        server.Feed.Publish(Rows.Arbitrage(2));
        var change = (await client.NextAsync())!.Value;
        Assert.Equal((4, 2), (change.GetProperty("seq").GetInt32(), change.GetProperty("value").GetProperty("slot").GetInt32()));
        Assert.Equal(Rows.Key(1).ToString(), change.GetProperty("value").GetProperty("signer").GetString());

        await client.SayAsync("""{"subscribe":{"id":"blocks","channel":["blocks"],"snapshot":1}}""");
        var more = await client.UntilAsync("snapshot_end");
        Assert.Equal(["subscribed", "added", "snapshot_end"], more.Select(m => m.GetProperty("type").GetString()));
        Assert.Equal(Rows.Key(2).ToString(), more[1].GetProperty("key").GetString());
        await client.SayAsync("""{"ping":7}""");
        Assert.Equal(7, (await client.NextAsync())!.Value.GetProperty("ping").GetInt32());

        await client.Socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, client.Socket.CloseStatus);
    }

    [Fact]
    public async Task A_reader_that_is_too_slow_is_told_so()
    {
        await using var server = await FeedServer.StartAsync(new FeedOptions { KeptEvents = 4 });
        using var client = await server.ConnectAsync("?channel=blocks&snapshot=0");
        await client.UntilAsync("snapshot_end");

        // The ring turns faster than any socket reads: appended in one go, before the reader's task comes to it.
        for (var slot = 1; slot <= 20_000 && server.Feed.Readers > 0; slot++) { server.Feed.Publish(LiveFeedTests.Block(slot)); }
        while (await client.NextAsync() is not null) { }
        Assert.Equal((1013, true), ((int)client.Socket.CloseStatus!, client.Socket.CloseStatusDescription!.StartsWith("too slow", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_is_too_long_ends_the_connection()
    {
        await using var server = await FeedServer.StartAsync(new FeedOptions { MaxRequestBytes = 100 });
        using var client = await server.ConnectAsync();
        await client.SayAsync($$"""{"ping":"{{new string('x', 2_000)}}"}""");
        while (await client.NextAsync() is not null) { }
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, client.Socket.CloseStatus);
    }

    [Fact]
    public async Task A_server_that_ends_says_goodbye()
    {
        await using var server = await FeedServer.StartAsync();
        using var client = await server.ConnectAsync();
        await client.UntilAsync("snapshot_end");
        using var stream = await StreamAsync(server.Client, "/api/v1/live");
        var ending = server.StopAsync();
        Assert.Null(await client.NextAsync());
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, client.Socket.CloseStatus);
        await client.Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        var told = await stream.ReadToEndAsync();
        Assert.Contains("event: error\ndata: {\"type\":\"error\",\"code\":\"ending\"", told);
        await ending;
    }

    [Fact]
    public async Task Server_sent_events_carry_ids_to_come_back_with()
    {
        await using var server = await FeedServer.StartAsync();
        server.Feed.Publish(Rows.Arbitrage(1));
        using (var first = await StreamAsync(server.Client, "/api/v1/live?snapshot=5"))
        {
            Assert.Equal("event: hello", await first.ReadLineAsync());
            Assert.StartsWith("data: {\"type\":\"hello\"", await first.ReadLineAsync());
            Assert.Equal("", await first.ReadLineAsync());
            Assert.Equal($"id: {server.Feed.Stream}.1", await first.ReadLineAsync());
            var data = await first.ReadLineAsync();
            Assert.Equal(1, JsonDocument.Parse(data!["data: ".Length..]).RootElement.GetProperty("seq").GetInt32());
        }

        server.Feed.Publish(Rows.Arbitrage(2));
        using var second = await StreamAsync(server.Client, "/api/v1/live", $"{server.Feed.Stream}.1");
        Assert.Equal("event: hello", await second.ReadLineAsync());
        Assert.Contains("\"resumed\":true,\"gap\":false", await second.ReadLineAsync());
        Assert.Equal("", await second.ReadLineAsync());
        Assert.Equal($"id: {server.Feed.Stream}.2", await second.ReadLineAsync());
    }

    [Theory]
    [InlineData("/api/v1/live?channel=nothing", 400, "invalid-parameter")]
    [InlineData("/api/v1/live?chanel=blocks", 400, "unknown-parameter")]
    [InlineData("/ws/live", 426, "upgrade-required")]
    [InlineData("/api/v1/status", 404, "not-live")]
    public async Task A_wrong_request_gets_a_problem(string path, int status, string type)
    {
        await using var server = await FeedServer.StartAsync();
        using var reply = await server.Client.GetAsync(path);
        Assert.Equal(status, (int)reply.StatusCode);
        Assert.Contains($"urn:sluice:problem:{type}\"", await reply.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/api/v1/live")]
    [InlineData("/ws/live")]
    [InlineData("/api/v1/status")]
    public async Task A_process_that_only_serves_says_so(string path)
    {
        await using var app = await Running.StartAsync(new NoStore());
        using var reply = await app.Client.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, reply.StatusCode);
        Assert.Contains("urn:sluice:problem:not-live", await reply.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_page_of_another_site_does_not_get_in()
    {
        await using var server = await FeedServer.StartAsync();
        await Assert.ThrowsAsync<WebSocketException>(() => server.ConnectAsync(origin: "https://evil.example"));
        using var own = await server.ConnectAsync(origin: server.Client.BaseAddress!.GetLeftPart(UriPartial.Authority));
        Assert.Equal(WebSocketState.Open, own.Socket.State);
    }

    [Fact]
    public async Task More_readers_than_are_served_are_turned_away()
    {
        await using var server = await FeedServer.StartAsync(new FeedOptions { MaxReaders = 1 });
        using var client = await server.ConnectAsync();
        await client.UntilAsync("snapshot_end");
        using var reply = await server.Client.GetAsync("/api/v1/live");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, reply.StatusCode);
        Assert.NotNull(reply.Headers.RetryAfter);
    }

    [Fact]
    public async Task The_feeds_figures_are_metrics()
    {
        await using var server = await FeedServer.StartAsync();
        using var client = await server.ConnectAsync("?channel=blocks");
        await client.UntilAsync("snapshot_end");
        server.Feed.Publish(LiveFeedTests.Block(1));
        await client.UntilAsync("added");
        await client.SayAsync("""{"ping":1}""");
        await client.UntilAsync("pong"); // by then the event counts as sent
        var metrics = await server.Client.GetStringAsync("/metrics");
        Assert.Contains("pipeline_feed_event_published_total{channel=\"blocks\",type=\"added\"} ", metrics);
        Assert.Contains("pipeline_feed_event_sent_total{transport=\"ws\"} ", metrics);
        Assert.Contains("pipeline_feed_reader_connected{transport=\"ws\"} ", metrics);
        Assert.Contains("pipeline_feed_write_delay_seconds_bucket", metrics);
    }

    [NodeFact]
    public async Task Nodes_own_WebSocket_reads_it()
    {
        await using var server = await FeedServer.StartAsync();
        server.Feed.Publish(Rows.Arbitrage(1));
        var script = Path.Combine(RealData.RepositoryRoot, "tests", "Integration", "Api", "Feed", "feed_client.mjs");
        using var node = Process.Start(new ProcessStartInfo("node", ["--no-warnings", NodeFactAttribute.WebSocketFlag, script, server.SocketAddress + "?channel=arbitrages"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = node.StandardError.ReadToEndAsync();
        Assert.Equal("hello", await node.StandardOutput.ReadLineAsync());
        Assert.Equal("added arbitrages 1", await node.StandardOutput.ReadLineAsync());
        Assert.Equal("snapshot_end", await node.StandardOutput.ReadLineAsync());
        server.Feed.Publish(Rows.Arbitrage(2));
        server.Feed.Retract(FeedChannel.Arbitrages, Rows.Arbitrage(1).Id.ToString(), 1);
        Assert.Equal("added arbitrages 2", await node.StandardOutput.ReadLineAsync());
        Assert.Equal("retracted arbitrages 1", await node.StandardOutput.ReadLineAsync());
        Assert.Equal("pong", await node.StandardOutput.ReadLineAsync());
        Assert.Equal("closed 1000", await node.StandardOutput.ReadLineAsync());
        await node.WaitForExitAsync();
        Assert.Equal((0, ""), (node.ExitCode, await errors));
    }

    private static async Task<StreamReader> StreamAsync(HttpClient client, string path, string? lastEventId = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (lastEventId is not null) { request.Headers.Add("Last-Event-ID", lastEventId); }
        var reply = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", reply.Content.Headers.ContentType!.MediaType);
        return new StreamReader(await reply.Content.ReadAsStreamAsync());
    }
}
