using Sluice.Ingest.Live;
using Sluice.Ingest.Rpc;
using Sluice.Schemas.Chain;
using Sluice.Tests.Unit.Sinks;

namespace Sluice.Tests.Unit.Rpc;

/// <summary>Every block in order, once, whatever nodes leave out.</summary>
public sealed class BlockFollowerTests
{
    private readonly ManualTime _time = new();

    /// <summary>Blocks of the chain: slot and parent.</summary>
    private readonly SortedDictionary<ulong, ulong> _chain = [];
    private readonly HashSet<ulong> _unlisted = [];
    private ulong _tip;

    [Fact]
    public async Task Blocks_come_in_order_and_skipped_slots_do_not()
    {
        Grow(100, 101, 104, 105, 109);
        Assert.Equal([100, 101, 104, 105, 109], await FollowAsync(100, 5));
    }

    [Fact]
    public async Task New_blocks_are_waited_for()
    {
        Grow(100);
        var asked = 0;
        var seen = await FollowAsync(100, 3, request =>
        {
            if (request.Method == "getSlot" && ++asked is 5 or 20) { Grow(_tip + 1); }
            return null;
        });
        Assert.Equal([100, 101, 102], seen);
    }

    [Fact]
    public async Task What_a_list_leaves_out_is_fetched_by_its_descendants()
    {
        Grow(100, 101, 102, 103, 104, 105);
        _unlisted.UnionWith([102, 103]);
        var follower = Follower(Answer);
        Assert.Equal([100, 101, 102, 103, 104, 105], await TakeAsync(follower, 100, 6));
        Assert.Equal(2, follower.BackFilled);
    }

    [Fact]
    public async Task A_long_silence_of_leaders_is_gone_over()
    {
        Grow(100, 900);
        Assert.Equal([100, 900], await FollowAsync(100, 2));
    }

    [Fact]
    public async Task A_node_that_is_behind_hides_nothing()
    {
        Grow(100, 101, 102);

        // One node tells the newest slot, the other lists blocks and has only seen the first.
        var lists = 0;
        var seen = await FollowAsync(100, 3, request => request.Method == "getBlocks" && ++lists == 1 ? FakeNodes.Answer.Result("[100]") : null);
        Assert.Equal([100, 101, 102], seen);
    }

    [Fact]
    public async Task An_outage_is_waited_for_and_told()
    {
        Grow(100, 101);
        var (asked, told) = (0, 0);
        var follower = new BlockFollower(
            new ChainClient(Client(request => request.Method == "getBlock" && ++asked is > 1 and < 60 ? FakeNodes.Broken : Answer(request))),
            new FollowerOptions { Time = _time })
        {
            Waiting = _ => Interlocked.Increment(ref told),
        };
        Assert.Equal([100, 101], await TakeAsync(follower, 100, 2));
        Assert.True(told > 0);
    }

    [Theory]
    [InlineData(-32009, "Slot 101 was skipped, or missing in long-term storage", RpcFault.NotThere, false)]
    [InlineData(-32001, "Block 101 cleaned up, does not exist on node. First available block: 102", RpcFault.Gone, true)]
    public async Task A_block_that_no_node_has_is_given_out_as_missed(int code, string words, RpcFault fault, bool atOnce)
    {
        Grow(100, 101, 102);
        var asked = 0;
        var follower = Follower(r => r.Method == "getBlock" && r.Parameters[0].GetUInt64() == 101 && Interlocked.Increment(ref asked) > 0 ? FakeNodes.Answer.Error(code, words) : Answer(r));
        var blocks = new List<(ulong Slot, RpcFault? Missed)>();
        await Pump(Run());
        Assert.Equal([(100, null), (101, fault), (102, null)], blocks);
        Assert.Equal(atOnce, asked == 2);

        async Task<bool> Run()
        {
            await foreach (var block in follower.FollowAsync(100, null, CancellationToken.None))
            {
                block.Body?.Dispose();
                blocks.Add((block.Slot, block.Missed?.Fault));
                if (blocks.Count == 3) { break; }
            }

            return true;
        }
    }

