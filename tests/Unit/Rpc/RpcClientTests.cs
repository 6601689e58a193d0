using System.Net;
using System.Text;
using Sluice.Ingest.Rpc;
using Sluice.Tests.Unit.Sinks;

namespace Sluice.Tests.Unit.Rpc;

/// <summary>Which node is asked, again and instead, and what is never shown.</summary>
public sealed class RpcClientTests
{
    private const string Key = "sk-7f3a9";

    private readonly ManualTime _time = new();

    [Fact]
    public async Task An_answer_is_handed_over_byte_for_byte()
    {
        var nodes = new FakeNodes(_ => FakeNodes.Answer.Result("""{"slot":18446744073709551615}"""));
        using var client = nodes.Client(FakeNodes.Options(_time, "http://a"));
        using var reply = await client.CallAsync("getEpochInfo", """[{"commitment":"finalized"}]""", CancellationToken.None);
        Assert.Equal("""{"jsonrpc":"2.0","result":{"slot":18446744073709551615},"id":1}""", Encoding.UTF8.GetString(reply.Body.Span));
        Assert.Null(reply.Error);
        Assert.Equal("finalized", Assert.Single(nodes.Asked).Parameters[0].GetProperty("commitment").GetString());
    }

    [Fact]
    public async Task Turns_follow_the_weights()
    {
        var nodes = new FakeNodes(_ => FakeNodes.Answer.Result("1"));
        using var client = nodes.Client(FakeNodes.Options(_time, "http://a#weight=3", "http://b"));
        for (var i = 0; i < 40; i++) { (await client.CallAsync("getSlot", "[]", CancellationToken.None)).Dispose(); }
        Assert.Equal((30, 10), (nodes.CountOf("a"), nodes.CountOf("b")));
    }

    [Fact]
    public async Task What_one_fails_the_next_answers_at_once()
    {
        var nodes = new FakeNodes(r => r.Host == "a" ? FakeNodes.Broken : FakeNodes.Answer.Result("1"));
        using var client = nodes.Client(FakeNodes.Options(_time, "http://a", "http://b"));
        using var reply = await client.CallAsync("getSlot", "[]", CancellationToken.None);
        Assert.Equal("b", reply.Endpoint);
        Assert.Equal(0, _time.GetTimestamp());
    }

    [Fact]
    public async Task A_silent_one_is_helped_out_and_the_first_answer_counts()
    {
        var nodes = new FakeNodes(r => r.Host == "a" ? FakeNodes.Silent : FakeNodes.Answer.Result("1"));
        using var client = nodes.Client(FakeNodes.Options(_time, "http://a", "http://b") with { HedgeAfter = TimeSpan.FromSeconds(1) });
        using var reply = await FakeNodes.DoneAsync(client.CallAsync("getSlot", "[]", CancellationToken.None), _time);
        Assert.Equal("b", reply.Endpoint);
        Assert.True(TimeSpan.FromTicks(_time.GetTimestamp()).TotalSeconds >= 1);
    }

    [Fact]
    public async Task Who_limits_is_left_alone_as_long_as_it_asks()
    {
        var nodes = new FakeNodes(r => r.Host == "a" && r.Number == 1
            ? new FakeNodes.Answer(HttpStatusCode.TooManyRequests, "") { RetryAfter = 7 }
            : FakeNodes.Answer.Result("1"));
        using var client = nodes.Client(FakeNodes.Options(_time, "http://a", "http://b"));
        for (var i = 0; i < 5; i++) { (await client.CallAsync("getSlot", "[]", CancellationToken.None)).Dispose(); }
        Assert.Equal((1, 5), (nodes.CountOf("a"), nodes.CountOf("b")));
        _time.Advance(TimeSpan.FromSeconds(8));
        for (var i = 0; i < 4; i++) { (await client.CallAsync("getSlot", "[]", CancellationToken.None)).Dispose(); }
        Assert.Equal(3, nodes.CountOf("a"));
    }

