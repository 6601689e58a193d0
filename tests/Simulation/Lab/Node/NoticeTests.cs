using System.Text.Json;
using Sluice.Lab.Faults;
using Sluice.Lab.Node;
using Sluice.Tests.Unit.Sinks;

namespace Sluice.Tests.Simulation.Lab.Node;

/// <summary>What subscribers of the simulated node are told, and what it does with requests that it does not answer.</summary>
public sealed class NoticeTests
{
    private const string All = """["all",{"commitment":"confirmed","encoding":"json","transactionDetails":"full","showRewards":true,"maxSupportedTransactionVersion":0}]""";

    private static JsonElement Result(JsonElement notice) => notice.GetProperty("params").GetProperty("result");

    [Fact]
    public void Slots_roots_and_blocks_are_told_as_they_come()
    {
        var node = new TestNode(60);
        var subscriber = node.Node.TryConnect()!;
        var ids = new[] { ("slotSubscribe", "[]"), ("rootSubscribe", "[]"), ("blockSubscribe", All) }
            .Select(s => TestNode.Call(subscriber, s.Item1, s.Item2).GetProperty("result").GetUInt64()).ToArray();
        Assert.Equal(3, ids.Distinct().Count());
        var notices = new List<JsonElement>();
        for (var i = 0; i < 40; i++)
        {
            node.Go(1);
            notices.AddRange(TestNode.Drain(subscriber));
        }

        var slots = TestNode.Slots(100);
        ulong[] Of(string method, Func<JsonElement, ulong> slot) => [.. notices.Where(n => n.GetProperty("method").GetString() == method).Select(n => slot(Result(n)))];
        ulong[] Produced(int from, int to) => [.. slots[from..to].Where(s => s.Block is not null).Select(s => s.Slot)];
        Assert.Equal(Produced(60, 100), Of("slotNotification", r => r.GetProperty("slot").GetUInt64()));
        Assert.Equal(Produced(28, 68), Of("rootNotification", r => r.GetUInt64()));
        Assert.Equal(Produced(59, 99), Of("blockNotification", r => r.GetProperty("value").GetProperty("slot").GetUInt64()));
        var block = Result(notices.First(n => n.GetProperty("method").GetString() == "blockNotification"));
        var made = slots.Single(s => s.Slot == block.GetProperty("context").GetProperty("slot").GetUInt64()).Block!;
        Assert.Equal(System.Text.Encoding.UTF8.GetString(made.Json), block.GetProperty("value").GetProperty("block").GetRawText());
        var slot = Result(notices.First(n => n.GetProperty("method").GetString() == "slotNotification"));
        Assert.Equal(slots.Single(s => s.Slot == slot.GetProperty("slot").GetUInt64()).Block!.ParentSlot, slot.GetProperty("parent").GetUInt64());
    }

    [Fact]
    public void A_subscription_ends_when_it_is_asked_to()
    {
        var node = new TestNode(60);
        var subscriber = node.Node.TryConnect()!;
        var id = TestNode.Call(subscriber, "slotSubscribe").GetProperty("result").GetUInt64();
        Assert.True(TestNode.Call(subscriber, "slotUnsubscribe", $"[{id}]").GetProperty("result").GetBoolean());
        Assert.Equal("Invalid subscription id.", TestNode.Call(subscriber, "slotUnsubscribe", $"[{id}]").GetProperty("error").GetProperty("message").GetString());
        node.Go(10);
        Assert.Empty(TestNode.Drain(subscriber));
        Assert.Equal(-32601, TestNode.Call(subscriber, "getSlot").GetProperty("error").GetProperty("code").GetInt32());
        Assert.Equal(-32602, TestNode.Call(subscriber, "blockSubscribe", "[5]").GetProperty("error").GetProperty("code").GetInt32());
        Assert.Equal(-32602, TestNode.Call(subscriber, "blockSubscribe", """["all",{"commitment":"processed"}]""").GetProperty("error").GetProperty("code").GetInt32());
    }

