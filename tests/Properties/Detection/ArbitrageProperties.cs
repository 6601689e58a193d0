using FsCheck;
using FsCheck.Fluent;
using Sluice.Processors.Core.Arbitrage;
using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Sluice.Tests.Unit.Detection;
using Finding = Sluice.Schemas.Records.Arbitrage;

namespace Sluice.Tests.Properties.Detection;

/// <summary>What must hold for any transaction. Cases are made from a seed, which a failure prints.</summary>
public class ArbitrageProperties
{
    [Fact]
    public void Names_of_accounts_do_not_matter() => ForSeeds(seed =>
    {
        var (before, after) = (Made(seed).Judge(), Made(seed, names: "other").Judge());
        return before.Verdict == after.Verdict && before.Finding.Gross == after.Finding.Gross && before.Finding.Net == after.Finding.Net
            && before.Finding.Class == after.Finding.Class;
    });

    [Fact]
    public void Order_of_the_balance_changes_does_not_matter() => ForSeeds(seed =>
    {
        var (before, shuffled) = (Made(seed), Made(seed));
        new Random(seed).Shuffle(shuffled.Tx.BalanceChanges.Span);
        return Same(before.Judge(), shuffled.Judge());
    });

    [Fact]
    public void Judging_again_gives_the_same() => ForSeeds(seed => Same(Made(seed).Judge(), Made(seed).Judge()));

    [Fact]
    public void A_stranger_in_the_same_transaction_changes_nothing() => ForSeeds(seed =>
    {
        // Where the signer does not trade, whoever does trades for him.
        var alone = Made(seed).Judge();
        return alone.Verdict == ArbitrageVerdict.NoSwap
            || Same(alone, Made(seed, more: "swap S1 stranger 500 BONK > 70 WIF\nswap S2 stranger 70 WIF > 900 SOL").Judge());
    });

    [Fact]
    public void Scale_of_a_token_does_not_matter() => ForSeeds(seed =>
    {
        var (before, after) = (Made(seed).Judge(), Made(seed, scale: 1_000).Judge());

        // Fee and tip are lamports and do not grow along, so a loss after costs may become a gain.
        if (before.Verdict == ArbitrageVerdict.NetNotPositive) { return after.Verdict is ArbitrageVerdict.NetNotPositive or ArbitrageVerdict.Arbitrage; }
        return before.Verdict == after.Verdict && before.Finding.Gross * 1_000 == after.Finding.Gross;
    });

    [Fact]
    public void A_finding_is_made_of_what_the_transaction_holds() => ForSeeds(seed =>
    {
        var judged = Made(seed);
        var (verdict, finding) = judged.Judge();
        if (verdict != ArbitrageVerdict.Arbitrage) { return finding.Legs.Count == 0 && finding.Id == default; }

        var mint = finding.ProfitMint;
        Int128 delta = mint == WellKnown.WrappedSol ? judged.Tx.TipLamports : 0;
        foreach (ref readonly var change in judged.Tx.BalanceChanges.Span)
        {
            // A stable's gain is what came beyond what was paid, dollar for dollar.
            var counts = change.Mint == mint || (finding.Class == ArbitrageClass.Stable && change.Mint == finding.Legs[0].MintIn);
            if (change.Owner == judged.Tx.Signer && counts) { delta += change.Delta; }
        }

        var legs = finding.Legs.Span.ToArray();
        var swaps = judged.Tx.Swaps.Span.ToArray();
        return finding.Gross == delta && delta > 0
            && legs.All(l => swaps.Any(s => s.InnerIxIndex == l.InnerIxIndex && s.Pool == l.Pool && s.AmountIn == l.AmountIn && s.AmountOut == l.AmountOut))
            && legs.Select(l => l.Pool).SequenceEqual(finding.Pools.Span.ToArray())
            && finding.Confidence is > 0 and <= 1
            && Math.Abs(finding.ConfidenceParts.Span.ToArray().Sum(p => p.Weight) - finding.Confidence) < 1e-9
            && (finding.Net is null || finding.Net == finding.Gross - finding.CostInProfitMint);
    });

    [Fact]
    public void The_cases_reach_many_verdicts()
    {
        // Otherwise the properties above would prove nothing.
        var verdicts = Enumerable.Range(0, 2_000).Select(seed => Made(seed).Judge().Verdict).ToHashSet();
        Assert.Contains(ArbitrageVerdict.Arbitrage, verdicts);
        Assert.True(verdicts.Count >= 8, string.Join(", ", verdicts));
    }

