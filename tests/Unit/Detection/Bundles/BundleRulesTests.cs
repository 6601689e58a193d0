using Sluice.Processors.Core.Bundles;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Detection.Bundles;

/// <summary>What is a run that looks like a bundle, and what is none: a case a rule.</summary>
public class BundleRulesTests
{
    [Fact]
    public void Neighbours_of_one_signer_of_whom_the_last_tips_are_a_run()
    {
        var run = Assert.Single(RunsOf("tx alice\n swap P alice 100 SOL > 20 WIF\ntx alice tip 9\n swap P alice 20 WIF > 101 SOL"));
        Assert.Equal((0, 2, 1, 1), (run.First, run.Count, run.LastTip, run.Tips));
        Assert.Equal(BundleLinks.Signer | BundleLinks.Pool | BundleLinks.Mint, run.Links);
    }

    [Theory]
    [InlineData(BundleLinks.Signer, "tx alice\ntx alice tip 9")]
    [InlineData(BundleLinks.Pool | BundleLinks.Mint, "tx alice\n swap P alice 1 SOL > 2 WIF\ntx bob tip 9\n swap P bob 1 SOL > 2 WIF")]
    [InlineData(BundleLinks.Pool, "tx alice\n add P alice 1 SOL 2 WIF\ntx bob tip 9\n swap P bob 1 SOL > 2 WIF")]
    [InlineData(BundleLinks.Mint, "tx alice\n swap P alice 1 SOL > 2 WIF\ntx bob tip 9\n swap Q bob 1 SOL > 2 WIF")]
    [InlineData(BundleLinks.Owner, "tx alice cosigner carol\ntx bob tip 9\n swap P carol 1 SOL > 2 WIF")]
    [InlineData(BundleLinks.Owner, "tx alice\n liquidate solend bob debtor\ntx bob tip 9")]
    [InlineData(BundleLinks.Transfer, "tx alice\n transfer alice > bob 5 SOL\ntx bob tip 9")]
    [InlineData(BundleLinks.Transfer, "tx alice\n authority alice > bob\ntx bob tip 9")]
    public void Each_link_ties(BundleLinks links, string text) => Assert.Equal(links, Assert.Single(RunsOf(text)).Links);

    [Fact]
    public void A_lone_tip_is_no_bundle()
    {
        var finder = Read("tx alice\n swap P alice 1 SOL > 2 WIF\ntx bob tip 9\n swap Q bob 1 SOL > 2 BONK");
        Assert.Equal((0, 1), (finder.Count, finder.LoneTips));
    }

    [Fact]
    public void Neighbours_without_a_tip_are_no_bundle()
    {
        var finder = Read("tx alice\ntx alice");
        Assert.Equal((0, 1), (finder.Count, finder.StretchesWithoutTip));
    }

    [Fact]
    public void What_everybody_trades_ties_nobody() =>
        Assert.Empty(RunsOf("tx alice\n swap P alice 1 SOL > 2 USDC\ntx bob tip 9\n swap Q bob 1 SOL > 2 USDC"));

    [Fact]
    public void A_failed_transaction_is_in_no_bundle()
    {
        Assert.Empty(RunsOf("tx alice failed\ntx alice tip 9"));
        Assert.Equal(2, Assert.Single(RunsOf("tx alice tip 5\ntx alice\ntx alice failed\ntx alice")).Count);
    }

    [Fact]
    public void A_vote_between_parts_them() => Assert.Empty(RunsOf("tx alice at 3\ntx alice at 5 tip 9"));

    [Fact]
    public void A_routers_shared_account_ties_nobody() =>
        Assert.Empty(RunsOf("tx alice\n swap P router 1 SOL > 2 USDC\ntx bob tip 9\n swap Q router 1 SOL > 2 USDC"));

    [Fact]
    public void A_transfer_to_a_stranger_ties_nobody() =>
        Assert.Empty(RunsOf("tx alice\n transfer alice > shop 5 SOL\ntx bob tip 9\n transfer bob > shop 5 SOL"));

    [Fact]
    public void A_long_stretch_is_cut_behind_its_tips()
    {
        var runs = RunsOf(string.Join('\n', Enumerable.Range(0, 12).Select(i => i is 6 or 8 ? "tx alice tip 1" : "tx alice")));
        Assert.Equal([(2, 5), (7, 5)], runs.Select(r => (r.FirstTxIndex, r.Count)));
        Assert.All(runs, r => Assert.False(r.IsBounded));

        // A tip at the very start has its followers, up to the next tip.
        runs = RunsOf(string.Join('\n', Enumerable.Range(0, 9).Select(i => i is 0 or 3 ? "tx alice tip 1" : "tx alice")));
        Assert.Equal([(0, 3), (3, 5)], runs.Select(r => (r.FirstTxIndex, r.Count)));
        Assert.All(runs, r => Assert.InRange(r.Count, 2, BundleRules.MaxTransactions));
    }

