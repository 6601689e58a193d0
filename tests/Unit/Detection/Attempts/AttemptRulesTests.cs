using Sluice.Processors.Core.Attempts;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Detection.Attempts;

/// <summary>Which reverted transactions tried to extract value, and which are plain failures: a case a rule.</summary>
public class AttemptRulesTests
{
    /// <summary>A round of SOL through two pools that leaves more of it.</summary>
    private const string Cycle = "\n swap P1 {0} 1000000000 SOL > 150000000 USDC\n swap P2 {0} 150000000 USDC > 1010000000 SOL\n delta {0} 10000000 SOL";

    [Fact]
    public void A_reverted_liquidation_instruction_is_an_attempt_by_itself()
    {
        var finding = Assert.Single(Find("tx bob failed fee 12000 priority 7000 units 33000 named solend\n liquidate solend bob debtor"));
        Assert.Equal((AttemptClass.Liquidation, AttemptEvidence.Instruction, 0), (finding.Class, finding.Evidence, finding.Successes));
        Assert.Equal((12_000UL, 7_000UL, 33_000L, 0.95), (finding.FeeLamports, finding.PriorityFeeLamports, finding.ComputeUnits, finding.Confidence));
        Assert.Equal(("solend", BlockText.Key("debtor"), "attempt:" + BlockText.SignatureOf(1_000, 0)), (finding.Protocol, finding.Obligation, finding.Id.ToString()));
        Assert.NotNull(finding.Error);
    }

    [Fact]
    public void A_private_program_whose_successes_are_arbitrages_tried_another()
    {
        var finding = Assert.Single(Find("tx other failed wrapper bot" + "\ntx bob wrapper bot" + string.Format(Cycle, "bob")));
        Assert.Equal((AttemptClass.Arbitrage, AttemptEvidence.Program, 1, 0.55), (finding.Class, finding.Evidence, finding.Successes, finding.Confidence));
    }

    [Fact]
    public void A_signer_whose_successes_are_arbitrages_tried_another()
    {
        var finding = Assert.Single(Find("tx bob failed named jupiter-v6" + "\ntx bob named jupiter-v6" + string.Format(Cycle, "bob")));
        Assert.Equal((AttemptEvidence.Signer, 1, 0.45), (finding.Evidence, finding.Successes, finding.Confidence));
    }

    [Fact]
    public void A_liquidators_other_failures_are_attempts_at_liquidation()
    {
        var finding = Assert.Single(Find("tx carol failed wrapper bot\ntx bob wrapper bot\n liquidate solend bob debtor repaid 5000 USDC seized 6000 SOL"));
        Assert.Equal((AttemptClass.Liquidation, AttemptEvidence.Program), (finding.Class, finding.Evidence));
    }

    [Fact]
    public void A_users_failed_trade_is_none() =>
        Assert.Equal(["plain_failure"], Reasons("tx user failed named jupiter-v6\ntx other named jupiter-v6" + string.Format(Cycle, "other")));

    [Fact]
    public void A_known_router_or_venue_stands_for_nobody() =>
        Assert.Equal(["plain_failure"], Reasons("tx user failed named raydium-amm-v4\ntx bob named raydium-amm-v4" + string.Format(Cycle, "bob")));

    [Fact]
    public void A_program_that_mostly_trades_is_none()
    {
        var trades = "\ntx u1 wrapper app\n swap P u1 5 SOL > 6 WIF\ntx u2 wrapper app\n swap P u2 5 SOL > 6 WIF";
        Assert.Equal(["mixed_successes"], Reasons("tx user failed wrapper app\ntx bob wrapper app" + string.Format(Cycle, "bob") + trades));
        Assert.Empty(Reasons("tx user failed wrapper app\ntx bob wrapper app" + string.Format(Cycle, "bob") + "\ntx u1 wrapper app\n swap P u1 5 SOL > 6 WIF"));
    }

    [Fact]
    public void A_program_without_successes_is_none() => Assert.Equal(["plain_failure"], Reasons("tx user failed wrapper bot\ntx user wrapper bot"));

    [Fact]
    public void Successes_in_the_slots_beside_the_group_count_but_their_failures_are_another_groups()
    {
        var before = new BlockText("tx x failed wrapper bot\ntx bob wrapper bot" + string.Format(Cycle, "bob"), slot: 999);
        var own = new BlockText("tx y failed wrapper bot", slot: 1_000);
        var after = new BlockText("tx z failed wrapper bot\ntx bob wrapper bot" + string.Format(Cycle, "bob"), slot: 1_004);
        var finder = new AttemptFinder();
        finder.Begin();
        finder.Take(before.Block, isContext: true);
        finder.Take(own.Block, isContext: false);
        finder.Take(after.Block, isContext: true);
        Assert.Equal(1, finder.Count);
        var list = new RecordList<FailedAttempt>();
        ref var finding = ref list.Add();
        Assert.Equal(AttemptVerdict.Attempt, finder.Judge(0, ref finding));
        Assert.Equal((1_000L, 2), (finding.Slot, finding.Successes));

        finder.Begin();
        Assert.Equal(0, finder.Count);
        finder.Take(own.Block, isContext: false);
        Assert.Equal(AttemptVerdict.PlainFailure, finder.Judge(0, ref finding));
    }

    [Fact]
    public void A_group_allocates_nothing_once_buffers_have_grown()
    {
        var block = new BlockText(string.Join('\n', Enumerable.Range(0, 300).Select(i => i % 3 == 0 ? $"tx u{i} failed wrapper w{i % 5}" : $"tx u{i} wrapper w{i % 5}\n swap P u{i} 5 SOL > 6 WIF")) + "\ntx bob failed\n liquidate solend bob debtor");
        var finder = new AttemptFinder();
        var list = new RecordList<FailedAttempt>();
        ref var finding = ref list.Add();
        long allocated = 0;
        for (var round = 0; round < 60; round++)
        {
            finding.Reset();
            var before = GC.GetAllocatedBytesForCurrentThread();
            finder.Begin();
            finder.Take(block.Block, isContext: false);
            for (var i = 0; i < finder.Count; i++) { finder.Judge(i, ref finding); }
            if (round >= 40) { allocated += GC.GetAllocatedBytesForCurrentThread() - before; }
        }

        Assert.Equal(AttemptEvidence.Instruction, finding.Evidence);
        Assert.Equal(0, allocated);
    }

    private static List<FailedAttempt> Find(string text) => Run(text).Findings;

    private static List<string> Reasons(string text) => Run(text).Reasons;

    private static (List<FailedAttempt> Findings, List<string> Reasons) Run(string text)
    {
        var block = new BlockText(text);
        var finder = new AttemptFinder();
        finder.Begin();
        finder.Take(block.Block, isContext: false);
        var (findings, reasons) = (new List<FailedAttempt>(), new List<string>());
        for (var i = 0; i < finder.Count; i++)
        {
            var list = new RecordList<FailedAttempt>();
            ref var finding = ref list.Add();
            var verdict = finder.Judge(i, ref finding);
            if (verdict == AttemptVerdict.Attempt) { findings.Add(finding); } else { reasons.Add(AttemptRules.NameOf(verdict)); }
        }

        return (findings, reasons);
    }
}
