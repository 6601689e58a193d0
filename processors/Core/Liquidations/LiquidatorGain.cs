using Sluice.Processors.Core.Common;
using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Liquidations;

/// <summary>What the liquidator gained over a transaction, by the balances of everybody who signed it and of who liquidated. Not thread-safe.</summary>
/// <remarks>
/// The tip left the balances and counts as a cost, so it is added back; the fee is not in them. With one token in play the gain is exact. With several,
/// their values in SOL are added up, and without a price for one of them the gain is not known. A liquidation inside a protocol's books
/// that changes no balance tells no gain.
/// </remarks>
internal sealed class LiquidatorGain
{
    private readonly KeyIndex<Pubkey> _mints = new();
    private Int128[] _deltas = new Int128[8];

    public void Write(in Transaction tx, PriceBook prices, long slot, ref Liquidation finding)
    {
        Read(tx);
        finding.FeeLamports = tx.FeeLamports;
        finding.TipLamports = tx.TipLamports;
        var cost = (Int128)tx.FeeLamports + tx.TipLamports;
        int tokens = 0, only = -1;
        Int128? lamports = 0, dollars = 0;
        for (var i = 0; i < _mints.Count; i++)
        {
            if (_deltas[i] == 0) { continue; }
            tokens++;
            only = i;
            var value = prices.Value(_mints[i], _deltas[i], slot);
            lamports += value.Lamports;
            dollars += value.UsdMicros;
        }

        if (tokens == 0) { return; }
        if (tokens == 1)
        {
            finding.ProfitMint = _mints[only];
            finding.Gross = _deltas[only];
            finding.Net = finding.Gross - CostInTokens.Of(cost, _mints[only], prices, slot);
        }
        else if (lamports is not null)
        {
            finding.ProfitMint = WellKnown.WrappedSol;
            finding.Gross = lamports;
            finding.Net = lamports - cost;
        }

        finding.GrossLamports = lamports;
        finding.NetLamports = lamports - cost;
        finding.GrossUsdMicros = dollars;
        finding.NetUsdMicros = dollars - prices.Value(WellKnown.WrappedSol, cost, slot).UsdMicros;
        var source = prices.Value(tokens == 1 ? _mints[only] : finding.SeizedMint ?? _mints[only], CostInTokens.Reference, slot);
        (finding.PriceSource, finding.PricePools, finding.PriceAgeSlots) = (source.Source, source.Pools, source.AgeSlots);
    }

    private void Read(in Transaction tx)
    {
        _mints.Clear();
        foreach (ref readonly var change in tx.BalanceChanges.Span)
        {
            if (change.IsSigner || change.Owner == tx.Signer || Liquidates(tx, change.Owner)) { Add(change.Mint, change.Delta); }
        }

        if (tx.TipLamports > 0) { Add(WellKnown.WrappedSol, tx.TipLamports); }
    }

    private static bool Liquidates(in Transaction tx, in Pubkey owner)
    {
        foreach (ref readonly var call in tx.Liquidations.Span)
        {
            if (call.Liquidator == owner) { return true; }
        }

        return false;
    }

    private void Add(in Pubkey mint, Int128 delta)
    {
        var known = _mints.Count;
        var number = _mints.Intern(mint);
        if (number == _deltas.Length) { Array.Resize(ref _deltas, number * 2); }
        _deltas[number] = number == known ? delta : _deltas[number] + delta;
    }
}