    [Fact]
    public void Confidence_is_the_sum_of_its_parts_and_never_one()
    {
        var text = "tx alice\n swap P alice 100 SOL > 20 WIF\ntx victim\n swap P victim 5 SOL > 1 WIF\ntx alice tip 9\n swap P alice 20 WIF > 101 SOL";
        var sandwich = Write(text);
        Assert.Equal(["tip_last 0.25", "linked_by_pool 0.15", "one_tip 0.1", "bounded 0.1", "brackets 0.15"], PartsOf(sandwich));
        Assert.Equal(0.75, sandwich.Confidence);
        Assert.Equal(["signer", "pool", "mint"], Write("tx alice\n swap P alice 1 SOL > 2 WIF\ntx alice tip 9\n swap P alice 2 WIF > 1 SOL").Links.Span.ToArray());
        var all = RunsOf(text + "\n" + "tx zoe at 9 tip 1\ntx zoe at 10");
        Assert.All(all, r => Assert.InRange(r.Confidence, 0.2, 0.99));
    }

    [Fact]
    public void A_record_says_who_and_how_much()
    {
        var bundle = Write("tx alice\ntx alice tip 9\ntx bob tip 4 cosigner alice");
        Assert.Equal(("bundle:" + BlockText.SignatureOf(1_000, 0), 3, 13UL, 2, 0), (bundle.Id.ToString(), bundle.TransactionCount, bundle.TipLamports, bundle.TipIndex, bundle.FirstTxIndex));
        Assert.Equal([BlockText.Key("alice"), BlockText.Key("alice"), BlockText.Key("bob")], bundle.Signers.Span.ToArray());
        Assert.Equal(3, bundle.Signatures.Count);
    }

    [Fact]
    public void Positions_are_asked_for()
    {
        var finder = Read("tx zoe at 2\ntx alice at 5\ntx alice at 6 tip 9\ntx bob at 7\ntx carol at 9\ntx carol at 10 tip 1");
        Assert.Equal([-1, -1, 0, 0, -1, -1, 1, 1, -1], new[] { 0, 2, 5, 6, 7, 8, 9, 10, 11 }.Select(finder.RunOf));
        Assert.True(finder.AreInOneRun(5, 6));
        Assert.False(finder.AreInOneRun(6, 9));
        Assert.False(finder.AreInOneRun(2, 2));
    }

    [Fact]
    public void Writing_a_record_allocates_nothing_once_buffers_have_grown()
    {
        var block = new BlockText("tx alice\ntx alice tip 9");
        var finder = new BundleFinder();
        finder.Read(block.Block);
        var list = new RecordList<Bundle>();
        Assert.Equal(0, Allocated.ByRound(() =>
        {
            list.Clear();
            BundleWriter.Write(block.Block, finder.Runs[0], ref list.Add());
        }));
    }

    [Fact]
    public void Reading_blocks_allocates_nothing_once_buffers_have_grown()
    {
        var block = new BlockText(string.Join('\n', Enumerable.Range(0, 400).Select(i => $"tx w{i / 3 % 7}{(i % 9 == 1 ? " tip 5" : "")}\n swap P{i % 5} w{i / 3 % 7} 1 SOL > 2 T{i % 3}")));
        var finder = new BundleFinder();
        for (var i = 0; i < 50; i++) { finder.Read(block.Block); }
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) { finder.Read(block.Block); }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.NotEqual(0, finder.Count);
    }

    private static BundleFinder Read(string text)
    {
        var finder = new BundleFinder();
        finder.Read(new BlockText(text).Block);
        return finder;
    }

    private static BundleRun[] RunsOf(string text) => Read(text).Runs.ToArray();

    private static Bundle Write(string text)
    {
        var block = new BlockText(text);
        var finder = new BundleFinder();
        finder.Read(block.Block);
        var list = new RecordList<Bundle>();
        ref var bundle = ref list.Add();
        BundleWriter.Write(block.Block, finder.Runs[0], ref bundle);
        return bundle;
    }

    private static string[] PartsOf(in Bundle bundle) =>
        [.. bundle.ConfidenceParts.Span.ToArray().Select(p => FormattableString.Invariant($"{p.Name} {p.Weight}"))];
}
