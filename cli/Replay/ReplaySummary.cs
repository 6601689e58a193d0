using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Cli.Replay;

/// <summary>What a run saw, counted as it goes by. Fed from one thread at a time; read when the run is over, or for progress.</summary>
internal sealed class ReplaySummary
{
    private readonly Dictionary<Pubkey, PoolTally> _pools = [];
    private readonly Dictionary<Pubkey, SearcherTally> _searchers = [];
    private readonly Dictionary<Pubkey, Int128> _gross = [];
    private readonly SortedDictionary<string, long> _venues = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _findings = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _rejected = new(StringComparer.Ordinal);

    /// <summary>Whether the run detects; one that only writes blocks has no findings to show.</summary>
    public bool HasFindings { get; init; } = true;

    /// <summary>Whether the run has no end, so that nothing may be kept of single pools, signers and tokens.</summary>
    public bool IsEndless { get; init; }

    public long Slots { get; private set; }

    public long SkippedSlots { get; private set; }

    public long PartialSlots { get; private set; }

    public long Transactions { get; private set; }

    public long Votes { get; private set; }

    public long Failed { get; private set; }

    public long Swaps { get; private set; }

    public long SwapsGenericOnly { get; private set; }

    public long TippedTransactions { get; private set; }

    public UInt128 FeesLamports { get; private set; }

    public UInt128 TipsLamports { get; private set; }

    public long Findings { get; private set; }

    /// <summary>Findings beside arbitrages.</summary>
    public FindingTally Others { get; } = new();

    public long QualityPassed { get; private set; }

    public long QualityChecked { get; private set; }

    public IReadOnlyDictionary<string, long> SwapsByVenue => _venues;

    public IReadOnlyDictionary<string, long> FindingsByClass => _findings;

    public IReadOnlyDictionary<string, long> RejectedByRule => _rejected;

    /// <summary>Gross gain by profit mint, base units.</summary>
    public IReadOnlyDictionary<Pubkey, Int128> GrossByMint => _gross;

    /// <summary>Share of the whole blocks that pass every check, 0 to 1; null when there was none.</summary>
    public double? Quality => QualityChecked == 0 ? null : (double)QualityPassed / QualityChecked;

    public void Add(in Block block, int skippedBefore, bool passed)
    {
        Slots++;
        SkippedSlots += skippedBefore;
        if (block.IsComplete)
        {
            QualityChecked++;
            if (passed) { QualityPassed++; }
        }
        else
        {
            PartialSlots++;
        }

        Transactions += block.TransactionCount;
        Votes += block.VoteCount;
        Failed += block.FailedCount;
        FeesLamports += block.FeesLamports;
        TipsLamports += block.TipsLamports;
        TippedTransactions += block.TippedTransactionCount;
        foreach (ref readonly var rejection in block.Rejections.Span) { Count(_rejected, rejection.Reason, rejection.Count); }
    }

    public void Add(in PoolSwap swap) => AddSwap(swap.Venue, swap.Pool, swap.Source);

    /// <summary>Counts the swaps of a block, where they do not come by themselves.</summary>
    public void AddSwapsOf(in Block block)
    {
        foreach (ref readonly var tx in block.Transactions.Span)
        {
            foreach (ref readonly var swap in tx.Swaps.Span) { AddSwap(swap.Venue, swap.Pool, swap.Source); }
        }
    }

    public void Add(in Arbitrage finding)
    {
        Findings++;
        Count(_findings, ClassName(finding.Class), 1);
        if (IsEndless) { return; }
        _gross[finding.ProfitMint] = _gross.GetValueOrDefault(finding.ProfitMint) + finding.Gross;
        ref var searcher = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_searchers, finding.Signer, out _);
        searcher.Arbitrages++;
        searcher.TipsLamports += finding.TipLamports;
        if (finding.ProfitMint == WellKnown.WrappedSol) { searcher.GrossLamports += finding.Gross; }
        foreach (var pool in finding.Pools.Span)
        {
            System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_pools, pool, out _).Arbitrages++;
        }
    }

    public void Add(in Sandwich finding) => Others.Add(in finding);

    public void Add(in RoundTrip finding) => Others.Add(in finding);

    public void Add(in JitLiquidity finding) => Others.Add(in finding);

    public void Add(in Liquidation finding) => Others.Add(in finding);

    public void Add(in FailedAttempt finding) => Others.Add(in finding);

    public void Add(in Bundle finding) => Others.Add(in finding);

    public void Add(in Rejection rejection) => Count(_rejected, rejection.Reason, rejection.Count);

    /// <summary>Pools with the most swaps, most first; equal ones by key, so that the same input prints the same.</summary>
    public IEnumerable<(Pubkey Pool, PoolTally Tally)> TopPools(int count) => _pools
        .OrderByDescending(p => p.Value.Swaps).ThenBy(p => p.Key).Take(count).Select(p => (p.Key, p.Value));

    /// <summary>Signers with the most arbitrages.</summary>
    public IEnumerable<(Pubkey Signer, SearcherTally Tally)> TopSearchers(int count) => _searchers
        .OrderByDescending(p => p.Value.Arbitrages).ThenBy(p => p.Key).Take(count).Select(p => (p.Key, p.Value));

    /// <summary>The class as users write it: cyclic, cross_pair, stable, long_tail.</summary>
    public static string ClassName(ArbitrageClass value) => value switch
    {
        ArbitrageClass.Cyclic => "cyclic",
        ArbitrageClass.CrossPair => "cross_pair",
        ArbitrageClass.Stable => "stable",
        _ => "long_tail",
    };

    private void AddSwap(string venue, Pubkey pool, SwapSource source)
    {
        Swaps++;
        if (source == SwapSource.Generic) { SwapsGenericOnly++; }
        if (IsEndless) { return; }
        Count(_venues, venue, 1);
        ref var tally = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_pools, pool, out _);
        tally.Venue = venue;
        tally.Swaps++;
    }

    private static void Count(SortedDictionary<string, long> counts, string name, long n) => counts[name] = counts.GetValueOrDefault(name) + n;

    internal struct PoolTally
    {
        public string Venue;
        public long Swaps;
        public long Arbitrages;
    }

    internal struct SearcherTally
    {
        public long Arbitrages;
        public Int128 GrossLamports;
        public UInt128 TipsLamports;
    }
}
