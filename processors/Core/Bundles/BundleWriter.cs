using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Bundles;

/// <summary>Writes a run down as a record.</summary>
public static class BundleWriter
{
    public static void Write(in Block block, in BundleRun run, ref Bundle bundle)
    {
        var transactions = block.Transactions.Span.Slice(run.First, run.Count);
        bundle.Id = FindingId.Bundle(transactions[0].Signature);
        bundle.RuleVersion = RuleVersions.Bundle;
        bundle.Slot = block.Slot;
        bundle.BlockTimeUnixMs = block.BlockTimeUnixMs;
        bundle.Leader = block.Leader;
        bundle.FirstTxIndex = run.FirstTxIndex;
        bundle.TransactionCount = run.Count;
        bundle.TipIndex = run.LastTip;
        foreach (ref readonly var tx in transactions)
        {
            bundle.Signatures.Add(tx.Signature);
            bundle.Signers.Add(tx.Signer);
            bundle.TipLamports = bundle.TipLamports + tx.TipLamports < tx.TipLamports ? ulong.MaxValue : bundle.TipLamports + tx.TipLamports;
        }

        foreach (var (link, name) in BundleLinkNames.All)
        {
            if ((run.Links & link) != 0) { bundle.Links.Add(name); }
        }

        Add(ref bundle, run.IsTipLast ? BundleRules.TipLast : BundleRules.TipWithin, run.TipWeight);
        Add(ref bundle, TransactionLinks.IsPerson(run.Weakest) ? BundleRules.LinkedByPerson
            : (run.Weakest & BundleLinks.Pool) != 0 ? BundleRules.LinkedByPool : BundleRules.LinkedByMint, run.LinkWeight);
        if (run.Tips == 1) { Add(ref bundle, BundleRules.OneTip, BundleRules.OneTipWeight); }
        if (run.IsBounded) { Add(ref bundle, BundleRules.Bounded, BundleRules.BoundedWeight); }
        if (run.IsBracket) { Add(ref bundle, BundleRules.Brackets, BundleRules.BracketsWeight); }
        bundle.Confidence = run.Confidence;
    }

    private static void Add(ref Bundle bundle, string name, double weight)
    {
        ref var part = ref bundle.ConfidenceParts.Add();
        part.Name = name;
        part.Weight = weight;
    }
}
