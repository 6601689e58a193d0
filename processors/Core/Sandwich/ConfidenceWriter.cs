using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Sandwich;

/// <summary>Parts of the confidence, which sum up to it, and the rules that were passed.</summary>
/// <remarks>The weights are chosen, not fitted: there is no labelled set large enough to fit them on.</remarks>
internal static class ConfidenceWriter
{
    private const double Link = 0.40, Exact = 0.20, Closed = 0.10, Adjacent = 0.10, OneBlock = 0.05, Decoded = 0.05, LossKnown = 0.05, Gross = 0.10, StrictOrder = 0.10;

    public static void Write(GroupFacts facts, in Position position, ref Schemas.Records.Sandwich finding)
    {
        var isExact = position.IsExact;
        var isStrict = !finding.Tags.Span.Contains("interleaved");
        var isDecoded = IsDecoded(facts, position);
        Add(ref finding, "link", Math.Round(Link * position.Weight * (position.Exceeds ? 0.5 : 1), 3));
        if (isExact) { Add(ref finding, SandwichRuleNames.ClosedToTheUnit, Exact); }
        else if (position.IsClosed && !position.Exceeds) { Add(ref finding, SandwichRuleNames.InventoryClosed, Closed); }
        if (finding.Class == SandwichClass.Classic && IsComplete(facts, position)) { Add(ref finding, "adjacent", Adjacent); }
        else if (finding.Class != SandwichClass.MultiSlot) { Add(ref finding, "one_block", OneBlock); }
        if (isDecoded) { Add(ref finding, "legs_decoded", Decoded); }
        if (finding.VictimsWithoutLoss == 0) { Add(ref finding, "loss_known", LossKnown); }
        if (finding.Gross > 0) { Add(ref finding, "gross_positive", Gross); }
        if (isStrict) { Add(ref finding, SandwichRuleNames.StrictOrder, StrictOrder); }

        finding.RulesPassed.AddRange(SandwichRuleNames.Always);
        finding.RulesPassed.Add(position.CrossesPools ? SandwichRuleNames.PriceLink : SandwichRuleNames.SamePool);
        if (isExact) { finding.RulesPassed.Add(SandwichRuleNames.ClosedToTheUnit); }
        if (position.IsClosed) { finding.RulesPassed.Add(SandwichRuleNames.InventoryClosed); }
        if (finding.Gross >= 0) { finding.RulesPassed.Add(SandwichRuleNames.GrossNotNegative); }
        if (finding.Net > Int128.Zero) { finding.RulesPassed.Add(SandwichRuleNames.NetPositive); }
        if (isStrict) { finding.RulesPassed.Add(SandwichRuleNames.StrictOrder); }
    }

    private static void Add(ref Schemas.Records.Sandwich finding, string name, double weight)
    {
        ref var part = ref finding.ConfidenceParts.Add();
        part.Name = name;
        part.Weight = weight;
        finding.Confidence = Math.Round(finding.Confidence + weight, 3);
    }

    private static bool IsComplete(GroupFacts facts, in Position position) =>
        facts.Blocks[facts.TxFacts[facts.Legs[position.FirstFront].Tx].Block].IsComplete;

    /// <summary>True when every leg was read by its venue's layout.</summary>
    private static bool IsDecoded(GroupFacts facts, in Position position)
    {
        for (var leg = position.Fronts; leg >= 0; leg = facts.Legs[leg].NextFront)
        {
            if (facts.SwapOf(leg).Source == SwapSource.Generic) { return false; }
        }

        for (var leg = position.Backs; leg >= 0; leg = facts.Legs[leg].NextBack)
        {
            if (facts.SwapOf(leg).Source == SwapSource.Generic) { return false; }
        }

        return true;
    }
}
