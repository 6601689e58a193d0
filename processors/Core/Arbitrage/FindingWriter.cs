using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Arbitrage;

/// <summary>Writes a verdict down as a record.</summary>
internal static class FindingWriter
{
    public static void Write(in Transaction tx, BlockContext block, ActorFlow flow, in Outcome outcome, ref Schemas.Records.Arbitrage finding)
    {
        finding.Id = IdOf(tx.Signature);
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

    /// <summary>arbitrage:&lt;signature&gt;, made of content alone.</summary>
    private static string IdOf(in Signature signature)
    {
        const string Kind = "arbitrage:";
        Span<byte> text = stackalloc byte[Base58.MaxChars64];
        var length = signature.Format(text);
        Span<char> id = stackalloc char[Kind.Length + length];
        Kind.CopyTo(id);
        for (var i = 0; i < length; i++) { id[Kind.Length + i] = (char)text[i]; }
        return new string(id);
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

    /// <summary>Parts of the confidence; those that hold sum up to it.</summary>
    private static void WriteConfidence(in Outcome outcome, in MintFlow gained, bool isDecoded, ref Schemas.Records.Arbitrage finding)
    {
        Add(ref finding, "shape", outcome.Class switch
        {
            ArbitrageClass.Cyclic => 0.35,
            ArbitrageClass.CrossPair => 0.25,
            ArbitrageClass.Stable => 0.10,
            _ => 0.15,
        });
        if (!outcome.IsOpen) { Add(ref finding, "legs_close", 0.20); }
        if (!outcome.IsOpen && outcome.Gross == gained.Flow) { Add(ref finding, "gain_equals_legs", 0.10); }
        if (isDecoded) { Add(ref finding, "legs_decoded", 0.10); }
        if (outcome.Net > Int128.Zero) { Add(ref finding, "net_positive", 0.15); }
        if (outcome.HasSearcherMark) { Add(ref finding, "searcher_mark", 0.10); }
    }

    private static void Add(ref Schemas.Records.Arbitrage finding, string name, double weight)
    {
        ref var part = ref finding.ConfidenceParts.Add();
        part.Name = name;
        part.Weight = weight;
        finding.Confidence = Math.Round(finding.Confidence + weight, 2);
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