    [Fact]
    public void Blocks_can_be_narrowed_to_an_account()
    {
        const string Jupiter = "JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4";
        var node = new TestNode(60);
        var subscriber = node.Node.TryConnect()!;
        TestNode.Call(subscriber, "blockSubscribe", $$"""[{"mentionsAccountOrProgram":"{{Jupiter}}"},{"commitment":"confirmed","maxSupportedTransactionVersion":0}]""");
        node.Go(30);
        var told = TestNode.Drain(subscriber).SelectMany(n => Result(n).GetProperty("value").GetProperty("block").Transactions()).Select(t => new TransactionView(t)).ToArray();
        var expected = TestNode.Slots(89)[59..].Where(s => s.Block is not null).SelectMany(s => JsonDocument.Parse(s.Block!.Json).RootElement.Transactions())
            .Select(t => new TransactionView(t)).Where(t => t.Keys.Contains(Jupiter)).Select(t => t.Signature).ToArray();
        Assert.NotEmpty(expected);
        Assert.Equal(expected, told.Select(t => t.Signature));
    }

    [Fact]
    public void A_client_that_knows_no_versions_is_told_so_in_the_notice()
    {
        var node = new TestNode(60);
        var subscriber = node.Node.TryConnect()!;
        TestNode.Call(subscriber, "blockSubscribe", """["all",{"commitment":"confirmed"}]""");
        node.Go(3);
        var value = Result(TestNode.Drain(subscriber)[0]).GetProperty("value");
        Assert.Equal(JsonValueKind.Null, value.GetProperty("block").ValueKind);
        Assert.Equal(0, value.GetProperty("err").GetProperty("UnsupportedTransactionVersion").GetInt32());
    }

    [Fact]
    public void One_that_is_too_slow_is_cut_off_and_others_are_not()
    {
        var node = new TestNode(60, new NodeOptions { MaxWaitingMessages = 8 });
        var (slow, quick) = (node.Node.TryConnect()!, node.Node.TryConnect()!);
        TestNode.Call(slow, "slotSubscribe");
        TestNode.Call(quick, "slotSubscribe");
        var told = 0;
        for (var i = 0; i < 30; i++)
        {
            node.Go(1);
            told += TestNode.Drain(quick).Count;
        }

        Assert.NotNull(slow.ClosedFor);
        Assert.True(slow.CutOff.IsCancellationRequested);
        Assert.Null(quick.ClosedFor);
        Assert.InRange(told, 20, 30);
        Assert.Equal(1, node.Node.Status.Subscribers);
        var bytes = new TestNode(60, new NodeOptions { MaxWaitingBytes = 2_000 });
        var large = bytes.Node.TryConnect()!;
        TestNode.Call(large, "blockSubscribe", All);
        bytes.Go(3);
        Assert.NotNull(large.ClosedFor);
    }

    [Fact]
    public void Connections_and_subscriptions_are_bounded()
    {
        var node = new TestNode(40, new NodeOptions { MaxSockets = 2, MaxSubscriptions = 3 });
        var first = node.Node.TryConnect()!;
        Assert.NotNull(node.Node.TryConnect());
        Assert.Null(node.Node.TryConnect());
        for (var i = 0; i < 3; i++) { Assert.True(TestNode.Call(first, "slotSubscribe").TryGetProperty("result", out _)); }
        Assert.Equal(-32603, TestNode.Call(first, "slotSubscribe").GetProperty("error").GetProperty("code").GetInt32());
        first.Leave("done");
        Assert.NotNull(node.Node.TryConnect());
    }

