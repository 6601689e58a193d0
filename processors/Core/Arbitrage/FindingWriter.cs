using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Arbitrage;

/// <summary>Writes a verdict down as a record.</summary>
internal static class FindingWriter
{
    public static void Write(in Transaction tx, BlockContext block, ActorFlow flow, in Outcome outcome, ref Schemas.Records.Arbitrage finding)
    {
        finding.Id = FindingId.Arbitrage(tx.Signature);
        finding.RuleVersion = RuleVersions.Arbitrage;
        finding.Slot = block.Slot;
        finding.BlockTimeUnixMs = block.BlockTimeUnixMs;
        finding.Leader = block.Leader;
        finding.TxIndex = tx.Index;
        finding.Signature = tx.Signature;
        finding.Signer = tx.Signer;
        finding.Wrapper = tx.Wrapper;
        finding.WrapperName = tx.WrapperName;
        finding.UsesAggregator = tx.UsesAggregator;
        finding.UsesFlashLoan = tx.UsesFlashLoan;
        finding.Class = outcome.Class;
        finding.ProfitMint = flow.MintAt(outcome.Profit);
        finding.Gross = outcome.Gross;
        finding.FeeLamports = tx.FeeLamports;
        finding.TipLamports = tx.TipLamports;
        finding.Net = outcome.Net;
        finding.CostInProfitMint = outcome.Cost;
        WriteOtherProfits(flow, outcome, ref finding);
        WriteLinked(tx, flow, ref finding);
        var isDecoded = WriteLegs(tx, flow, ref finding);
        WriteConfidence(outcome, flow.Flows[outcome.Profit], isDecoded, ref finding);
        WriteRules(outcome, ref finding);
    }

    private static void WriteOtherProfits(ActorFlow flow, in Outcome outcome, ref Schemas.Records.Arbitrage finding)
    {
        var flows = flow.Flows;
        for (var i = 0; i < flows.Length; i++)
        {
            if (i == outcome.Profit || i == outcome.Paid || flows[i].Delta == 0) { continue; }
            if (flows[i].Delta < 0 && flow.MintAt(i) != WellKnown.WrappedSol) { continue; } // crumbs
            ref var other = ref finding.OtherProfits.Add();
            other.Mint = flow.MintAt(i);
            other.Amount = flows[i].Delta;
        }
    }

    private static void WriteLinked(in Transaction tx, ActorFlow flow, ref Schemas.Records.Arbitrage finding)
    {
        foreach (ref readonly var change in tx.BalanceChanges.Span)
        {
            if (change.Owner == tx.Signer || !flow.IsActor(change.Owner, tx.Signer, change.IsSigner)) { continue; }
            if (!finding.LinkedAccounts.Span.Contains(change.Owner)) { finding.LinkedAccounts.Add(change.Owner); }
        }
    }

    /// <summary>Writes legs and pools; false when a leg was only seen by its movements.</summary>
    private static bool WriteLegs(in Transaction tx, ActorFlow flow, ref Schemas.Records.Arbitrage finding)
    {
        var isDecoded = true;
        var swaps = tx.Swaps.Span;
        foreach (var index in flow.Legs)
        {
            ref readonly var swap = ref swaps[index];
            ref var leg = ref finding.Legs.Add();
            leg.IxIndex = swap.IxIndex;
            leg.InnerIxIndex = swap.InnerIxIndex;
            leg.Venue = swap.Venue;
            leg.Program = swap.Program;
            leg.Pool = swap.Pool;
            leg.MintIn = swap.MintIn;
            leg.MintOut = swap.MintOut;
            leg.AmountIn = swap.AmountIn;
            leg.AmountOut = swap.AmountOut;
            finding.Pools.Add(swap.Pool);
            isDecoded &= swap.Source != SwapSource.Generic;
        }

        return isDecoded;
    }

    /// <summary>Parts of the confidence, in hundredths; those that hold sum up to it.</summary>
    private static void WriteConfidence(in Outcome outcome, in MintFlow gained, bool isDecoded, ref Schemas.Records.Arbitrage finding)
    {
        var sum = Add(ref finding, "shape", outcome.Class switch
        {
            ArbitrageClass.Cyclic => 35,
            ArbitrageClass.CrossPair => 25,
            ArbitrageClass.Stable => 10,
            _ => 15,
        });
        if (!outcome.IsOpen) { sum += Add(ref finding, "legs_close", 20); }
        if (!outcome.IsOpen && outcome.Gross == gained.Flow) { sum += Add(ref finding, "gain_equals_legs", 10); }
        if (isDecoded) { sum += Add(ref finding, "legs_decoded", 10); }
        if (outcome.Net > Int128.Zero) { sum += Add(ref finding, "net_positive", 15); }
        if (outcome.HasSearcherMark) { sum += Add(ref finding, "searcher_mark", 10); }
        finding.Confidence = sum / 100.0;
    }

    private static int Add(ref Schemas.Records.Arbitrage finding, string name, int weight)
    {
        ref var part = ref finding.ConfidenceParts.Add();
        part.Name = name;
        part.Weight = weight / 100.0;
        return weight;
    }

    private static void WriteRules(in Outcome outcome, ref Schemas.Records.Arbitrage finding)
    {
        finding.RulesPassed.AddRange(ArbitrageRuleNames.Always);
        if (outcome.Class is ArbitrageClass.Cyclic or ArbitrageClass.CrossPair) { finding.RulesPassed.Add(ArbitrageRuleNames.ReturnsToStart); }
        if (outcome.Class == ArbitrageClass.Stable) { finding.RulesPassed.Add(ArbitrageRuleNames.AtPar); }
        if (outcome.Net > Int128.Zero) { finding.RulesPassed.Add(ArbitrageRuleNames.NetPositive); }
        if (outcome.HasSearcherMark) { finding.RulesPassed.Add(ArbitrageRuleNames.SearcherMark); }
    }
}
