using Sluice.Schemas.Chain;

namespace Sluice.Lab.Evaluation;

/// <summary>Why a planted entry is not among the findings, as far as the detector's own output says.</summary>
internal sealed class MissReasons
{
    private readonly DetectorOutput _output;
    private readonly Dictionary<Signature, RoundTripSeen> _roundTrips = [];
    private readonly Dictionary<Signature, Finding> _findings = [];
    private readonly ILookup<(ulong, string), RejectionsSeen> _rejections;

    public MissReasons(DetectorOutput output)
    {
        _output = output;
        foreach (var trip in output.RoundTrips)
        {
            foreach (var signature in trip.Signatures) { _roundTrips.TryAdd(signature, trip); }
        }

        foreach (var finding in output.Findings)
        {
            foreach (var signature in finding.Transactions.Append(finding.Signature)) { _findings.TryAdd(signature, finding); }
        }

        _rejections = output.Rejections.ToLookup(r => (r.Slot, r.Stage));
    }

    public string Of(TruthEntry entry)
    {
        var own = entry.Legs.Where(l => l.Role is not (TruthRole.Victim or TruthRole.Cause)).Select(l => l.Signature).Append(entry.Signature).Distinct().ToArray();
        if (entry.Kind == TruthKind.Arbitrage && _output.ArbitrageRules.TryGetValue(entry.Signature, out var rule)) { return $"rule {rule}"; }
        if (entry.Kind == TruthKind.Sandwich)
        {
            foreach (var signature in own)
            {
                if (_roundTrips.TryGetValue(signature, out var trip)) { return $"round trip {trip.Class}, rule {trip.FailedRule}"; }
            }
        }

        foreach (var signature in own)
        {
            if (!_findings.TryGetValue(signature, out var finding)) { continue; }
            return finding.Kind == entry.Kind && entry.Kind == TruthKind.Sandwich
                ? "found with other victims"
                : $"found as {TruthNames.Of(finding.Kind)} {finding.Class}";
        }

        return Rejected(entry) ?? "no candidate";
    }

    /// <summary>What the detector turned down in the slots of the entry: it may be one of these.</summary>
    private string? Rejected(TruthEntry entry)
    {
        // An arbitrage's transaction is one of hundreds that its detector turns down in a block.
        string? stage = entry.Kind switch
        {
            TruthKind.Sandwich => "sandwich",
            TruthKind.Jit => "jit",
            TruthKind.Liquidation => "liquidation",
            TruthKind.FailedAttempt => "attempt",
            _ => null,
        };
        if (stage is null) { return null; }
        var reasons = entry.Legs.Select(l => l.Slot).Append(entry.Slot).Distinct()
            .SelectMany(slot => _rejections[(slot, stage)])
            .Select(r => r.Reason).Distinct().Order(StringComparer.Ordinal).ToArray();
        return reasons.Length == 0 ? null : $"no finding; turned down in its slots: {string.Join(", ", reasons)}";
    }
}
