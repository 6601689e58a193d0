using Sluice.Ingest.Live;
using Sluice.Schemas.Chain;
using Sluice.Tests.Unit.Sinks;

namespace Sluice.Tests.Unit.Rpc;

/// <summary>What went through the pipeline against what was finalized.</summary>
public sealed class ReconcilerTests
{
    private readonly ManualTime _time = new();
    private readonly ChainLedger _ledger = new();

    /// <summary>The finalized chain: slot, and its version where forks have others.</summary>
    private readonly SortedDictionary<ulong, char> _final = [];
    private readonly HashSet<ulong> _gone = [];
    private int _headers;

    [Fact]
    public async Task A_chain_that_agrees_takes_one_header()
    {
        Final('a', 100, 101, 103, 104);
        Ours('a', 100, 101, 103, 104);
        Ours('a', 130);
        var comparison = await CompareAsync(99);
        Assert.Equal(104UL, comparison!.UpTo);
        Assert.Empty(comparison.Changes);
        Assert.Equal(1, _headers);
    }

    [Fact]
    public async Task Replaced_orphaned_and_left_out_blocks_are_told_apart()
    {
        Final('a', 100, 101);
        Final('b', 102, 104);
        Ours('a', 100, 101, 102, 103);
        Ours('a', 130);
        var comparison = await CompareAsync(99);
        Assert.Equal(
            [(102, true, true), (103, false, true), (104, true, false)],
            comparison!.Changes.Select(c => (c.Slot, c.Final is not null, c.Ours is not null)));
        Assert.Equal(Hash(102, 'b'), comparison.Changes[0].Final!.Value.Blockhash);
        Assert.Equal(Hash(102, 'a'), comparison.Changes[0].Ours!.Value.Blockhash);
    }

    [Fact]
    public async Task What_was_compared_before_is_left_alone()
    {
        Final('b', 100, 101, 102);
        Ours('a', 100, 101);
        Ours('b', 102);
        Ours('a', 130);
        var comparison = await CompareAsync(101);
        Assert.Empty(comparison!.Changes);
    }

    [Fact]
    public async Task Nothing_is_compared_that_detectors_may_still_have_open()
    {
        Final('a', 100, 101);
        Ours('a', 100, 101);
        Assert.Null(await CompareAsync(99));
    }

    [Fact]
    public async Task A_block_that_no_endpoint_gives_is_tried_again_and_then_missed()
    {
        Final('a', 100, 101, 102);
        Ours('a', 100, 102);
        Ours('a', 130);
        _gone.Add(101);
        var told = new List<(ulong, int)>();
        var reconciler = Reconciler((slot, tries, _) => told.Add((slot, tries)));
        ChainComparison? comparison = null;
        var tries = 0;
        while (comparison is null)
        {
            tries++;
            comparison = await FakeNodes.DoneAsync(reconciler.CompareAsync(99, CancellationToken.None), _time);
        }

        Assert.Equal(8, tries);
        Assert.Equal(Enumerable.Range(1, 8).Select(t => (101UL, t)), told);
        var missed = Assert.Single(comparison.Changes);
        Assert.Equal((101UL, true), (missed.Slot, missed.Missed is not null));
    }

    [Fact]
    public async Task Of_a_chain_that_is_far_ahead_a_stretch_is_compared_at_a_time()
    {
        Final('b', [.. Enumerable.Range(100, 1_500).Select(s => (ulong)s)]);
        Ours('a', [.. Enumerable.Range(100, 1_500).Select(s => (ulong)s)]);
        Ours('a', 1_700);
        var comparison = await CompareAsync(99);
        Assert.Equal(99 + Sluice.Ingest.Live.Reconciler.MostSlots, comparison!.UpTo);
        Assert.Equal((int)Sluice.Ingest.Live.Reconciler.MostSlots, comparison.Changes.Count);
    }

    [Fact]
    public async Task A_stretch_without_a_block_does_not_hold_it_up()
    {
        Final('a', 100, 2_000);
        Ours('a', 100, 2_000, 2_100);
        Assert.Equal(2_000UL, (await CompareAsync(100))!.UpTo);
    }

    [Fact]
    public async Task What_could_not_be_settled_is_not_asked_for_again()
    {
        Final('a', 100, 101);
        Final('b', 102, 103, 104);
        Ours('a', 100, 101, 102, 103, 104, 130);
        var reconciler = Reconciler();
        for (var i = 0; i < 3; i++)
        {
            var comparison = await FakeNodes.DoneAsync(reconciler.CompareAsync(99, CancellationToken.None), _time);
            Assert.Equal([102UL, 103, 104], comparison!.Changes.Select(c => c.Slot));
        }

        Assert.Equal(3, _headers);
    }

    private Task<ChainComparison?> CompareAsync(ulong verified) => FakeNodes.DoneAsync(Reconciler().CompareAsync(verified, CancellationToken.None), _time);

    private Reconciler Reconciler(Action<ulong, int, string>? notGiven = null) =>
        new(new ChainClient(new FakeNodes(Answer).Client(FakeNodes.Options(_time, "http://a"))), _ledger) { NotGiven = notGiven };

    private void Final(char version, params ulong[] slots)
    {
        foreach (var slot in slots) { _final[slot] = version; }
    }

    /// <summary>Blocks of ours; each follows the one of ours before it.</summary>
    private void Ours(char version, params ulong[] slots)
    {
        foreach (var slot in slots)
        {
            var before = _ledger.Slots(0, slot - 1);
            var parent = before.Count == 0 ? slot - 1 : before[^1];
            _ledger.TryGet(parent, out var header);
            _ledger.Enter(slot, new BlockHeader(parent, Hash(slot, version), header.Blockhash));
        }
    }

    private FakeNodes.Answer Answer(FakeNodes.Request request)
    {
        switch (request.Method)
        {
            case "getSlot":
                return FakeNodes.Answer.Result(_final.Keys.Last().ToString());
            case "getBlocks":
                var (first, last) = (request.Parameters[0].GetUInt64(), request.Parameters[1].GetUInt64());
                return FakeNodes.Answer.Result($"[{string.Join(',', _final.Keys.Where(s => s >= first && s <= last))}]");
            default:
                _headers++;
                var slot = request.Parameters[0].GetUInt64();
                Assert.Equal("none", request.Parameters[1].GetProperty("transactionDetails").GetString());
                if (_gone.Contains(slot)) { return FakeNodes.Answer.Error(-32009, "Slot was skipped, or missing in long-term storage"); }
                var parent = _final.Keys.LastOrDefault(s => s < slot, slot - 1);
                return FakeNodes.Answer.Result(
                    $$"""{"blockhash":"{{Hash(slot, _final[slot])}}","parentSlot":{{parent}},"previousBlockhash":"{{Hash(parent, _final.GetValueOrDefault(parent))}}"}""");
        }
    }

    private static Pubkey Hash(ulong slot, char version)
    {
        Span<byte> bytes = stackalloc byte[Pubkey.Size];
        BitConverter.TryWriteBytes(bytes, slot);
        bytes[31] = (byte)version;
        return new Pubkey(bytes);
    }
}
