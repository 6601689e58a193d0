using System.Globalization;
using Sluice.Cli.Roles.Ingest;
using Sluice.Cli.Roles.Ingest.Nodes;
using Sluice.Ingest.Live;
using Sluice.Schemas.Records;
using Sluice.Streams;
using Sluice.Tests.Unit.Rpc;
using Sluice.Tests.Unit.Sinks;

namespace Sluice.Tests.Unit.Cli;

/// <summary>A worker that follows nodes goes on where the ledger ends, or at the first slot that is not in it.</summary>
public class LedgerStartTests
{
    private readonly IngestLedger _ledger = new(new KeyValueStore<long, LedgerEntry>("ledger", ChangelogRecord.TopicOf("ingest", "ledger")));
    private readonly List<ulong> _asked = [];

    [Fact]
    public async Task An_empty_ledger_begins_with_the_newest_slot_or_with_the_one_that_is_asked_for()
    {
        Assert.Equal(new LedgerStart(null, null), await StartAsync(null));
        Assert.Equal(new LedgerStart(500, null), await StartAsync(500));
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task Without_a_slot_it_goes_on_behind_the_newest_one()
    {
        Written(100, 101, 103);
        Assert.Equal(new LedgerStart(104, 103), await StartAsync(null));
    }

    [Fact]
    public async Task What_was_written_is_not_fetched_again()
    {
        Written(100, 101, 103, 104);
        Assert.Equal(new LedgerStart(105, 104), await StartAsync(100, 100, 101, 103, 104));
        Assert.Equal(new LedgerStart(200, null), await StartAsync(200));
    }

    [Fact]
    public async Task A_slot_that_was_missed_is_where_it_begins()
    {
        Written(100, 101, 104, 105);
        Assert.Equal(new LedgerStart(103, 101), await StartAsync(100, 100, 101, 103, 104, 105));

        // Whatever lies between the slot that is asked for and the first one listed is to be found by its descendants.
        Assert.Equal(new LedgerStart(103, 101), await StartAsync(102, 103, 104, 105));
    }

    [Fact]
    public async Task A_long_ledger_is_gone_over_in_pieces()
    {
        Written(100, 25_000);
        Assert.Equal(new LedgerStart(24_999, 100), await StartAsync(100, 100, 24_999, 25_000));
        Assert.Equal([100UL, 10_100UL, 20_100UL], _asked);
    }

    private void Written(params long[] slots)
    {
        foreach (var slot in slots)
        {
            var block = default(Block);
            block.Reset();
            (block.Slot, block.IsComplete) = (slot, true);
            _ledger.Enter(in block);
        }
    }

    /// <summary>Where it begins, with a node that has these blocks.</summary>
    private Task<LedgerStart> StartAsync(ulong? from, params ulong[] blocks)
    {
        var nodes = new FakeNodes(request =>
        {
            Assert.Equal("getBlocks", request.Method);
            var (first, last) = (request.Parameters[0].GetUInt64(), request.Parameters[1].GetUInt64());
            _asked.Add(first);
            return FakeNodes.Answer.Result($"[{string.Join(',', blocks.Where(b => b >= first && b <= last).Select(b => b.ToString(CultureInfo.InvariantCulture)))}]");
        });
        return LedgerStart.OfAsync(_ledger, from, new ChainClient(nodes.Client(FakeNodes.Options(new ManualTime(), "http://a"))), CancellationToken.None);
    }
}
