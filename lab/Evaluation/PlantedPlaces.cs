using Sluice.Schemas.Chain;

namespace Sluice.Lab.Evaluation;

/// <summary>Which planted things a transaction belongs to: says what an invented finding was made of.</summary>
internal sealed class PlantedPlaces
{
    private readonly Dictionary<Signature, List<(TruthEntry Entry, TruthRole? Role)>> _places = [];

    public PlantedPlaces(IEnumerable<TruthEntry> truth)
    {
        foreach (var entry in truth)
        {
            Add(entry.Signature, entry, null);
            foreach (var leg in entry.Legs) { Add(leg.Signature, entry, leg.Role); }
            foreach (var victim in entry.Victims) { Add(victim.Signature, entry, TruthRole.Victim); }
        }
    }

    /// <summary>The look-alike that should have kept a kind from being found here, or null.</summary>
    public TruthEntry? LookAlike(TruthKind kind, Finding finding)
    {
        foreach (var signature in finding.Transactions.Concat(finding.Victims.Select(v => v.Signature)).Append(finding.Signature))
        {
            if (!_places.TryGetValue(signature, out var places)) { continue; }
            foreach (var (entry, _) in places)
            {
                if (entry.Kind == TruthKind.LookAlike && entry.LookAlikeOf.Contains(kind)) { return entry; }
            }
        }

        return null;
    }

    /// <summary>What stands in a finding's own transactions, or else where it says that others stand.</summary>
    public string LabelOf(Finding finding)
    {
        foreach (var signature in finding.Transactions.Concat(finding.Victims.Select(v => v.Signature)).Append(finding.Signature))
        {
            if (LabelOf(signature) is { } label) { return label; }
        }

        return KindScore.Chance;
    }

    /// <summary>Kind, class and role of the first planted thing in a transaction, or null.</summary>
    public string? LabelOf(Signature signature)
    {
        if (!_places.TryGetValue(signature, out var places)) { return null; }
        var (entry, role) = places.Find(p => p.Role is not null);
        entry ??= places[0].Entry;
        return role is { } known ? $"{TruthNames.Of(known)} of {TruthNames.Of(entry.Kind)} {entry.Class}" : $"{TruthNames.Of(entry.Kind)} {entry.Class}";
    }

    private void Add(Signature signature, TruthEntry entry, TruthRole? role)
    {
        if (!_places.TryGetValue(signature, out var list)) { _places[signature] = list = new List<(TruthEntry, TruthRole?)>(1); }
        list.Add((entry, role));
    }
}
