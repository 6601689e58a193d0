using Sluice.Schemas.Chain;

namespace Sluice.Lab.Evaluation;

/// <summary>What a planted entry and a finding are matched by.</summary>
/// <param name="Signature">The victim's or trade's transaction, or the one transaction of the case.</param>
/// <param name="Other">The provider, or the borrower's account; default where the kind, or the detector, has none.</param>
internal readonly record struct CaseKey(Signature Signature, Pubkey Other = default)
{
    /// <summary>Keys of a planted entry. Of sandwiches each is a row; of the others any of them is the entry.</summary>
    public static IEnumerable<CaseKey> Of(TruthEntry entry) => entry.Kind switch
    {
        TruthKind.Sandwich => entry.Victims.Count == 0
            ? [new CaseKey(entry.Signature)]
            : entry.Victims.Select(v => new CaseKey(v.Signature)).Distinct(),
        TruthKind.Jit => TradesOf(entry).SelectMany(
            _ => entry.Wallets.Append(entry.Signer).Append(default).Distinct(), static (trade, wallet) => new CaseKey(trade, wallet)),
        TruthKind.Liquidation => [new CaseKey(entry.Signature), new CaseKey(entry.Signature, entry.Liquidation?.Obligation ?? default)],
        _ => [new CaseKey(entry.Signature)],
    };

    /// <summary>Keys of a finding, the same way.</summary>
    public static IEnumerable<CaseKey> Of(Finding finding) => finding.Kind switch
    {
        TruthKind.Sandwich => finding.Victims.Count == 0
            ? [new CaseKey(finding.Signature)]
            : finding.Victims.Select(v => new CaseKey(v.Signature)).Distinct(),
        TruthKind.Jit => finding.Victims.Select(v => v.Signature).Append(finding.Signature).Distinct()
            .Select(s => new CaseKey(s, finding.Actor ?? default)),
        TruthKind.Liquidation => [new CaseKey(finding.Signature, finding.Obligation ?? default)],
        _ => [new CaseKey(finding.Signature)],
    };

    private static IEnumerable<Signature> TradesOf(TruthEntry entry) => entry.Legs
        .Where(l => l.Role is TruthRole.Victim or TruthRole.Swap)
        .Select(l => l.Signature)
        .Append(entry.Signature)
        .Distinct();
}