    [Fact]
    public async Task A_single_one_that_limits_is_waited_for()
    {
        var nodes = new FakeNodes(r => r.Number == 1 ? new FakeNodes.Answer(HttpStatusCode.TooManyRequests, "") { RetryAfter = 30 } : FakeNodes.Answer.Result("1"));
        using var client = nodes.Client(FakeNodes.Options(_time, "http://a"));
        using var reply = await FakeNodes.DoneAsync(client.CallAsync("getSlot", "[]", CancellationToken.None), _time);
        Assert.True(TimeSpan.FromTicks(_time.GetTimestamp()).TotalSeconds >= 30);
        Assert.Equal(2, nodes.Asked.Count);
    }

    [Fact]
    public async Task A_breaker_opens_after_failures_tries_once_and_closes_again()
    {
        var ill = true;
        var nodes = new FakeNodes(r => r.Host == "a" && ill ? new FakeNodes.Answer(HttpStatusCode.BadGateway, "<html>") : FakeNodes.Answer.Result("1"));
        using var client = nodes.Client(FakeNodes.Options(_time, "http://a", "http://b") with { BreakerRequests = 4, BreakerPause = TimeSpan.FromSeconds(5) });
        async Task CallAsync(int times)
        {
            for (var i = 0; i < times; i++) { (await client.CallAsync("getSlot", "[]", CancellationToken.None)).Dispose(); }
        }

        await CallAsync(20);
        Assert.Equal((BreakerState.Open, 4), (client.Endpoints[0].Breaker, nodes.CountOf("a")));
        Assert.Equal((4, 0), (client.Endpoints[0].Failed, client.Endpoints[0].Answered));

        // The trial fails: the pause doubles.
        _time.Advance(TimeSpan.FromSeconds(5.1));
        await CallAsync(20);
        Assert.Equal((BreakerState.Open, 5), (client.Endpoints[0].Breaker, nodes.CountOf("a")));
        _time.Advance(TimeSpan.FromSeconds(5.1));
        await CallAsync(4);
        Assert.Equal(5, nodes.CountOf("a"));

        ill = false;
        _time.Advance(TimeSpan.FromSeconds(5.1));
        await CallAsync(4);
        Assert.Equal(BreakerState.Closed, client.Endpoints[0].Breaker);
        Assert.Equal(7, nodes.CountOf("a"));
    }

    [Fact]
    public async Task What_every_node_has_given_up_is_asked_once_of_each()
    {
        var nodes = new FakeNodes(_ => FakeNodes.Answer.Error(-32001, "Block 5 cleaned up, does not exist on node. First available block: 9"));
        using var client = nodes.Client(FakeNodes.Options(_time, "http://a", "http://b"));
        var error = await Assert.ThrowsAsync<RpcException>(() => client.CallAsync("getBlock", "[5]", CancellationToken.None));
        Assert.Equal(RpcFault.Gone, error.Fault);
        Assert.Equal((1, 1), (nodes.CountOf("a"), nodes.CountOf("b")));
    }

    [Fact]
    public async Task What_one_node_has_given_up_is_asked_of_the_others_in_every_round()
    {
        var nodes = new FakeNodes(r => r.Host == "a" ? FakeNodes.Answer.Error(-32001, "Block 5 cleaned up") : FakeNodes.Answer.Error(-32004, "Block not available for slot 5"));
        using var client = nodes.Client(FakeNodes.Options(_time, "http://a", "http://b") with { Rounds = 3 });
        var error = await Assert.ThrowsAsync<RpcException>(() => FakeNodes.DoneAsync(client.CallAsync("getBlock", "[5]", CancellationToken.None), _time));
        Assert.Equal(RpcFault.NotThere, error.Fault);
        Assert.Equal((3, 3), (nodes.CountOf("a"), nodes.CountOf("b")));
    }

