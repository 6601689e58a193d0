using Sluice.Schemas.Chain;

namespace Sluice.Lab.Evaluation;

/// <summary>Compares the money of a case: planted entries and the findings that claimed them.</summary>
internal static class MoneyScore
{
    public static void Add(TruthEntry[] entries, Finding[] findings, GroupScore[] groups)
    {
        AddProfit(entries, findings, groups);
        AddLosses(entries, findings, groups);
    }

    private static void AddProfit(TruthEntry[] entries, Finding[] findings, GroupScore[] groups)
    {
        if (Array.Exists(entries, e => e.ProfitMint is null || e.Gross is null)) { return; }
        var mint = entries[0].ProfitMint!.Value;
        if (Array.Exists(findings, f => f.ProfitMint is null || f.Gross is null))
        {
            foreach (var group in groups) { group.GrossUnknown++; }
            return;
        }

        if (Array.Exists(entries, e => e.ProfitMint != mint) || Array.Exists(findings, f => f.ProfitMint != mint))
        {
            foreach (var group in groups) { group.OtherProfitMint++; }
            return;
        }

        var isSol = mint == WellKnown.WrappedSol;
        var (planted, stated) = (Sum(entries, e => e.Gross), Sum(findings, f => f.Gross));
        foreach (var group in groups) { group.Gross.Add(stated!.Value, planted!.Value, isSol); }
        if (Sum(entries, e => e.Net) is { } plantedNet && Sum(findings, f => f.Net) is { } statedNet)
        {
            foreach (var group in groups) { group.Net.Add(statedNet, plantedNet, isSol); }
        }
    }

    /// <summary>A victim's rows of one transaction are added up on both sides.</summary>
    private static void AddLosses(TruthEntry[] entries, Finding[] findings, GroupScore[] groups)
    {
        foreach (var victim in entries.SelectMany(e => e.Victims).GroupBy(v => v.Signature))
        {
            var rows = findings.SelectMany(f => f.Victims).Where(v => v.Signature == victim.Key).ToArray();
            if (rows.Length == 0 || Sum([.. victim], v => v.Loss) is not { } loss) { continue; }
            var isSol = victim.First().MintOut == WellKnown.WrappedSol;
            if (Sum(rows, r => r.LossLow) is not { } low || Sum(rows, r => r.LossHigh) is not { } high)
            {
                foreach (var group in groups) { group.LossUnknown++; }
            }
            else if (low == high)
            {
                foreach (var group in groups) { group.Loss.Add(low, loss, isSol); }
            }
            else
            {
                foreach (var group in groups)
                {
                    group.LossBounds++;
                    if (low <= loss && loss <= high) { group.LossBoundsHold++; }
                }
            }
        }
    }

    /// <summary>Null where one of them is.</summary>
    private static Int128? Sum<T>(T[] items, Func<T, Int128?> amount)
    {
        Int128 sum = 0;
        foreach (var item in items)
        {
            if (amount(item) is not { } value) { return null; }
            sum += value;
        }

        return sum;
    }
}
