using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Api.Feed;

/// <summary>What readers choose events by, taken from a record that is gone by the time they do.</summary>
internal readonly struct FeedFacets
{
    private readonly Pubkey[]? _keys;
    private readonly int _pools, _signers, _mints;

    private FeedFacets(Pubkey[] keys, int pools, int signers, int mints) => (_keys, _pools, _signers, _mints) = (keys, pools, signers, mints);

    /// <summary>Of a retraction whose finding is not remembered: it goes to every reader of the channel, for whoever has the finding must learn of it.</summary>
    public static FeedFacets OfAnything { get; } = new([], 0, 0, 0) { IsAnything = true };

    public bool IsAnything { get; private init; }

    public Pubkey? Leader { get; private init; }

    public string? Class { get; private init; }

    /// <summary>Lamports at the stream's price; null where there is none.</summary>
    public Int128? NetLamports { get; private init; }

    public ReadOnlySpan<Pubkey> Pools => _keys.AsSpan(0, _pools);

    public ReadOnlySpan<Pubkey> Signers => _keys.AsSpan(_pools, _signers);

    public ReadOnlySpan<Pubkey> Mints => _keys.AsSpan(_pools + _signers, _mints);

    public ReadOnlySpan<Pubkey> Victims => _keys.AsSpan(_pools + _signers + _mints);

    /// <summary>Gathers the keys of one record; kept for the next one.</summary>
    internal sealed class Gatherer
    {
        private readonly ValueList<Pubkey> _pools = new(), _signers = new(), _mints = new(), _victims = new();

        public FeedFacets Of(in Block block) => Take(block.Leader, null, null);

        public FeedFacets Of(in Arbitrage finding)
        {
            AddAll(_pools, finding.Pools);
            _signers.Add(finding.Signer);
            _mints.Add(finding.ProfitMint);
            foreach (ref readonly var leg in Span(finding.Legs)) { Add(_mints, leg.MintIn, leg.MintOut); }
            foreach (ref readonly var other in Span(finding.OtherProfits)) { Add(_mints, other.Mint); }
            return Take(finding.Leader, ArbitrageClassNames.Snake[(int)finding.Class], finding.NetLamports);
        }

        public FeedFacets Of(in Sandwich finding)
        {
            Add(_pools, finding.Pool);
            foreach (ref readonly var leg in Span(finding.Legs)) { Add(_pools, leg.Pool); }
            Add(_signers, finding.Attacker);
            AddAll(_signers, finding.Attackers);
            Add(_mints, finding.MintIn, finding.MintOut);
            foreach (ref readonly var victim in Span(finding.Victims)) { Add(_victims, victim.Signer, victim.Trader); }
            return Take(finding.Leader, SandwichClassNames.Snake[(int)finding.Class], finding.NetLamports);
        }

        public FeedFacets Of(in RoundTrip finding)
        {
            Add(_pools, finding.Pool);
            Add(_signers, finding.Actor);
            AddAll(_signers, finding.Wallets);
            Add(_mints, finding.MintIn, finding.MintOut);
            return Take(finding.Leader, RoundTripClassNames.Snake[(int)finding.Class], null);
        }

        public FeedFacets Of(in JitLiquidity finding)
        {
            Add(_pools, finding.Pool);
            Add(_signers, finding.Provider);
            Add(_mints, finding.MintA, finding.MintB);
            foreach (ref readonly var victim in Span(finding.Victims)) { Add(_victims, victim.Signer, victim.Trader); }
            return Take(finding.Leader, null, finding.NetLamports);
        }

        public FeedFacets Of(in Liquidation finding)
        {
            Add(_signers, finding.Signer, finding.Liquidator);
            if (finding.RepayMint is { } repay) { Add(_mints, repay); }
            if (finding.SeizedMint is { } seized) { Add(_mints, seized); }
            return Take(finding.Leader, null, finding.NetLamports);
        }

        public FeedFacets Of(in FailedAttempt finding)
        {
            Add(_signers, finding.Signer);
            return Take(finding.Leader, AttemptClassNames.Snake[(int)finding.Class], null);
        }

        public FeedFacets Of(in Bundle finding)
        {
            AddAll(_signers, finding.Signers);
            return Take(finding.Leader, null, null);
        }

        private static ReadOnlySpan<T> Span<T>(RecordList<T>? list)
            where T : struct, IRecord => list is null ? default : list.Span;

        private static void AddAll(ValueList<Pubkey> to, ValueList<Pubkey>? keys)
        {
            if (keys is null) { return; }
            foreach (ref readonly var key in keys.Span) { Add(to, key); }
        }

        private static void Add(ValueList<Pubkey> to, in Pubkey a, in Pubkey b)
        {
            Add(to, a);
            Add(to, b);
        }

        private static void Add(ValueList<Pubkey> to, in Pubkey key)
        {
            if (!to.Span.Contains(key)) { to.Add(key); }
        }

        private FeedFacets Take(Pubkey? leader, string? ofClass, Int128? netLamports)
        {
            Pubkey[] keys = [.. _pools.Span, .. _signers.Span, .. _mints.Span, .. _victims.Span];
            var facets = new FeedFacets(keys, _pools.Count, _signers.Count, _mints.Count) { Leader = leader, Class = ofClass, NetLamports = netLamports };
            foreach (var list in (ReadOnlySpan<ValueList<Pubkey>>)[_pools, _signers, _mints, _victims]) { list.Clear(); }
            return facets;
        }
    }
}
