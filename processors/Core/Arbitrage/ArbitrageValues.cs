using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Chain;
using Finding = Sluice.Schemas.Records.Arbitrage;

namespace Sluice.Processors.Core.Arbitrage;

/// <summary>Writes into a finding what it is worth in SOL and dollars.</summary>
public static class ArbitrageValues
{
    /// <summary>Values gross, and from it net: less fee and tip, which are lamports already.</summary>
    public static void Write(PriceBook prices, ref Finding finding)
    {
        var gross = prices.Value(finding.ProfitMint, finding.Gross, finding.Slot);
        var costLamports = (Int128)finding.FeeLamports + finding.TipLamports;
        finding.GrossLamports = gross.Lamports;
        finding.GrossUsdMicros = gross.UsdMicros;
        finding.NetLamports = gross.Lamports - costLamports;
        finding.NetUsdMicros = gross.UsdMicros - prices.Value(WellKnown.WrappedSol, costLamports, finding.Slot).UsdMicros;
        finding.PriceSource = gross.Source;
        finding.PricePools = gross.Pools;
        finding.PriceAgeSlots = gross.AgeSlots;
    }
}
