using Sluice.Cli.Live;
using Sluice.Ingest.Live;
using Sluice.Ingest.Rpc;
using Sluice.Tests.Unit.Rpc;
using Sluice.Tests.Unit.Sinks;

namespace Sluice.Tests.Unit.Live;

/// <summary>Blocks are read in order while the next ones are asked for.</summary>
public sealed class BlocksAheadTests
{
    private const int AtOnce = 3;

    private static readonly ulong[] Slots = [10, 11, 13, 14, 15, 17, 18];

    private readonly ManualTime _time = new();

    [Fact]
    public async Task Blocks_come_in_order_and_few_are_under_way()
    {
        var (read, asked) = (new List<ulong>(), 0);
        var nodes = new FakeNodes(r =>
        {
            Interlocked.Increment(ref asked);
            return FakeNodes.Answer.Result($$"""{"slot":{{r.Parameters[0]}}}""");
        });
        await BlocksAhead.ReadAsync(
            Client(nodes),
            Slots,
            AtOnce,
            (slot, reply, _) =>
            {
                using (reply) { Assert.Contains($"\"slot\":{slot}}}", System.Text.Encoding.UTF8.GetString(reply.Body.Span), StringComparison.Ordinal); }
                read.Add(slot);
                Assert.InRange(Volatile.Read(ref asked), read.Count, read.Count + AtOnce - 1);
                return Task.CompletedTask;
            },
            CancellationToken.None);
        Assert.Equal(Slots, read);
        Assert.Equal(Slots.Length, asked);
    }

    [Fact]
    public async Task A_late_answer_does_not_keep_the_others_from_being_asked_for()
    {
        // The first block never comes; the two that may be under way beside it do.
        var nodes = new FakeNodes(r => r.Parameters[0].GetUInt64() == Slots[0] ? FakeNodes.Silent : FakeNodes.Answer.Result("{}"));
        using var stop = new CancellationTokenSource();
        var reading = BlocksAhead.ReadAsync(Client(nodes), Slots, AtOnce, (_, _, _) => throw new InvalidOperationException("nothing can be read"), stop.Token);
        while (nodes.Asked.Count < AtOnce) { await Task.Yield(); }
        Assert.False(reading.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.Equal(AtOnce, nodes.Asked.Count);
    }

    [Fact]
    public async Task When_one_cannot_be_read_nothing_is_under_way_any_more()
    {
        var nodes = new FakeNodes(r => r.Parameters[0].GetUInt64() == Slots[1] ? FakeNodes.Silent : FakeNodes.Answer.Result("{}"));
        var failed = await Assert.ThrowsAsync<RpcException>(() => BlocksAhead.ReadAsync(
            Client(nodes),
            Slots,
            AtOnce,
            (slot, reply, _) =>
            {
                reply.Dispose();
                throw new RpcException(RpcFault.BadReply, "a", $"slot {slot}");
            },
            CancellationToken.None));
        Assert.Equal("a: slot 10", failed.Message);
    }

    private ChainClient Client(FakeNodes nodes) => new(nodes.Client(FakeNodes.Options(_time, "http://a")));
}