    [Fact]
    public void A_fork_is_seen_first_and_the_true_block_in_the_end()
    {
        var faults = new FaultOptions { Seed = 2, ForksPerThousandSlots = 15 };
        var plan = new FaultPlan(faults);
        var node = new TestNode(40, new NodeOptions { Faults = faults });
        var subscriber = node.Node.TryConnect()!;
        TestNode.Call(subscriber, "blockSubscribe", All);
        var told = new Dictionary<ulong, List<string>>();
        var early = new Dictionary<ulong, string>();
        var slots = TestNode.Slots(240);
        for (var i = 40; i < 240; i++)
        {
            node.Go(1);
            foreach (var notice in TestNode.Drain(subscriber))
            {
                var value = Result(notice).GetProperty("value");
                var slot = value.GetProperty("slot").GetUInt64();
                if (!told.TryGetValue(slot, out var hashes)) { told.Add(slot, hashes = []); }
                hashes.Add(value.GetProperty("block").GetProperty("blockhash").GetString()!);
            }

            var confirmed = node.Ask("getSlot", """[{"commitment":"confirmed"}]""").GetUInt64();
            early.TryAdd(confirmed, node.Ask("getBlock", $$"""[{{confirmed}},{"commitment":"confirmed","transactionDetails":"none"}]""").GetProperty("blockhash").GetString()!);
        }

        var finalized = node.Ask("getSlot").GetUInt64();
        var replaced = 0;
        foreach (var slot in slots[41..].Where(s => s.Block is not null && s.Slot <= finalized))
        {
            var hash = node.Ask("getBlock", $$"""[{{slot.Slot}},{"transactionDetails":"none"}]""").GetProperty("blockhash").GetString();
            Assert.Equal(slot.Block!.Blockhash, hash);
            Assert.Equal(hash, told[slot.Slot][^1]);
            if (plan.ForkAt(slot.Slot) is not { } fork || slot.Slot + 1 >= fork.End) { continue; }
            replaced++;
            Assert.Equal(2, told[slot.Slot].Count);
            Assert.NotEqual(hash, early[slot.Slot]);
            Assert.Equal(early[slot.Slot], told[slot.Slot][0]);
        }

        Assert.True(replaced > 10, $"only {replaced} blocks were replaced");
    }

    [Fact]
    public void A_late_block_cannot_be_fetched_before_it_comes()
    {
        var faults = new FaultOptions { Seed = 9, LatePerMille = 300 };
        var plan = new FaultPlan(faults);
        var node = new TestNode(60, new NodeOptions { Faults = faults });
        var late = 0;
        for (var i = 0; i < 60; i++)
        {
            node.Go(1);
            var slot = TestNode.FirstSlot + 60 + (ulong)i - 1;
            var hidden = plan.HiddenFor(slot);
            var answer = node.Send($$"""{"jsonrpc":"2.0","id":1,"method":"getBlockTime","params":[{{slot}}]}""");
            if (hidden > 1) { late++; }
            if (hidden > 1) { Assert.Contains("-32004", answer, StringComparison.Ordinal); }
        }

        Assert.True(late > 5);
        node.Go(31);
        var listed = node.Ask("getBlocks", $$"""[{{TestNode.FirstSlot}},{{TestNode.FirstSlot + 110}},{"commitment":"confirmed"}]""").GetArrayLength();
        Assert.Equal(TestNode.Slots(111).Count(s => s.Block is not null), listed);
    }

    [Fact]
    public void Dropped_sockets_are_cut_off()
    {
        var node = new TestNode(40, new NodeOptions { Faults = new FaultOptions { DroppedSocketsPerMille = 1000 } });
        var subscriber = node.Node.TryConnect()!;
        TestNode.Call(subscriber, "slotSubscribe");
        node.Go(1);
        Assert.True(subscriber.CutOff.IsCancellationRequested);
    }

    [Fact]
    public void More_requests_than_the_limit_are_refused_until_time_goes_on()
    {
        var time = new ManualTime();
        var node = new TestNode(40, new NodeOptions { RequestsPerSecond = 5 }, time);
        var admitted = Enumerable.Range(0, 8).Select(_ => node.Node.Admit()).ToArray();
        Assert.Equal(5, admitted.Count(a => a.Fault == RequestFault.None));
        Assert.Equal(new Admission(RequestFault.RateLimited, 429, 1), admitted[^1]);
        time.Advance(TimeSpan.FromMilliseconds(400));
        Assert.Equal(2, Enumerable.Range(0, 8).Count(_ => node.Node.Admit().Fault == RequestFault.None));
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(5, Enumerable.Range(0, 8).Count(_ => node.Node.Admit().Fault == RequestFault.None));
    }

    [Theory]
    [InlineData("getBlock", -32004)]
    [InlineData("getBlock", -32007)]
    [InlineData("getBlock", -32009)]
    [InlineData("getBlock", -32014)]
    [InlineData("getSlot", -32005, -32007)]
    public void An_error_by_fault_is_one_that_a_node_gives(string method, int expected, int? asked = null)
    {
        var node = new TestNode(40);
        var answer = JsonDocument.Parse(node.Send($$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}","params":[{{TestNode.FirstSlot}}]}""", asked ?? expected)).RootElement;
        Assert.Equal(expected, answer.GetProperty("error").GetProperty("code").GetInt32());
    }
}