    [Fact]
    public async Task What_lies_before_a_nodes_memory_is_missed_as_a_range()
    {
        Grow(100, 101, 102, 103);

        // Nodes that keep few blocks list what they have, and say nothing of the rest.
        var follower = Follower(r => r.Method switch
        {
            "getBlocks" => FakeNodes.Answer.Result("[103]"),
            "getBlock" when r.Parameters[0].GetUInt64() < 102 => FakeNodes.Answer.Error(-32001, "Block 101 cleaned up, does not exist on node. First available block: 102"),
            _ => Answer(r),
        });
        var blocks = new List<(ulong First, ulong Slot, bool IsThere)>();
        await Pump(Run());
        Assert.Equal([(90, 101, false), (102, 102, true), (103, 103, true)], blocks);

        async Task<bool> Run()
        {
            await foreach (var block in follower.FollowAsync(90, null, CancellationToken.None))
            {
                block.Body?.Dispose();
                blocks.Add((block.First, block.Slot, block.Body is not null));
                if (blocks.Count == 3) { break; }
            }

            return true;
        }
    }

    [Fact]
    public async Task A_null_for_a_listed_block_is_missed_by_the_reader_and_not_taken_for_its_parent()
    {
        Grow(100, 101);
        var seen = await FollowAsync(100, 2, r => r.Method == "getBlock" && r.Parameters[0].GetUInt64() == 100 ? FakeNodes.Answer.Result("null") : null);
        Assert.Equal([100, 101], seen);
    }

    [Fact]
    public async Task Without_a_first_slot_it_begins_at_the_newest()
    {
        Grow(100, 101, 102);
        Assert.Equal([102], await FollowAsync(null, 1));
    }

    [Fact]
    public async Task A_pushed_block_is_given_out_before_any_list_names_it()
    {
        Grow(100);
        var pushed = new PushedBlocks();
        pushed.Connected("ws");
        var follower = new BlockFollower(new ChainClient(Client(Answer)), new FollowerOptions { Time = _time }, pushed);
        var seen = new List<(ulong Slot, string Source)>();
        await Pump(Run());
        Assert.Equal([100, 101, 104], seen.Select(s => s.Slot));
        Assert.Equal(["pushed", "pushed"], seen.Skip(1).Select(s => s.Source));
        Assert.Equal(2, follower.ByPush);

        async Task<bool> Run()
        {
            await foreach (var block in follower.FollowAsync(100, null, CancellationToken.None))
            {
                seen.Add((block.Slot, block.Body!.Source));
                block.Body.Dispose();
                if (block.Slot == 100)
                {
                    // No node knows of them, and the second one comes twice.
                    pushed.TakeBlock(Pushed(101, 100));
                    pushed.TakeBlock(Pushed(104, 101));
                    pushed.TakeBlock(Pushed(104, 101));
                }

                if (seen.Count == 3) { break; }
            }

            return true;
        }
    }

    [Fact]
    public async Task What_pushes_leave_out_is_asked_for()
    {
        Grow(100);
        var pushed = new PushedBlocks();
        pushed.Connected("ws");
        var follower = new BlockFollower(new ChainClient(Client(Answer)), new FollowerOptions { Time = _time }, pushed);
        var seen = new List<ulong>();
        await Pump(Run());
        Assert.Equal([100, 101, 102, 105], seen);

        async Task<bool> Run()
        {
            await foreach (var block in follower.FollowAsync(100, null, CancellationToken.None))
            {
                seen.Add(block.Slot);
                block.Body!.Dispose();
                if (block.Slot == 100)
                {
                    lock (_chain) { Grow(101, 102, 105); }
                    pushed.TakeBlock(Pushed(105, 102));
                    pushed.TakeBlock(Pushed(99, 98));
                }

                if (seen.Count == 4) { break; }
            }

            return true;
        }
    }

    [Fact]
    public async Task A_slow_reader_has_few_pushed_blocks_waiting_and_misses_none()
    {
        Grow(100);
        var pushed = new PushedBlocks();
        pushed.Connected("ws");
        var follower = new BlockFollower(new ChainClient(Client(Answer)), new FollowerOptions { Time = _time }, pushed);
        var (seen, waiting, most, newest) = (new List<ulong>(), 0, 0, 100UL);
        await Pump(Run());
        Assert.Equal(Enumerable.Range(100, 60).Select(s => (ulong)s), seen);
        Assert.InRange(most, 10, 50);

        async Task<bool> Run()
        {
            await foreach (var block in follower.FollowAsync(100, null, CancellationToken.None))
            {
                seen.Add(block.Slot);
                block.Body!.Dispose();

                // For each block that is read there are ten new ones.
                for (var i = 0; i < 10; i++)
                {
                    newest++;
                    lock (_chain) { Grow(newest); }
                    waiting++;
                    pushed.TakeBlock(new PushedBlock(newest, new BlockHeader(newest - 1, Hash(newest), Hash(newest - 1)), new PushedBody(newest, newest - 1) { Disposed = () => waiting-- }));
                }

                most = Math.Max(most, waiting);
                if (seen.Count == 60) { break; }
            }

            return true;
        }
    }