    [Fact]
    public async Task An_error_that_is_an_answer_is_asked_once()
    {
        var nodes = new FakeNodes(_ => FakeNodes.Answer.Error(-32007, "Slot 5 was skipped, or missing due to ledger jump to recent snapshot"));
        using var client = nodes.Client(FakeNodes.Options(_time, "http://a", "http://b"));
        using var reply = await client.CallAsync("getBlock", "[5]", CancellationToken.None);
        Assert.True(reply.Error!.IsWithoutBlock);
        Assert.Single(nodes.Asked);
    }

    [Theory]
    [InlineData(-32004, RpcFault.NotThere)]
    [InlineData(-32005, RpcFault.Unavailable)]
    [InlineData(-32014, RpcFault.NotThere)]
    [InlineData(429, RpcFault.RateLimited)]
    [InlineData(-32601, RpcFault.Refused)]
    public async Task An_error_of_the_node_is_tried_elsewhere_and_then_told(int code, RpcFault fault)
    {
        var nodes = new FakeNodes(_ => FakeNodes.Answer.Error(code, "no"));
        using var client = nodes.Client(FakeNodes.Options(_time, "http://a", "http://b") with { Rounds = 2 });
        var call = client.CallAsync("getBlock", "[5]", CancellationToken.None);
        var error = await Assert.ThrowsAsync<RpcException>(() => FakeNodes.DoneAsync(call, _time));
        Assert.Equal(fault, error.Fault);
        Assert.Equal((2, 2), (nodes.CountOf("a"), nodes.CountOf("b")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>gateway</html>")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"resu")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":1}")]
    public async Task What_is_no_answer_is_a_fault(string body)
    {
        var nodes = new FakeNodes(_ => new FakeNodes.Answer(HttpStatusCode.OK, body));
        using var client = nodes.Client(FakeNodes.Options(_time, "http://a") with { Rounds = 1 });
        var error = await Assert.ThrowsAsync<RpcException>(() => client.CallAsync("getSlot", "[]", CancellationToken.None));
        Assert.Equal(RpcFault.BadReply, error.Fault);
    }

    [Fact]
    public async Task A_request_without_an_answer_ends_with_its_time()
    {
        var nodes = new FakeNodes(_ => FakeNodes.Silent);
        using var client = nodes.Client(FakeNodes.Options(_time, "http://a") with { Rounds = 1, RequestTimeout = TimeSpan.FromSeconds(20) });
        var error = await Assert.ThrowsAsync<RpcException>(() => FakeNodes.DoneAsync(client.CallAsync("getSlot", "[]", CancellationToken.None), _time));
        Assert.Equal((RpcFault.Timeout, "a: no answer within 20 s"), (error.Fault, error.Message));
    }

    [Fact]
    public async Task Keys_of_addresses_are_sent_and_never_shown()
    {
        var nodes = new FakeNodes(_ => new FakeNodes.Answer(HttpStatusCode.Unauthorized, ""));
        using var client = nodes.Client(FakeNodes.Options(_time, $"https://rpc.example/{Key}?api-key={Key}", $"https://u:{Key}@rpc.example:8443/") with { Rounds = 1 });
        var error = await Assert.ThrowsAsync<RpcException>(() => client.CallAsync("getSlot", "[]", CancellationToken.None));
        Assert.All(nodes.Asked, r => Assert.Contains(Key, r.Url.ToString()));
        Assert.DoesNotContain(Key, error.ToString());
        Assert.Equal(["rpc.example", "rpc.example:8443"], client.Endpoints.Select(e => e.Shown));
        Assert.False(RpcEndpointAddress.TryParse($"ftp://x/{Key}", out _, out var wrong));
        Assert.DoesNotContain(Key, wrong);
    }

    [Fact]
    public async Task An_answer_larger_than_agreed_is_refused()
    {
        var nodes = new FakeNodes(_ => FakeNodes.Answer.Result($"\"{new string('x', 200_000)}\""));
        using var client = nodes.Client(FakeNodes.Options(_time, "http://a") with { Rounds = 1, MaxReplyBytes = 100_000 });
        Assert.Equal(RpcFault.BadReply, (await Assert.ThrowsAsync<RpcException>(() => client.CallAsync("getSlot", "[]", CancellationToken.None))).Fault);
    }
}