    [Fact]
    public void Judging_never_throws_whatever_the_record_holds() => ForSeeds(seed =>
    {
        var random = new Random(seed);
        var blocks = new RecordList<Block>();
        ref var block = ref blocks.Add();
        Pubkey Key() => ArbitrageCase.Key(random.Next(6).ToString());
        Pubkey Mint() => random.Next(3) == 0 ? WellKnown.WrappedSol : random.Next(3) == 0 ? WellKnown.Usdc : Key();
        ulong Amount() => random.Next(4) switch { 0 => 0, 1 => ulong.MaxValue, 2 => (ulong)random.Next(100), _ => (ulong)random.NextInt64() };
        for (var t = 0; t < 4; t++)
        {
            ref var tx = ref block.Transactions.Add();
            tx.Signer = Key();
            tx.FeeLamports = Amount();
            tx.TipLamports = Amount();
            tx.UsesAggregator = random.Next(3) == 0;
            tx.MintsOrBurnsShares = random.Next(4) == 0;
            for (var i = random.Next(6); i > 0; i--)
            {
                ref var swap = ref tx.Swaps.Add();
                (swap.Pool, swap.Trader, swap.MintIn, swap.MintOut, swap.AmountIn, swap.AmountOut) = (Key(), Key(), Mint(), Mint(), Amount(), Amount());
            }

            for (var i = random.Next(12); i > 0; i--)
            {
                ref var change = ref tx.BalanceChanges.Add();
                change.Owner = Key();
                change.Mint = Mint();
                change.Delta = random.Next(5) switch { 0 => 0, 1 => Int128.MaxValue / 1_000_000, 2 => Int128.MinValue / 1_000_000, 3 => random.Next(50), _ => random.NextInt64() - (long.MaxValue / 2) };
                change.IsSigner = random.Next(3) == 0;
            }
        }

        var context = new BlockContext();
        context.Begin(block);
        var findings = new RecordList<Finding>();
        var detector = new ArbitrageDetector();
        foreach (ref readonly var tx in block.Transactions.Span) { detector.Judge(tx, context, ref findings.Add()); }
        return true;
    });

    private static void ForSeeds(Func<int, bool> holds) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), holds)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    private static bool Same((ArbitrageVerdict Verdict, Finding Finding) a, (ArbitrageVerdict Verdict, Finding Finding) b) =>
        a.Verdict == b.Verdict && a.Finding.Gross == b.Finding.Gross && a.Finding.Net == b.Finding.Net && a.Finding.Class == b.Finding.Class
        && a.Finding.ProfitMint == b.Finding.ProfitMint && a.Finding.Legs.Count == b.Finding.Legs.Count;

    /// <summary>A walk of one to five swaps through few mints and pools, mostly back to its start, with some of the marks.</summary>
    private static ArbitrageCase Made(int seed, string names = "", ulong scale = 1, string more = "")
    {
        var random = new Random(seed);
        string[] mints = ["SOL", "USDC", "USDT", "A" + names, "B" + names];
        var start = mints[random.Next(mints.Length)];
        var (mint, amount) = (start, (ulong)random.Next(100_000, 1_000_000));
        var first = amount;
        var lines = new List<string>();
        var hops = random.Next(1, 6);
        for (var i = 0; i < hops; i++)
        {
            var next = i == hops - 1 && random.Next(4) > 0 ? start : mints[random.Next(mints.Length)];
            if (next == mint) { continue; }
            var paid = next == start && random.Next(3) > 0 ? first + (ulong)random.Next(0, 50_000) : (ulong)random.Next(100_000, 1_000_000);
            lines.Add($"swap P{names}{random.Next(4)} alice {amount * scale} {mint} > {paid * scale} {next}");
            (mint, amount) = (next, paid);
        }

        if (random.Next(4) == 0) { lines.Add("aggregator"); }
        if (random.Next(4) == 0) { lines.Add("private"); }
        if (random.Next(6) == 0) { lines.Add("shares"); }
        if (random.Next(4) == 0) { lines.Add($"tip {random.Next(1, 60_000)}"); }
        if (random.Next(6) == 0) { lines.Add($"move alice > bob{names} {1_000 * scale} {mints[random.Next(1, mints.Length)]}"); }
        lines.Add(more);
        return new ArbitrageCase(string.Join('\n', lines));
    }
}