    private static PushedBlock Pushed(ulong slot, ulong parent) => new(slot, new BlockHeader(parent, Hash(slot), Hash(parent)), new PushedBody(slot, parent));

    /// <summary>A block as a push brings it.</summary>
    private sealed class PushedBody(ulong slot, ulong parent) : BlockBody
    {
        private readonly byte[] _bytes = System.Text.Encoding.ASCII.GetBytes(
            $$$"""{"slot":{{{slot}}},"block":{"blockhash":"{{{Hash(slot)}}}","parentSlot":{{{parent}}},"previousBlockhash":"{{{Hash(parent)}}}","transactions":[]}}""");

        public Action? Disposed { get; init; }

        public override string Source => "pushed";

        public override ReadOnlySpan<byte> Bytes => _bytes;

        public override Sluice.Ingest.Blocks.ReadResult Read(Sluice.Ingest.Blocks.BlockReader json, Sluice.Ingest.Decoding.Model.RawBlock block) =>
            json.Read(_bytes, new Sluice.Ingest.Blocks.DocumentOrigin(Source, slot), block);

        public override void Dispose() => Disposed?.Invoke();
    }

    private void Grow(params ulong[] slots)
    {
        foreach (var slot in slots)
        {
            _chain[slot] = _chain.Count == 0 ? slot - 1 : _tip;
            _tip = slot;
        }
    }

    private Task<ulong[]> FollowAsync(ulong? first, int count, Func<FakeNodes.Request, FakeNodes.Answer?>? special = null) =>
        TakeAsync(Follower(r => special?.Invoke(r) ?? Answer(r)), first, count);

    private RpcClient Client(Func<FakeNodes.Request, FakeNodes.Answer> answer) => new FakeNodes(answer).Client(FakeNodes.Options(_time, "http://a", "http://b"));

    private BlockFollower Follower(Func<FakeNodes.Request, FakeNodes.Answer> answer) => new(new ChainClient(Client(answer)), new FollowerOptions { Time = _time });

    private Task<ulong[]> TakeAsync(BlockFollower follower, ulong? first, int count)
    {
        return Pump(Run());

        async Task<ulong[]> Run()
        {
            var slots = new List<ulong>();
            await foreach (var block in follower.FollowAsync(first, null, CancellationToken.None))
            {
                block.Body?.Dispose();
                slots.Add(block.Slot);
                if (slots.Count == count) { break; }
            }

            return [.. slots];
        }
    }

    private Task<T> Pump<T>(Task<T> task) => FakeNodes.DoneAsync(task, _time);

    private FakeNodes.Answer Answer(FakeNodes.Request request)
    {
        lock (_chain)
        {
            switch (request.Method)
            {
                case "getSlot":
                    return FakeNodes.Answer.Result(_tip.ToString());
                case "getBlocks":
                    var (first, last) = (request.Parameters[0].GetUInt64(), request.Parameters[1].GetUInt64());
                    return FakeNodes.Answer.Result($"[{string.Join(',', _chain.Keys.Where(s => s >= first && s <= last && !_unlisted.Contains(s)))}]");
                default:
                    var slot = request.Parameters[0].GetUInt64();
                    return _chain.TryGetValue(slot, out var parent)
                        ? FakeNodes.Answer.Result($$"""{"blockHeight":1,"blockhash":"{{Hash(slot)}}","parentSlot":{{parent}},"previousBlockhash":"{{Hash(parent)}}","transactions":[]}""")
                        : FakeNodes.Answer.Error(-32007, "skipped");
            }
        }
    }

    private static Pubkey Hash(ulong slot)
    {
        Span<byte> bytes = stackalloc byte[Pubkey.Size];
        BitConverter.TryWriteBytes(bytes, slot);
        return new Pubkey(bytes);
    }
}
